namespace ServerlessDrives.Workspaces;

/// <summary>What a token says of the groups of whom it was issued to.</summary>
/// <param name="Groups">Those that it names.</param>
/// <param name="AreTooMany">Whether it names none because they are too many; the directory knows them.</param>
public sealed record GroupClaims(IReadOnlySet<GroupId> Groups, bool AreTooMany)
{
    public static readonly GroupClaims None = new(new HashSet<GroupId>(), AreTooMany: false);

    public bool IsEmpty => Groups.Count == 0 && !AreTooMany;
}

/// <summary>
/// What somebody is in which workspaces: by their own memberships and by those of the groups that they are in, the higher role of both.
/// The one place that decides it.
/// </summary>
public sealed class Memberships(IWorkspaces workspaces, IWorkspaceGroups groups, IGroupDirectory directory, IPeople people)
{
    private static readonly IReadOnlyList<AdmittedGroup> NoGroups = [];

    /// <summary>For somebody who is here with a token.</summary>
    /// <param name="person">Whose own <see cref="Person.Workspaces"/> don't count.</param>
    /// <param name="byRecent">Whether rows will do that this instance read within the last two seconds.</param>
    /// <returns>The same person with what they are in which workspaces, or the refusal of the directory that gave no answer.</returns>
    /// <remarks>The directory isn't asked about admins, who see every workspace anyway.</remarks>
    public async Task<Result<Person, Refusal>> AddToAsync(
        Person person,
        GroupClaims claims,
        bool byRecent,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(person);
        ArgumentNullException.ThrowIfNull(claims);
        var asksDirectory = claims.AreTooMany && !person.IsAdmin;
        var (organization, user) = (person.Organization, person.Id);
        var own = byRecent
            ? workspaces.RecentMembershipsAsync(organization, user, cancellation).AsTask()
            : workspaces.MembershipsAsync(organization, user, cancellation);
        var admitted = claims.Groups.Count == 0 && !asksDirectory ? NoGroups
            : byRecent ? await groups.RecentAllAsync(organization, cancellation)
            : await groups.AllAsync(organization, cancellation);
        var memberships = await own;
        if (admitted.Count == 0)
            return person with { Workspaces = memberships };
        var theirs = claims.Groups;
        if (asksDirectory && !(await directory.GroupsOfAsync(organization, user, cancellation)).TryGet(out theirs, out var unavailable))
            return unavailable;
        return person with { Workspaces = Highest(memberships, admitted.Where(group => theirs.Contains(group.Group))) };
    }

    /// <summary>
    /// For somebody who isn't here with a token, such as whoever made a link: whether they may still see what belongs to an audience. They
    /// are an admin if they were when they last called; which groups they are in, the directory says.
    /// </summary>
    /// <returns>The refusal of the directory where it had to be asked and gave no answer.</returns>
    public async Task<Result<bool, Refusal>> MayStillSeeAsync(
        OrganizationId organization,
        UserId user,
        Audience audience,
        CancellationToken cancellation)
    {
        if (audience is not Audience.Workspace workspace)
            return true;
        if ((await workspaces.MembershipsAsync(organization, user, cancellation)).ContainsKey(workspace.Id))
            return true;
        if ((await people.FindAsync(organization, [user], cancellation)).TryGetValue(user, out var known) && known.IsAdmin)
            return true;
        var admitted = (await groups.AllAsync(organization, cancellation))
            .Where(group => group.Workspace == workspace.Id)
            .Select(group => group.Group)
            .ToHashSet();
        if (admitted.Count == 0)
            return false;
        return (await directory.GroupsOfAsync(organization, user, cancellation)).Then<bool>(theirs => theirs.Overlaps(admitted));
    }

    private static Dictionary<WorkspaceId, WorkspaceRole> Highest(
        IReadOnlyDictionary<WorkspaceId, WorkspaceRole> own,
        IEnumerable<AdmittedGroup> admitting)
    {
        var roles = new Dictionary<WorkspaceId, WorkspaceRole>(own);
        foreach (var group in admitting)
            if (!roles.TryGetValue(group.Workspace, out var role) || group.Role > role)
                roles[group.Workspace] = group.Role;
        return roles;
    }
}
