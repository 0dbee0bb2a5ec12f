using Azure;
using Azure.Data.Tables;

namespace ServerlessDrives.Adapters.Tables;

/// <summary>
/// A row as it lies in the table. <see cref="Schema"/> says which shape it has, so that a later version can read an earlier one's.
/// </summary>
internal abstract class Row : ITableEntity
{
    public string PartitionKey { get; set; } = "";
    public string RowKey { get; set; } = "";
    public DateTimeOffset? Timestamp { get; set; }
    public ETag ETag { get; set; }
    public int Schema { get; set; } = 1;
}

/// <summary>Who has a display name in an audience: a connection that is open, or a drive.</summary>
internal sealed class NameRow : Row
{
    public string Owner { get; set; } = "";
}

/// <summary>That a drive or an open connection uses a role.</summary>
internal sealed class RoleUseRow : Row
{
    public string User { get; set; } = "";
    public string Scope { get; set; } = "";
    public string DisplayName { get; set; } = "";
}

/// <summary>Which drive is the default of a workspace, or of the organization.</summary>
internal sealed class DefaultRow : Row
{
    public string Drive { get; set; } = "";
}
