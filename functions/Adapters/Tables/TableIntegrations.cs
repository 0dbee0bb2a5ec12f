using System.Globalization;
using Azure;
using Azure.Data.Tables;
using ServerlessDrives.Events.Audit;
using ServerlessDrives.Integrations;
using ServerlessDrives.Integrations.Upstreams;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Adapters.Tables;

/// <summary>
/// Integrations in Table Storage, and what their polls remember: partitions of organizations, one of due times, one for each integration.
/// </summary>
internal sealed class TableIntegrations(TableServiceClient service, TimeProvider clock) : IIntegrations, IUpstreamState
{
    public const string Name = "Integrations";
    private const string Integrations = "integration|";
    private const string Due = "due|";
    private const string Seen = "seen|";
    private const string BackfillKey = "backfill";
    private const string DuePartition = "due";

    private readonly TableClient _table = service.GetTableClient(Name);

    public async Task<Versioned<Integration>?> FindAsync(OrganizationId organization, IntegrationId id, CancellationToken cancellation) =>
        await _table.FindAsync<IntegrationRow>(organization.Value, Integrations + id, cancellation) is { } row
            ? new Versioned<Integration>(Stored.Read<Integration>(row.Document), row.ETag.ToString())
            : null;

    public async Task<Common.Page<Integration>> ListAsync(
        OrganizationId organization,
        IReadOnlyCollection<Audience>? audiences,
        DriveId? drive,
        int limit,
        string? cursor,
        CancellationToken cancellation)
    {
        var filter = Filters.And(
            Filters.Scopes(audiences),
            drive is null ? null : TableClient.CreateQueryFilter($"Drive eq {drive.Value.Value}"));
        return (await _table.PageAsync<IntegrationRow>(organization.Value, Integrations, filter, limit, cursor, cancellation)).Select(row =>
            Stored.Read<Integration>(row.Document));
    }

    public async Task<bool> CreateAsync(Integration integration, Beginning? beginning, AuditRecord act, CancellationToken cancellation)
    {
        // Due first: a poll without its integration drops out by itself, an integration without its poll would never be looked at.
        if (beginning is not null)
        {
            await AddSeenAsync(integration.Id, beginning.Present, cancellation);
            if (beginning.Backfill is { } backfill)
                await SaveBackfillAsync(integration.Id, backfill, cancellation);
            await _table.UpsertEntityAsync(
                RowOf(
                    integration.Organization,
                    integration.Id,
                    integration.CreatedAt,
                    beginning.Since,
                    integration.CreatedAt,
                    beginning.Backfill is not null),
                TableUpdateMode.Replace,
                cancellation);
        }

        return (
            await new Transaction(_table, integration.Organization.Value)
                .Insert(RowOf(integration))
                .Record(act, clock.GetUtcNow())
                .CommitAsync(cancellation)
        ).Succeeded;
    }

    public async Task<Versioned<Integration>?> SaveAsync(
        Versioned<Integration> integration,
        AuditRecord act,
        CancellationToken cancellation)
    {
        var committed = await new Transaction(_table, integration.Value.Organization.Value)
            .Replace(RowOf(integration.Value), new ETag(integration.ETag))
            .Record(act, clock.GetUtcNow())
            .CommitAsync(cancellation);
        return committed.Succeeded ? new(integration.Value, committed.ETags[0]) : null;
    }

    public async Task<bool> DeleteAsync(Versioned<Integration> integration, AuditRecord act, CancellationToken cancellation)
    {
        var committed = await new Transaction(_table, integration.Value.Organization.Value)
            .Delete(RowOf(integration.Value), new ETag(integration.ETag))
            .Record(act, clock.GetUtcNow())
            .CommitAsync(cancellation);
        if (committed.Succeeded)
        {
            await ForgetBeforeAsync(integration.Value.Id, DateTimeOffset.MaxValue, cancellation);
            await _table.DeleteEntityAsync(integration.Value.Id.Value, BackfillKey, ETag.All, cancellation);
        }

        return committed.Succeeded;
    }

    public async Task<IReadOnlyList<DuePoll>> DueAsync(DateTimeOffset now, int most, CancellationToken cancellation)
    {
        var polls = new List<DuePoll>();
        var filter = TableClient.CreateQueryFilter(
            $"PartitionKey eq {DuePartition} and RowKey ge {Due} and RowKey lt {Due + Ticks(now) + "~"}");
        await foreach (var row in _table.QueryAsync<PollRow>(filter, Math.Min(most, 1000), cancellationToken: cancellation))
        {
            polls.Add(
                new(
                    row.RowKey,
                    OrganizationId.Of(row.Organization),
                    IntegrationId.Of(row.Integration),
                    row.At,
                    row.Since,
                    row.MadeAt ?? row.Since,
                    row.Backfills ?? false));
            if (polls.Count == most)
                break;
        }

        return polls;
    }

