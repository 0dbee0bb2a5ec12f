using System.Text.Json.Nodes;
using Azure.Data.Tables;
using ServerlessDrives.Events;

namespace ServerlessDrives.Adapters.Tables;

/// <summary>The audit trail, newest row first, in the organizations' partitions: what changes there is written down in the same transaction.</summary>
internal sealed class TableAuditTrail(OrganizationTable table, TimeProvider clock) : IAuditTrail
{
    private const string Prefix = "audit|";
    private const string End = "~";

    public async Task RecordAsync(
        OrganizationId organization, Actor actor, string action, string resource, JsonObject? before, JsonObject? after, string? key, CancellationToken cancellation)
    {
        if (key is not null && await table.FindAsync<KeyRow>(organization, KeyRow.Of(key), cancellation) is not null)
            return;
        var transaction = table.Begin(organization).Insert(RowOf(new(organization, actor, action, resource, before, after), clock.GetUtcNow()));
        if (key is not null)
            transaction.Insert(new KeyRow { RowKey = KeyRow.Of(key) });
        await transaction.CommitAsync(cancellation);
    }

    /// <summary>The act as a row, for the transaction that makes its effect.</summary>
    public static Row RowOf(Act act, DateTimeOffset now) => new AuditRow
    {
        RowKey = $"{Prefix}{Backwards(now)}|{Guid.NewGuid():N}",
        At = now,
        ActorKind = act.Actor.Kind,
        ActorId = act.Actor.Id,
        Action = act.Action,
        Resource = act.Resource,
        Before = act.Before?.ToJsonString(),
        After = act.After?.ToJsonString(),
    };

    public async Task<Page<AuditEntry>> ListAsync(AuditQuery query, int limit, string? cursor, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(query);
        var filter = Filters.And(
            query.From is { } from ? TableClient.CreateQueryFilter($"RowKey lt {Prefix + Backwards(from) + End}") : null,
            query.Actor is { } actor ? TableClient.CreateQueryFilter($"ActorId eq {actor}") : null,
            query.Resource is { } resource ? TableClient.CreateQueryFilter($"Resource eq {resource}") : null);
        var page = await table.PageAsync<AuditRow>(query.Organization, Prefix, filter, limit, cursor, cancellation);
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
        public static string Of(string key) => $"audit-key|{key}";
    }
}
