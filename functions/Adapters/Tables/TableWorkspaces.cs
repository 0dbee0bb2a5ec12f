using Azure;
using Azure.Data.Tables;
using ServerlessDrives.Events.Audit;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Adapters.Tables;

/// <summary>
/// Workspaces, with what belongs to the organization, and memberships, in a table of their own: each is two rows, by workspace and by user.
/// </summary>
internal sealed class TableWorkspaces(
    TableServiceClient service,
    OrganizationTable organizations,
    TableWorkspaceGroups groups,
    TimeProvider clock)
    : IWorkspaces
{
    public const string Name = "Workspaces";

    /// <summary>Of the 100 rows that a transaction may change, those for roles.</summary>
    private const int MostRoles = 90;

    private readonly TableClient _table = service.GetTableClient(Name);
    private readonly Recent<(OrganizationId, UserId), IReadOnlyDictionary<WorkspaceId, WorkspaceRole>> _recent = new(
        clock,
        TableReads.RecentAge,
        TableReads.MostRecent);

    public async Task<Versioned<Workspace>?> FindAsync(OrganizationId organization, WorkspaceId id, CancellationToken cancellation) =>
        await organizations.FindAsync<WorkspaceRow>(organization, Keys.Of(id), cancellation) is { } row
            ? new Versioned<Workspace>(row.ToWorkspace(), row.ETag.ToString())
            : null;

    public async Task<Common.Page<Workspace>> ListAsync(
        OrganizationId organization,
        int limit,
        string? cursor,
        CancellationToken cancellation) =>
        (await organizations.PageAsync<WorkspaceRow>(organization, Keys.Workspaces, null, limit, cursor, cancellation)).Select(row =>
            row.ToWorkspace());

    public async Task<bool> CreateAsync(Workspace workspace, Person? by, CancellationToken cancellation)
    {
        if (await organizations.FindAsync<WorkspaceRow>(workspace.Organization, Keys.Deleted(workspace.Id), cancellation) is not null)
            return false;
        return (await organizations.Begin(workspace.Organization)
            .Insert(WorkspaceRow.Of(workspace))
            .Record(by is null ? null : OrganizationAuditRecords.WorkspaceCreated(by, workspace), clock.GetUtcNow())
            .CommitAsync(cancellation)).Succeeded;
    }

    public async Task<Versioned<Workspace>?> RenameAsync(
        Versioned<Workspace> workspace,
        string name,
        Person by,
        CancellationToken cancellation)
    {
        var renamed = workspace.Value with { Name = name };
        var committed = await organizations.Begin(renamed.Organization)
            .Replace(WorkspaceRow.Of(renamed), new ETag(workspace.ETag))
            .Record(OrganizationAuditRecords.WorkspaceRenamed(by, workspace.Value, renamed), clock.GetUtcNow())
            .CommitAsync(cancellation);
        return committed.Succeeded ? new(renamed, committed.ETags[0]) : null;
    }

    public async Task<bool> DeleteAsync(Versioned<Workspace> workspace, Person by, CancellationToken cancellation)
    {
        var (organization, id) = (workspace.Value.Organization, workspace.Value.Id);
        var gone = WorkspaceRow.Of(workspace.Value);
        var tombstone = WorkspaceRow.Of(workspace.Value);
        tombstone.RowKey = Keys.Deleted(id);
        var audience = new Audience.Workspace(id);
        var transaction = organizations.Begin(organization)
            .Delete(gone, new ETag(workspace.ETag))
            .Insert(tombstone)
            .Record(OrganizationAuditRecords.WorkspaceDeleted(by, workspace.Value), clock.GetUtcNow());
        if (await organizations.FindAsync<DefaultRow>(organization, Keys.Default(audience), cancellation) is { } chosen)
            transaction.Delete(chosen);
        var roles = await organizations.PageAsync<RoleRow>(
            organization,
            Keys.Roles,
            Filters.And(Filters.Scopes([audience]), "Uses eq 0"),
            MostRoles,
            cursor: null,
            cancellation);
        foreach (var role in roles.Items)
            transaction.Delete(role);
        if (!(await transaction.CommitAsync(cancellation)).Succeeded)
            return false;
        // The workspace is gone; memberships of what isn't there admit to nothing, and go one by one.
        for (Common.Page<Member> page; (page = await MembersAsync(organization, id, Http.Paging.Most, null, cancellation)).Items.Count > 0;)
        {
            foreach (var member in page.Items)
                await EndAsync(organization, member, act: null, cancellation);
        }

        await groups.RemoveAllAsync(organization, id, cancellation);
        return true;
    }

    public async Task<IReadOnlyDictionary<WorkspaceId, WorkspaceRole>> MembershipsAsync(
        OrganizationId organization,
        UserId user,
        CancellationToken cancellation)
    {
        var memberships = new Dictionary<WorkspaceId, WorkspaceRole>();
        await foreach (
            var row in _table.QueryAsync<MemberRow>(TableRange.Of(organization.Value, ByUser(user), null), cancellationToken: cancellation))
            memberships[WorkspaceId.Of(row.Workspace)] = Stored.Enum<WorkspaceRole>(row.Role);
        return memberships;
    }

    public async ValueTask<IReadOnlyDictionary<WorkspaceId, WorkspaceRole>> RecentMembershipsAsync(
        OrganizationId organization,
        UserId user,
        CancellationToken cancellation
    ) => (await _recent.GetAsync((organization, user), async token => await MembershipsAsync(organization, user, token), cancellation))!;

    public async Task<Common.Page<Member>> MembersAsync(
        OrganizationId organization,
        WorkspaceId workspace,
        int limit,
        string? cursor,
        CancellationToken cancellation)
    {
        var page = await _table.PageAsync<MemberRow>(organization.Value, ByWorkspace(workspace), null, limit, cursor, cancellation);
        return page.Select(row => new Member(workspace, Stored.User(row.User), Stored.Enum<WorkspaceRole>(row.Role)));
    }

    public async Task<bool> PutMemberAsync(
        OrganizationId organization,
        Member member,
        WorkspaceRole? before,
        Person? by,
        CancellationToken cancellation)
    {
        var row = RowOf(ByUser(member.User) + member.Workspace, member);
        var present = await _table.FindAsync<MemberRow>(organization.Value, row.RowKey, cancellation);
        if (RoleOf(present) != before)
            return false;
        var transaction = new Transaction(_table, organization.Value)
            .Put(RowOf(ByWorkspace(member.Workspace) + member.User, member))
            .Record(
                by is null ? null : OrganizationAuditRecords.MemberChanged(by, member.Workspace, member.User, before, member.Role),
                clock.GetUtcNow());
        return await CommitAsync(
            present is null ? transaction.Insert(row) : transaction.Replace(row, present.ETag),
            organization,
            member.User,
            cancellation);
    }

    public Task<bool> RemoveMemberAsync(OrganizationId organization, Member member, Person by, CancellationToken cancellation) =>
        EndAsync(
            organization,
            member,
            OrganizationAuditRecords.MemberChanged(by, member.Workspace, member.User, member.Role, after: null),
            cancellation);

    private async Task<bool> EndAsync(OrganizationId organization, Member member, AuditRecord? act, CancellationToken cancellation)
    {
        var transaction = new Transaction(_table, organization.Value).Record(act, clock.GetUtcNow());
        var found = false;
        foreach (var key in new[] { ByUser(member.User) + member.Workspace, ByWorkspace(member.Workspace) + member.User })
        {
            if (await _table.FindAsync<MemberRow>(organization.Value, key, cancellation) is not { } row)
                continue;
            if (RoleOf(row) != member.Role)
                return false;
            transaction.Delete(row);
            found = true;
        }

        return found && await CommitAsync(transaction, organization, member.User, cancellation);
    }

    /// <summary>Whatever becomes of it: an answer that was lost may have been a success.</summary>
    private async Task<bool> CommitAsync(Transaction transaction, OrganizationId organization, UserId user, CancellationToken cancellation)
    {
        try
        {
            return (await transaction.CommitAsync(cancellation)).Succeeded;
        }
        finally
        {
            _recent.Forget((organization, user));
        }
    }

    private static WorkspaceRole? RoleOf(MemberRow? row) => row is null ? null : Stored.Enum<WorkspaceRole>(row.Role);

    private static string ByWorkspace(WorkspaceId workspace) => $"member|{workspace}|";

    private static string ByUser(UserId user) => $"user|{user}|";

    private static MemberRow RowOf(string key, Member member) =>
        new() { RowKey = key, Workspace = member.Workspace.Value, User = member.User.Value, Role = member.Role.ToString() };

    private sealed class WorkspaceRow : Row
    {
        public string Id { get; set; } = "";
        public string Name { get; set; } = "";
        public DateTimeOffset CreatedAt { get; set; }

        public static WorkspaceRow Of(Workspace workspace) =>
            new() { RowKey = Keys.Of(workspace.Id), Id = workspace.Id.Value, Name = workspace.Name, CreatedAt = workspace.CreatedAt };

        public Workspace ToWorkspace() => new(WorkspaceId.Of(Id), OrganizationId.Of(PartitionKey), Name, CreatedAt);
    }

    private sealed class MemberRow : Row
    {
        public string Workspace { get; set; } = "";
        public string User { get; set; } = "";
        public string Role { get; set; } = "";
    }
}
