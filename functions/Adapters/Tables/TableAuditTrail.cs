using System.Text.Json.Nodes;
using Azure.Data.Tables;
using ServerlessDrives.Events.Audit;

namespace ServerlessDrives.Adapters.Tables;

/// <summary>
/// The audit trail, newest row first, in the organizations' partitions of every table that has such: what changes there is written down in
/// the same transaction, which can't reach beyond one table. What was written where is read as one list.
/// </summary>
internal sealed class TableAuditTrail(TableServiceClient service, OrganizationTable table, TimeProvider clock) : IAuditTrail
{
    /// <summary>Where acts are written down.</summary>
    public static readonly IReadOnlyList<string> Tables =
    [
        OrganizationTable.Name,
        TableWorkspaces.Name,
        TableIntegrations.Name,
        TableWebhooks.Name,
    ];

    private const string Prefix = "audit|";
    private const string End = "~";

    /// <summary>Rows that are looked through at once, and for one page.</summary>
    private const int SearchedAtOnce = 500;
    private const int MostSearched = 5_000;

    private readonly IReadOnlyList<TableClient> _tables = [.. Tables.Select(service.GetTableClient)];

    public async Task RecordAsync(AuditRecord act, string key, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(act);
        if (await table.FindAsync<KeyRow>(act.Organization, KeyRow.Of(key), cancellation) is null)
            await table
                .Begin(act.Organization)
                .Record(act, clock.GetUtcNow())
                .Insert(new KeyRow { RowKey = KeyRow.Of(key) })
                .CommitAsync(cancellation);
    }

    /// <summary>The act as a row, for the transaction that makes its effect.</summary>
    public static Row RowOf(AuditRecord act, DateTimeOffset now) => new AuditRow
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

    public Task<Common.Page<AuditEntry>> ListAsync(AuditQuery query, int limit, string? cursor, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(query);
        return query.About is null
            ? PageAsync(query, limit, cursor, cancellation)
            : SearchAsync(query, query.About, limit, cursor, cancellation);
    }

    /// <summary>Tables can't search within texts, so the rows are read and looked through, a bounded number for each page.</summary>
    private async Task<Common.Page<AuditEntry>> SearchAsync(
        AuditQuery query,
        string about,
        int limit,
        string? cursor,
        CancellationToken cancellation)
    {
        // Most entries of a thing don't repeat its name; the ids of what was once called so are looked for first.
        var named = new HashSet<string>();
        string? next = null;
        var read = 0;
        do
        {
            var page = await PageAsync(
                new(query.Organization, From: null, [], Resource: null, About: null),
                SearchedAtOnce,
                next,
                cancellation);
            named.UnionWith(page.Items.Where(entry => Names(entry).Any(Matches)).Select(entry => entry.Resource));
            (next, read) = (page.NextCursor, read + page.Items.Count);
        }
        while (next is not null && read < MostSearched);

        var found = new List<AuditEntry>();
        read = 0;
        do
        {
            var page = await PageAsync(query, SearchedAtOnce, cursor, cancellation);
            foreach (var entry in page.Items)
            {
                if (named.Contains(entry.Resource) || Matches(entry.Resource) || Names(entry).Any(Matches))
                    found.Add(entry);
                if (found.Count == limit)
                    return new(found, entry.Id);
            }

            (cursor, read) = (page.NextCursor, read + page.Items.Count);
        }
        while (cursor is not null && read < MostSearched);
        return new(found, cursor);

        bool Matches(string text) => text.Contains(about, StringComparison.OrdinalIgnoreCase);
    }

    private static IEnumerable<string> Names(AuditEntry entry) =>
        from state in new[] { entry.After, entry.Before }
        from key in new[] { "displayName", "name", "url" }
        where state?[key] is JsonValue
        select state[key]!.ToString();

    private async Task<Common.Page<AuditEntry>> PageAsync(AuditQuery query, int limit, string? cursor, CancellationToken cancellation)
    {
        var filter = Filters.And(
            query.From is { } from ? TableClient.CreateQueryFilter($"RowKey lt {Prefix + Backwards(from) + End}") : null,
            query.Actors.Count == 0
                ? null
                : $"({string.Join(" or ", query.Actors.Select(actor => TableClient.CreateQueryFilter($"ActorId eq {actor}")))})",
            query.Resource is { } resource ? TableClient.CreateQueryFilter($"Resource eq {resource}") : null);
        var pages = await Task.WhenAll(
            _tables.Select(one => one.PageAsync<AuditRow>(query.Organization.Value, Prefix, filter, limit, cursor, cancellation)));
        var rows = pages.SelectMany(page => page.Items).OrderBy(row => row.RowKey, StringComparer.Ordinal).ToList();
        var more = rows.Count > limit || pages.Any(page => page.NextCursor is not null);
        return new([.. rows.Take(limit).Select(row => row.ToEntry())], more ? rows[limit - 1].RowKey[Prefix.Length..] : null);
    }

    /// <summary>Ticks left until the end of time, so that the newest row sorts first.</summary>
    private static string Backwards(DateTimeOffset at) =>
        (DateTimeOffset.MaxValue.UtcTicks - at.UtcTicks).ToString("D19", System.Globalization.CultureInfo.InvariantCulture);

    private sealed class AuditRow : Row
    {
        public DateTimeOffset At { get; set; }
        public string ActorKind { get; set; } = "";
        public string ActorId { get; set; } = "";
        public string Action { get; set; } = "";
        public string Resource { get; set; } = "";
        public string? Before { get; set; }
        public string? After { get; set; }

        public AuditEntry ToEntry() =>
            new(
                RowKey[Prefix.Length..],
                OrganizationId.Of(PartitionKey),
                At,
                new Actor(ActorKind, ActorId),
                Action,
                Resource,
                Read(Before),
                Read(After));

        private static JsonObject? Read(string? json) => json is null ? null : JsonNode.Parse(json)?.AsObject();
    }

    /// <summary>That an act under this key has been recorded.</summary>
    private sealed class KeyRow : Row
    {
        public static string Of(string key) => $"audit-key|{key}";
    }
}
