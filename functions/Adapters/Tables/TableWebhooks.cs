using System.Globalization;
using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;
using ServerlessDrives.Events.Audit;
using ServerlessDrives.Events.Webhooks;

namespace ServerlessDrives.Adapters.Tables;

/// <summary>Webhooks, deliveries and what is due, in one table: partitions of organizations, of webhooks, and one of due times.</summary>
internal sealed class TableWebhooks(TableServiceClient service, TimeProvider clock) : IWebhooks
{
    public const string Name = "Webhooks";
    private const string Webhooks = "webhook|";
    private const string Deliveries = "delivery|";
    private const string Due = "due|";
    private const string DuePartition = "due";

    private static readonly string[] RowKeyOnly = ["RowKey"];

    private readonly TableClient _table = service.GetTableClient(Name);

    public async Task<Versioned<Webhook>?> FindAsync(OrganizationId organization, WebhookId id, CancellationToken cancellation) =>
        await _table.FindAsync<DocumentRow>(organization.Value, Webhooks + id, cancellation) is { } row
            ? new Versioned<Webhook>(Stored.Read<Webhook>(row.Document), row.ETag.ToString())
            : null;

    public async Task<Common.Page<Webhook>> ListAsync(
        OrganizationId organization,
        int limit,
        string? cursor,
        CancellationToken cancellation) =>
        (await _table.PageAsync<DocumentRow>(organization.Value, Webhooks, null, limit, cursor, cancellation)).Select(row =>
            Stored.Read<Webhook>(row.Document));

    public async Task<bool> CreateAsync(Webhook webhook, AuditRecord act, CancellationToken cancellation) =>
        (
            await new Transaction(_table, webhook.Organization.Value)
                .Insert(RowOf(webhook))
                .Record(act, clock.GetUtcNow())
                .CommitAsync(cancellation)
        ).Succeeded;

    public async Task<bool> SaveAsync(Versioned<Webhook> webhook, AuditRecord? act, CancellationToken cancellation) =>
        (await new Transaction(_table, webhook.Value.Organization.Value)
            .Replace(RowOf(webhook.Value), new ETag(webhook.ETag))
            .Record(act, clock.GetUtcNow())
            .CommitAsync(cancellation)).Succeeded;

    public async Task<bool> DeleteAsync(Versioned<Webhook> webhook, AuditRecord act, CancellationToken cancellation) =>
        (await new Transaction(_table, webhook.Value.Organization.Value)
            .Delete(RowOf(webhook.Value), new ETag(webhook.ETag))
            .Record(act, clock.GetUtcNow())
            .CommitAsync(cancellation)).Succeeded;

    public async Task AddAsync(Delivery delivery, CancellationToken cancellation)
    {
        // Due first: a mark without its delivery is dropped when its time comes, a delivery without its mark would never be sent.
        await MarkAsync(delivery, cancellation);
        await new Transaction(_table, PartitionOf(delivery.Organization, delivery.Webhook))
            .Insert(RowOf(delivery))
            .CommitAsync(cancellation);
    }

    public async Task<Versioned<Delivery>?> FindAsync(
        OrganizationId organization,
        WebhookId webhook,
        DeliveryId id,
        CancellationToken cancellation
    ) =>
        await _table.FindAsync<DeliveryRow>(PartitionOf(organization, webhook), Deliveries + Backwards(id), cancellation) is { } row
            ? new Versioned<Delivery>(Stored.Read<Delivery>(row.Document), row.ETag.ToString())
            : null;

    public async Task<Common.Page<Delivery>> DeliveriesAsync(
        OrganizationId organization, WebhookId webhook, DeliveryFilter filter, int limit, string? cursor, CancellationToken cancellation)
    {
        var page = await _table.PageAsync<DeliveryRow>(
            PartitionOf(organization, webhook),
            Deliveries,
            ConditionOf(filter),
            limit,
            cursor,
            cancellation);
        return page.Select(row => Stored.Read<Delivery>(row.Document));
    }

