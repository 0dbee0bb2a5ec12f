namespace ServerlessDrives.Workspaces;

/// <summary>A group of the identity provider's that a workspace admits: whoever is in it is in the workspace, with this role.</summary>
/// <param name="Name">What people call it; null where nobody said so.</param>
public sealed record AdmittedGroup(WorkspaceId Workspace, GroupId Group, WorkspaceRole Role, string? Name)
{
    public const int MaxNameLength = 256;

    /// <summary>
    /// Of one organization, counted once for each workspace. All of them are read to find out what somebody's groups admit them to, so
    /// that their number is the cost of that.
    /// </summary>
    public const int MostOfAnOrganization = 1000;
}

/// <summary>The groups that workspaces admit.</summary>
public interface IWorkspaceGroups
{
    Task<Page<AdmittedGroup>> ListAsync(
        OrganizationId organization,
        WorkspaceId workspace,
        int limit,
        string? cursor,
        CancellationToken cancellation);

    Task<Versioned<AdmittedGroup>?> FindAsync(
        OrganizationId organization,
        WorkspaceId workspace,
        GroupId group,
        CancellationToken cancellation);

    /// <summary>Those of all workspaces of the organization.</summary>
    Task<IReadOnlyList<AdmittedGroup>> AllAsync(OrganizationId organization, CancellationToken cancellation);

    /// <summary>
    /// The same as this process read it within the last two seconds, or reads it now: what was changed by this process shows at once,
    /// what another one changed two seconds later at most. For reading files.
    /// </summary>
    ValueTask<IReadOnlyList<AdmittedGroup>> RecentAllAsync(OrganizationId organization, CancellationToken cancellation);

    /// <summary>Admits a group, or changes how; that and its entry in the audit trail are written together.</summary>
    /// <param name="before">What was read; null where it wasn't admitted.</param>
    /// <param name="by">Whose act it is; null for the settings', which isn't written down.</param>
    /// <returns>False when it isn't what was read any more.</returns>
    Task<bool> PutAsync(
        OrganizationId organization,
        AdmittedGroup group,
        Versioned<AdmittedGroup>? before,
        Person? by,
        CancellationToken cancellation);

    /// <summary>Admits a group no longer; that and its entry in the audit trail are written together.</summary>
    /// <returns>False when it isn't what was read any more.</returns>
    Task<bool> RemoveAsync(OrganizationId organization, Versioned<AdmittedGroup> group, Person by, CancellationToken cancellation);
}

/// <summary>The identity provider's directory, for what no token says.</summary>
public interface IGroupDirectory
{
    /// <summary>All groups that somebody is in, directly or by other groups, as the directory said within the last five minutes.</summary>
    /// <returns>A refusal of the kind <see cref="RefusalKind.Unavailable"/> when the directory gives no answer.</returns>
    Task<Result<IReadOnlySet<GroupId>, Refusal>> GroupsOfAsync(OrganizationId organization, UserId user, CancellationToken cancellation);

    /// <summary>What the directory calls a group; null where it doesn't say.</summary>
    Task<string?> NameOfAsync(OrganizationId organization, GroupId group, CancellationToken cancellation);
}
