using ServerlessDrives.Access;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Drives;

/// <summary>
/// A customer's role that we assume. It is known by its external ID first; the ARN comes with the first proof that it trusts us, and never
/// changes.
/// </summary>
public sealed record IamRole
{
    public required RoleId Id { get; init; }
    public required OrganizationId Organization { get; init; }

    /// <summary>Who may select it: a workspace's role in that workspace only, the organization's role everywhere.</summary>
    public required Audience Audience { get; init; }

    public string? DisplayName { get; init; }

    /// <summary>Null until the role has been proven to trust us, and only us.</summary>
    public RoleArn? Arn { get; init; }

    public required ExternalId ExternalId { get; init; }

    /// <summary>The partition whose principal of ours the trust policy names.</summary>
    public required Partition Partition { get; init; }

    /// <summary>Whether its trust policy is offered with <c>sts:TagSession</c>, so that sessions may carry tags.</summary>
    public bool SessionTags { get; init; }

    public required UserId CreatedBy { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }

    public IamRoleStatus Status => Arn is null ? IamRoleStatus.Pending : IamRoleStatus.Trusted;

    /// <summary>Whether a drive for this audience may use the role.</summary>
    public bool IsSelectableFor(Audience audience) => Audience is Audience.Organization || Audience == audience;
}

public enum IamRoleStatus
{
    /// <summary>Its trust policy was handed out; nobody has proven yet that it works.</summary>
    Pending,

    Trusted,
}

/// <summary>What keeps a role from being deleted: a drive, or a connection that is still open.</summary>
/// <param name="Id"><c>drv_…</c> or <c>con_…</c>.</param>
/// <param name="DisplayName">The name of that drive or connection.</param>
/// <param name="Audience">Whose drive or connection it is; only they see it here.</param>
public sealed record RoleUse(string Id, string DisplayName, Audience Audience);
