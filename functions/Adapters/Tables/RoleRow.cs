using ServerlessDrives.Drives;

namespace ServerlessDrives.Adapters.Tables;

/// <summary>
/// An <see cref="IamRole"/> as a row. <see cref="Uses"/> changes with every use, so that a deletion and a new use can't both win.
/// </summary>
internal sealed class RoleRow : Row
{
    public string Id { get; set; } = "";
    public string Scope { get; set; } = "";
    public string? DisplayName { get; set; }
    public string? Arn { get; set; }
    public string ExternalId { get; set; } = "";
    public string Partition { get; set; } = "";

    /// <summary>Null in rows from before this could be chosen.</summary>
    public bool? SessionTags { get; set; }

    public int Uses { get; set; }
    public string CreatedBy { get; set; } = "";
    public DateTimeOffset CreatedAt { get; set; }

    public static RoleRow Of(IamRole role, int uses) => new()
    {
        RowKey = Keys.Of(role.Id),
        Id = role.Id.Value,
        Scope = role.Audience.ScopeKey,
        DisplayName = role.DisplayName,
        Arn = role.Arn?.ToString(),
        ExternalId = role.ExternalId.ToString(),
        Partition = role.Partition.ToString(),
        SessionTags = role.SessionTags,
        Uses = uses,
        CreatedBy = role.CreatedBy.Value,
        CreatedAt = role.CreatedAt,
    };

    public IamRole ToRole() => new()
    {
        Id = RoleId.Of(Id),
        Organization = OrganizationId.Of(PartitionKey),
        Audience = Stored.Audience(Scope),
        DisplayName = DisplayName,
        Arn = Arn is null ? null : Stored.Read(Access.RoleArn.ParseOfAnyServer(Arn)),
        ExternalId = Stored.Read(Access.ExternalId.Parse(ExternalId)),
        Partition = Stored.Read(Access.Partition.Parse(Partition)),
        SessionTags = SessionTags ?? false,
        CreatedBy = Stored.User(CreatedBy),
        CreatedAt = CreatedAt,
    };
}