    public Task RescheduleAsync(DuePoll poll, DateTimeOffset due, DateTimeOffset since, CancellationToken cancellation) =>
        new Transaction(_table, DuePartition)
            .Put(RowOf(poll.Organization, poll.Integration, due, since, poll.MadeAt, poll.Backfills))
            .Delete(new PollRow { RowKey = poll.Mark }, ETag.All)
            .CommitAsync(cancellation);

    public async Task DropAsync(DuePoll poll, CancellationToken cancellation)
    {
        // A page that was being told of when the integration was deleted has noted itself again.
        if (poll.Backfills)
            await _table.DeleteEntityAsync(poll.Integration.Value, BackfillKey, ETag.All, cancellation);
        await _table.DeleteEntityAsync(DuePartition, poll.Mark, ETag.All, cancellation);
    }

    public async Task<Backfill?> FindBackfillAsync(IntegrationId integration, CancellationToken cancellation) =>
        await _table.FindAsync<BackfillRow>(integration.Value, BackfillKey, cancellation) is { } row
            ? Stored.Read<Backfill>(row.Document)
            : null;

    public Task SaveBackfillAsync(IntegrationId integration, Backfill backfill, CancellationToken cancellation) =>
        _table.UpsertEntityAsync(
            new BackfillRow { PartitionKey = integration.Value, RowKey = BackfillKey, Document = Stored.Write(backfill) },
            TableUpdateMode.Replace,
            cancellation);

    public async Task<IReadOnlySet<string>> SeenAsync(IntegrationId integration, CancellationToken cancellation)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        await foreach (
            var row in _table.QueryAsync<SeenRow>(TableRange.Of(integration.Value, Seen, null), 1000, cancellationToken: cancellation))
            seen.Add(row.RowKey[Seen.Length..]);
        return seen;
    }

    public async Task<bool> HasSeenAsync(IntegrationId integration, string key, CancellationToken cancellation) =>
        await _table.FindAsync<SeenRow>(integration.Value, Seen + key, cancellation) is not null;

    public async Task AddSeenAsync(IntegrationId integration, IReadOnlyCollection<SeenFile> files, CancellationToken cancellation)
    {
        foreach (var batch in files.Chunk(100))
        {
            var transaction = new Transaction(_table, integration.Value);
            foreach (var file in batch)
                transaction.Put(new SeenRow { RowKey = Seen + file.Key, LastModified = file.LastModified });
            await transaction.CommitAsync(cancellation);
        }
    }

    public async Task ForgetBeforeAsync(IntegrationId integration, DateTimeOffset moment, CancellationToken cancellation)
    {
        var filter = moment == DateTimeOffset.MaxValue
            ? TableRange.Of(integration.Value, Seen, null)
            : $"{TableRange.Of(integration.Value, Seen, null)} and {TableClient.CreateQueryFilter($"LastModified lt {moment}")}";
        var forgotten = new List<SeenRow>();
        await foreach (var row in _table.QueryAsync<SeenRow>(filter, 1000, cancellationToken: cancellation))
            forgotten.Add(row);
        foreach (var batch in forgotten.Chunk(100))
        {
            var transaction = new Transaction(_table, integration.Value);
            foreach (var row in batch)
                transaction.Delete(row, ETag.All);
            await transaction.CommitAsync(cancellation);
        }
    }

    private static IntegrationRow RowOf(Integration integration) => new()
    {
        RowKey = Integrations + integration.Id,
        Scope = integration.Audience.ScopeKey,
        Drive = integration.Drive?.Value,
        Document = Stored.Write(integration),
    };

    private static PollRow RowOf(
        OrganizationId organization,
        IntegrationId integration,
        DateTimeOffset due,
        DateTimeOffset since,
        DateTimeOffset madeAt,
        bool backfills
    ) =>
        new()
        {
            PartitionKey = DuePartition,
            RowKey = $"{Due}{Ticks(due)}|{integration}",
            Organization = organization.Value,
            Integration = integration.Value,
            At = due,
            Since = since,
            MadeAt = madeAt,
            Backfills = backfills,
        };

    private static string Ticks(DateTimeOffset at) => at.UtcTicks.ToString("D19", CultureInfo.InvariantCulture);

    private sealed class IntegrationRow : Row
    {
        public string Scope { get; set; } = "";
        public string? Drive { get; set; }
        public string Document { get; set; } = "";
    }

    private sealed class PollRow : Row
    {
        public string Organization { get; set; } = "";
        public string Integration { get; set; } = "";
        public DateTimeOffset At { get; set; }
        public DateTimeOffset Since { get; set; }
        public DateTimeOffset? MadeAt { get; set; }

        /// <summary>Null in rows of versions that had none.</summary>
        public bool? Backfills { get; set; }
    }

    private sealed class BackfillRow : Row
    {
        public string Document { get; set; } = "";
    }

    private sealed class SeenRow : Row
    {
        public DateTimeOffset LastModified { get; set; }
    }
}
