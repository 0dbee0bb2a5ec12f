using Azure.Data.Tables;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Adapters.Tables;

/// <summary>Parts of OData filters; null stands for "no condition".</summary>
internal static class Filters
{
    public static string? And(params string?[] conditions)
    {
        var given = conditions.OfType<string>().Select(condition => $"({condition})").ToList();
        return given.Count == 0 ? null : string.Join(" and ", given);
    }

    /// <summary>Rows of these audiences; null for all.</summary>
    public static string? Scopes(IReadOnlyCollection<Audience>? audiences) =>
        audiences is null
            ? null
            : string.Join(" or ", audiences.Select(audience => TableClient.CreateQueryFilter($"Scope eq {audience.ScopeKey}")));
}
