namespace ServerlessDrives.Workspaces;

/// <summary>A group of members in an organization.</summary>
public sealed record Workspace(WorkspaceId Id, OrganizationId Organization, string Name, DateTimeOffset CreatedAt)
{
    public const int MaxNameLength = 100;
}

/// <summary>Somebody's membership in a workspace.</summary>
public sealed record Member(WorkspaceId Workspace, UserId User, WorkspaceRole Role);

/// <summary>Workspaces and who is in them.</summary>
public interface IWorkspaces
{
    Task<Versioned<Workspace>?> FindAsync(OrganizationId organization, WorkspaceId id, CancellationToken cancellation);

    /// <summary>All workspaces of the organization, in the order of their ids.</summary>
    Task<Page<Workspace>> ListAsync(OrganizationId organization, int limit, string? cursor, CancellationToken cancellation);

    /// <param name="by">Whose act it is, for the audit trail; null for the settings'.</param>
    /// <returns>False when there is one of this id already, or was one: ids are not given again.</returns>
    Task<bool> CreateAsync(Workspace workspace, Person? by, CancellationToken cancellation);

    /// <returns>Null when it isn't what was read any more.</returns>
    Task<Versioned<Workspace>?> RenameAsync(Versioned<Workspace> workspace, string name, Person by, CancellationToken cancellation);

    /// <summary>Deletes the workspace, its choice of a default drive, the roles that nothing uses, and its memberships.</summary>
    /// <returns>False when it isn't what was read any more: it was changed, or something came into it.</returns>
    Task<bool> DeleteAsync(Versioned<Workspace> workspace, Person by, CancellationToken cancellation);

    /// <summary>
    /// What the person is in which workspaces by themselves. Groups count besides: <see cref="Memberships"/> decides what somebody may.
    /// </summary>
    Task<IReadOnlyDictionary<WorkspaceId, WorkspaceRole>> MembershipsAsync(
        OrganizationId organization,
        UserId user,
        CancellationToken cancellation);

    /// <summary>
    /// The same as this process read it within the last two seconds, or reads it now: what was changed by this process shows at once,
    /// what another one changed two seconds later at most. For reading files.
    /// </summary>
    ValueTask<IReadOnlyDictionary<WorkspaceId, WorkspaceRole>> RecentMembershipsAsync(
        OrganizationId organization,
        UserId user,
        CancellationToken cancellation);

    Task<Page<Member>> MembersAsync(
        OrganizationId organization,
        WorkspaceId workspace,
        int limit,
        string? cursor,
        CancellationToken cancellation);

    /// <summary>
    /// Makes somebody a member, or something else than they were; that and its entry in the audit trail are written together.
    /// </summary>
    /// <param name="before">What they are until now; null for no member.</param>
    /// <param name="by">Whose act it is; null for the settings', which isn't written down.</param>
    /// <returns>False when they aren't what was read any more.</returns>
    Task<bool> PutMemberAsync(
        OrganizationId organization,
        Member member,
        WorkspaceRole? before,
        Person? by,
        CancellationToken cancellation);

    /// <summary>Ends a membership; that and its entry in the audit trail are written together.</summary>
    /// <returns>False when it isn't what was read any more.</returns>
    Task<bool> RemoveMemberAsync(OrganizationId organization, Member member, Person by, CancellationToken cancellation);
}

/// <summary>What somebody called themselves when they last signed in.</summary>
/// <param name="IsAdmin">Whether they were an admin of the organization then.</param>
public sealed record KnownPerson(UserId Id, string Name, string? Email, bool IsAdmin);

/// <summary>The people of organizations, as far as they have signed in.</summary>
public interface IPeople
{
    /// <summary>Notes who signed in, if that isn't known already.</summary>
    Task SeenAsync(OrganizationId organization, KnownPerson person, CancellationToken cancellation);

    /// <summary>Those of these whom we know.</summary>
    Task<IReadOnlyDictionary<UserId, KnownPerson>> FindAsync(
        OrganizationId organization,
        IEnumerable<UserId> users,
        CancellationToken cancellation);

    /// <summary>All whom we know, in the order of their ids.</summary>
    Task<Page<KnownPerson>> ListAsync(OrganizationId organization, int limit, string? cursor, CancellationToken cancellation);
}

/// <summary>What keeps a workspace from being deleted.</summary>
public interface IWorkspaceContents
{
    /// <summary>
    /// Names of what still is in the workspace, by id; at most a hundred. Whatever comes in while this reads makes the deletion begin anew.
    /// </summary>
    Task<IReadOnlyDictionary<string, string>> OfAsync(OrganizationId organization, WorkspaceId workspace, CancellationToken cancellation);
}
