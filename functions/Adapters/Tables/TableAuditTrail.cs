using System.Text.Json.Nodes;
using Azure.Data.Tables;
using ServerlessDrives.Events;

namespace ServerlessDrives.Adapters.Tables;

/// <summary>The audit trail in Table Storage: a partition for each organization, the newest row first.</summary>
internal sealed class TableAuditTrail(TableServiceClient service, TimeProvider clock) : IAuditTrail
{
    public const string Name = "Audit";
    private const string Prefix = "entry|";
    private const string End = "~";

    private readonly TableClient _table = service.GetTableClient(Name);

    public async Task RecordAsync(
        OrganizationId organization, Actor actor, string action, string resource, JsonObject? before, JsonObject? after, string? key, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        if (key is not null && await _table.GetEntityIfExistsAsync<KeyRow>(organization.Value, KeyRow.Of(key), cancellationToken: cancellation) is { HasValue: true })
            return;
        var entry = new AuditRow
        {
            PartitionKey = organization.Value,
            RowKey = $"{Prefix}{Backwards(now)}|{Guid.NewGuid():N}",
            At = now,
            ActorKind = actor.Kind,
            ActorId = actor.Id,
            Action = action,
            Resource = resource,
            Before = before?.ToJsonString(),
            After = after?.ToJsonString(),
        };
        var transaction = new Transaction(_table, organization.Value).Insert(entry);
        if (key is not null)
            transaction.Insert(new KeyRow { RowKey = KeyRow.Of(key) });
        await transaction.CommitAsync(cancellation);
    }

    public async Task<Page<AuditEntry>> ListAsync(AuditQuery query, int limit, string? cursor, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(query);
        var filter = Filters.And(
            query.From is { } from ? TableClient.CreateQueryFilter($"RowKey lt {Prefix + Backwards(from) + End}") : null,
            query.Actor is { } actor ? TableClient.CreateQueryFilter($"ActorId eq {actor}") : null,
            query.Resource is { } resource ? TableClient.CreateQueryFilter($"Resource eq {resource}") : null);
        var page = await _table.PageAsync<AuditRow>(query.Organization.Value, Prefix, filter, limit, cursor, cancellation);
        return page.Select(row => row.ToEntry());
    }

    /// <summary>Ticks left until the end of time, so that the newest row sorts first.</summary>
    private static string Backwards(DateTimeOffset at) => (DateTimeOffset.MaxValue.UtcTicks - at.UtcTicks).ToString("D19", System.Globalization.CultureInfo.InvariantCulture);

    private sealed class AuditRow : Row
    {
        public DateTimeOffset At { get; set; }
        public string ActorKind { get; set; } = "";
        public string ActorId { get; set; } = "";
        public string Action { get; set; } = "";
        public string Resource { get; set; } = "";
        public string? Before { get; set; }
        public string? After { get; set; }

        public AuditEntry ToEntry() => new(
            RowKey[Prefix.Length..], OrganizationId.Of(PartitionKey), At, new Actor(ActorKind, ActorId), Action, Resource, Read(Before), Read(After));

        private static JsonObject? Read(string? json) => json is null ? null : JsonNode.Parse(json)?.AsObject();
    }

    /// <summary>That an act under this key has been recorded.</summary>
    private sealed class KeyRow : Row
    {
        public static string Of(string key) => $"key|{key}";
    }
}