    public async Task<int> CountAsync(
        OrganizationId organization, WebhookId webhook, DeliveryFilter filter, int most, CancellationToken cancellation)
    {
        var range = TableRange.Of(PartitionOf(organization, webhook), Deliveries, after: null);
        var rows = _table.QueryAsync<TableEntity>(
            ConditionOf(filter) is { } condition ? $"{range} and {condition}" : range,
            select: RowKeyOnly,
            cancellationToken: cancellation);
        return await rows.Take(most).CountAsync(cancellation);
    }

    public async Task<bool> SaveAsync(Versioned<Delivery> delivery, CancellationToken cancellation)
    {
        if (delivery.Value.NextAttemptAt is not null)
            await MarkAsync(delivery.Value, cancellation);
        return (await new Transaction(_table, PartitionOf(delivery.Value.Organization, delivery.Value.Webhook))
            .Replace(RowOf(delivery.Value), new ETag(delivery.ETag))
            .CommitAsync(cancellation)).Succeeded;
    }

    public async IAsyncEnumerable<DueDelivery> DueAsync(DateTimeOffset now, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var filter = TableClient.CreateQueryFilter(
            $"PartitionKey eq {DuePartition} and RowKey ge {Due} and RowKey lt {Due + Ticks(now) + "~"}");
        await foreach (var row in _table.QueryAsync<DueRow>(filter, cancellationToken: cancellation))
        {
            yield return new(
                OrganizationId.Of(row.Organization), WebhookId.Of(row.Webhook), DeliveryId.Of(row.Delivery), row.At, row.RowKey);
        }
    }

    public Task SettleAsync(DueDelivery due, CancellationToken cancellation) =>
        _table.DeleteEntityAsync(DuePartition, due.Mark, cancellationToken: cancellation);

    private Task MarkAsync(Delivery delivery, CancellationToken cancellation) =>
        _table.UpsertEntityAsync(
            new DueRow
            {
                PartitionKey = DuePartition,
                RowKey = $"{Due}{Ticks(delivery.NextAttemptAt!.Value)}|{delivery.Id}",
                Organization = delivery.Organization.Value,
                Webhook = delivery.Webhook.Value,
                Delivery = delivery.Id.Value,
                At = delivery.NextAttemptAt.Value,
            },
            TableUpdateMode.Replace,
            cancellation);

    private static string? ConditionOf(DeliveryFilter filter) =>
        Filters.And(
            filter.Status is null ? null : TableClient.CreateQueryFilter($"Status eq {filter.Status.ToString()}"),
            filter.Subject is null ? null : TableClient.CreateQueryFilter($"Subject eq {filter.Subject}"));

    private static DocumentRow RowOf(Webhook webhook) =>
        new() { RowKey = Webhooks + webhook.Id, Document = Stored.Write(webhook) };

    private static DeliveryRow RowOf(Delivery delivery) =>
        new()
        {
            RowKey = Deliveries + Backwards(delivery.Id),
            Status = delivery.Status.ToString(),
            Subject = delivery.Event.Subject,
            Document = Stored.Write(delivery),
        };

    private static string PartitionOf(OrganizationId organization, WebhookId webhook) => $"{organization}|{webhook}";

    private static string Ticks(DateTimeOffset at) => at.UtcTicks.ToString("D19", CultureInfo.InvariantCulture);

    /// <summary>Ids sort by time; with each character mirrored in its alphabet they sort the newest first.</summary>
    private static string Backwards(DeliveryId id) =>
        string.Concat(
            id.Value.Select(c =>
                char.IsAsciiDigit(c) ? (char)('z' - (c - '0'))
                : char.IsAsciiLetterLower(c) ? (char)('A' + ('z' - c))
                : c));

    private sealed class DocumentRow : Row
    {
        public string Document { get; set; } = "";
    }

    private sealed class DeliveryRow : Row
    {
        public string Subject { get; set; } = "";
        public string Status { get; set; } = "";
        public string Document { get; set; } = "";
    }

    private sealed class DueRow : Row
    {
        public string Organization { get; set; } = "";
        public string Webhook { get; set; } = "";
        public string Delivery { get; set; } = "";
        public DateTimeOffset At { get; set; }
    }
}
