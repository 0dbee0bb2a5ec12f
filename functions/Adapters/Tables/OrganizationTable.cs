using System.Runtime.CompilerServices;
using Azure.Data.Tables;
using ServerlessDrives.Drives;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Adapters.Tables;

/// <summary>
/// The table whose partitions are organizations. What must change together (a drive, its name, the default pointers, a role's uses)
/// lies in one partition, so that one entity-group transaction changes all of it or nothing. So do the workspaces: whatever comes into one
/// touches its row, and its deletion finds that it changed.
/// </summary>
/// <remarks>Row keys: <c>connection|con_…</c>, <c>drive|drv_…</c>, <c>role|rol_…</c>, <c>use|rol_…|con_… or drv_…</c>,
/// <c>name|scope|hash</c>, <c>default|scope</c>, <c>workspace|ws_…</c>, <c>deleted-workspace|ws_…</c>, <c>bucket|partition|name</c>,
/// <c>share|drv_…|shr_…</c>, <c>sharing</c>, <c>audit|time backwards|…</c> (which other tables' partitions of organizations have too),
/// <c>audit-key|…</c>, <c>event|…</c>.</remarks>
public sealed class OrganizationTable(TableServiceClient service)
{
    public const string Name = "Organizations";

    private static readonly string[] RowKeys = ["PartitionKey", "RowKey"];

    private readonly TableClient _table = service.GetTableClient(Name);

    public Task<TRow?> FindAsync<TRow>(OrganizationId organization, string rowKey, CancellationToken cancellation)
        where TRow : class, ITableEntity
        => _table.FindAsync<TRow>(organization.Value, rowKey, cancellation);

    public Task<Common.Page<TRow>> PageAsync<TRow>(
        OrganizationId organization, string prefix, string? filter, int limit, string? cursor, CancellationToken cancellation)
        where TRow : class, ITableEntity
        => _table.PageAsync<TRow>(organization.Value, prefix, filter, limit, cursor, cancellation);

    /// <summary>Every row below a prefix; for short lists only, such as what uses a role.</summary>
    public IAsyncEnumerable<TRow> AllAsync<TRow>(OrganizationId organization, string prefix, CancellationToken cancellation)
        where TRow : class, ITableEntity
        => _table.QueryAsync<TRow>(TableRange.Of(organization.Value, prefix, after: null), cancellationToken: cancellation);

    /// <summary>
    /// The rows below a prefix that pass a filter, of all organizations: a scan of the table by the server, of which the keys come back.
    /// </summary>
    public async IAsyncEnumerable<(OrganizationId Organization, string Id)> KeysAsync(
        string prefix, string filter, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var rows = _table.QueryAsync<TableEntity>(
            $"{TableRange.Of(prefix)} and ({filter})",
            select: RowKeys,
            cancellationToken: cancellation);
        await foreach (var row in rows)
            yield return (OrganizationId.Of(row.PartitionKey), row.RowKey[prefix.Length..]);
    }

    /// <summary>The reservations of this name by this owner: one, or, of before names were compared as they are now, another.</summary>
    internal async Task<IReadOnlyList<NameRow>> ReservationsAsync(
        OrganizationId organization,
        Audience audience,
        DisplayName name,
        string owner,
        CancellationToken cancellation)
    {
        var reserved = new List<NameRow>();
        foreach (var key in new[] { Keys.Reservation(audience, name), Keys.FormerReservation(audience, name) })
        {
            if (key is not null && await FindAsync<NameRow>(organization, key, cancellation) is { } row && row.Owner == owner)
                reserved.Add(row);
        }

        return reserved;
    }

    public Transaction Begin(OrganizationId organization) => new(_table, organization.Value);
}

/// <summary>Reads that every table here makes in the same way.</summary>
internal static class TableReads
{
    /// <summary>How old may be what reading files goes by.</summary>
    public static readonly TimeSpan RecentAge = TimeSpan.FromSeconds(2);

    /// <summary>How many drives, and how many people, are remembered for so long.</summary>
    public const int MostRecent = 5_000;

    public static async Task<TRow?> FindAsync<TRow>(this TableClient table, string partition, string rowKey, CancellationToken cancellation)
        where TRow : class, ITableEntity
    {
        var found = await table.GetEntityIfExistsAsync<TRow>(partition, rowKey, cancellationToken: cancellation);
        return found.HasValue ? found.Value : null;
    }

    /// <summary>
    /// One page of a partition's rows below a prefix, in the order of their keys. The cursor is the last row key, so rows that come or go
    /// don't shift it.
    /// </summary>
    public static async Task<Common.Page<TRow>> PageAsync<TRow>(
        this TableClient table, string partition, string prefix, string? filter, int limit, string? cursor, CancellationToken cancellation)
        where TRow : class, ITableEntity
    {
        var range = TableRange.Of(partition, prefix, cursor);
        var rows = new List<TRow>(limit);
        await foreach (
            var row in table.QueryAsync<TRow>(
                filter is null ? range : $"{range} and ({filter})",
                Math.Min(limit + 1, 1000),
                cancellationToken: cancellation))
        {
            if (rows.Count == limit)
                return new(rows, rows[^1].RowKey[prefix.Length..]);
            rows.Add(row);
        }

        return new(rows, null);
    }
}

/// <summary>The OData filter for a range of row keys.</summary>
internal static class TableRange
{
    /// <summary>In all partitions.</summary>
    public static string Of(string prefix) => TableClient.CreateQueryFilter($"RowKey ge {prefix} and RowKey lt {EndOf(prefix)}");

    /// <param name="after">The part of the row key behind the prefix after which the range begins, or null for its start.</param>
    public static string Of(string partition, string prefix, string? after)
    {
        var end = EndOf(prefix);
        return after is null
            ? TableClient.CreateQueryFilter($"PartitionKey eq {partition} and RowKey ge {prefix} and RowKey lt {end}")
            : TableClient.CreateQueryFilter($"PartitionKey eq {partition} and RowKey gt {prefix + after} and RowKey lt {end}");
    }

    private static string EndOf(string prefix) => prefix[..^1] + (char)(prefix[^1] + 1);
}
