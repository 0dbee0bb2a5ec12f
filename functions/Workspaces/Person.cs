namespace ServerlessDrives.Workspaces;

/// <summary>What somebody is in their organization.</summary>
public enum OrganizationRole
{
    Member,
    Admin,
}

/// <summary>What somebody is in a workspace.</summary>
public enum WorkspaceRole
{
    Member,
    Manager,
}

/// <summary>Somebody who is signed in, with the rules of what they may see and do.</summary>
/// <param name="Workspaces">The workspaces that they are a member of, and as what.</param>
public sealed record Person(
    UserId Id,
    OrganizationId Organization,
    OrganizationRole Role,
    string Name,
    string? Email,
    IReadOnlyDictionary<WorkspaceId, WorkspaceRole> Workspaces)
{
    public bool IsAdmin => Role is OrganizationRole.Admin;

    /// <summary>Admins see every workspace; others the ones that they are in.</summary>
    public bool MaySee(WorkspaceId workspace) => IsAdmin || Workspaces.ContainsKey(workspace);

    /// <summary>A workspace's drives are seen by its members and admins, the organization's by everybody.</summary>
    public bool MaySee(Audience audience) => audience switch
    {
        Audience.Workspace workspace => MaySee(workspace.Id),
        _ => true,
    };

    /// <summary>Who may see a drive may use it.</summary>
    public bool MayUse(Audience audience) => MaySee(audience);

    /// <summary>Admins connect the organization's drives; admins and members connect a workspace's.</summary>
    public bool MayConnect(Audience audience) =>
        IsAdmin || (audience is Audience.Workspace workspace && Workspaces.ContainsKey(workspace.Id));

    /// <summary>Managers and admins run a workspace: its name, its members, its default drive.</summary>
    public bool MayManage(WorkspaceId workspace) =>
        IsAdmin || (Workspaces.TryGetValue(workspace, out var role) && role is WorkspaceRole.Manager);

    /// <summary>Whether there is a workspace that they may make somebody a member of.</summary>
    public bool MayAddMembers => IsAdmin || Workspaces.Values.Contains(WorkspaceRole.Manager);

    /// <summary>What belongs to a workspace is changed by its managers and admins, what belongs to the organization by admins.</summary>
    public bool MayManage(Audience audience) => audience is Audience.Workspace workspace ? MayManage(workspace.Id) : IsAdmin;

    public bool MaySetDefault(Audience audience) => MayManage(audience);

    /// <summary>The audiences whose drives this person sees; null for all of the organization's.</summary>
    public IReadOnlyCollection<Audience>? Audiences =>
        IsAdmin ? null : [Audience.Whole, .. Workspaces.Keys.Select(id => new Audience.Workspace(id))];
}
