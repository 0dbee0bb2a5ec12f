using Azure;
using Azure.Data.Tables;
using ServerlessDrives.Events.Audit;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Adapters.Tables;

/// <summary>The groups that workspaces admit, in the table of workspaces: a row each, under the workspace.</summary>
internal sealed class TableWorkspaceGroups(TableServiceClient service, TimeProvider clock) : IWorkspaceGroups
{
    private const string Prefix = "group|";

    /// <summary>Organizations, each with up to a thousand groups.</summary>
    private const int MostRecent = 100;

    private readonly TableClient _table = service.GetTableClient(TableWorkspaces.Name);
    private readonly Recent<OrganizationId, IReadOnlyList<AdmittedGroup>> _recent = new(
        clock,
        TableReads.RecentAge,
        MostRecent);

    public async Task<Common.Page<AdmittedGroup>> ListAsync(
        OrganizationId organization,
        WorkspaceId workspace,
        int limit,
        string? cursor,
        CancellationToken cancellation) =>
        (await _table.PageAsync<GroupRow>(organization.Value, Of(workspace), null, limit, cursor, cancellation)).Select(row =>
            row.ToGroup());

    public async Task<Versioned<AdmittedGroup>?> FindAsync(
        OrganizationId organization,
        WorkspaceId workspace,
        GroupId group,
        CancellationToken cancellation) =>
        await _table.FindAsync<GroupRow>(organization.Value, Of(workspace) + group, cancellation) is { } row
            ? new(row.ToGroup(), row.ETag.ToString())
            : null;

    public async Task<IReadOnlyList<AdmittedGroup>> AllAsync(OrganizationId organization, CancellationToken cancellation)
    {
        var all = new List<AdmittedGroup>();
        await foreach (
            var row in _table.QueryAsync<GroupRow>(TableRange.Of(organization.Value, Prefix, null), cancellationToken: cancellation))
            all.Add(row.ToGroup());
        return all;
    }

    public async ValueTask<IReadOnlyList<AdmittedGroup>> RecentAllAsync(OrganizationId organization, CancellationToken cancellation) =>
        (await _recent.GetAsync(organization, async token => await AllAsync(organization, token), cancellation))!;

    public Task<bool> PutAsync(
        OrganizationId organization,
        AdmittedGroup group,
        Versioned<AdmittedGroup>? before,
        Person? by,
        CancellationToken cancellation)
    {
        var transaction = new Transaction(_table, organization.Value).Record(
            by is null ? null : OrganizationAuditRecords.GroupChanged(by, group.Workspace, before?.Value, group),
            clock.GetUtcNow());
        return CommitAsync(
            before is null ? transaction.Insert(GroupRow.Of(group)) : transaction.Replace(GroupRow.Of(group), new ETag(before.ETag)),
            organization,
            cancellation);
    }

    public Task<bool> RemoveAsync(
        OrganizationId organization,
        Versioned<AdmittedGroup> group,
        Person by,
        CancellationToken cancellation) =>
        CommitAsync(
            new Transaction(_table, organization.Value)
                .Delete(GroupRow.Of(group.Value), new ETag(group.ETag))
                .Record(OrganizationAuditRecords.GroupChanged(by, group.Value.Workspace, group.Value, after: null), clock.GetUtcNow()),
            organization,
            cancellation);

    /// <summary>Of a workspace that is gone: what is admitted to it admits to nothing, and goes row by row.</summary>
    internal async Task RemoveAllAsync(OrganizationId organization, WorkspaceId workspace, CancellationToken cancellation)
    {
        await foreach (
            var row in _table.QueryAsync<GroupRow>(
                TableRange.Of(organization.Value, Of(workspace), null),
                cancellationToken: cancellation))
            await _table.DeleteEntityAsync(row.PartitionKey, row.RowKey, ETag.All, cancellation);
        _recent.Forget(organization);
    }

    /// <summary>Whatever becomes of it: an answer that was lost may have been a success.</summary>
    private async Task<bool> CommitAsync(Transaction transaction, OrganizationId organization, CancellationToken cancellation)
    {
        try
        {
            return (await transaction.CommitAsync(cancellation)).Succeeded;
        }
        finally
        {
            _recent.Forget(organization);
        }
    }

    private static string Of(WorkspaceId workspace) => $"{Prefix}{workspace}|";

    private sealed class GroupRow : Row
    {
        public string Workspace { get; set; } = "";
        public string Group { get; set; } = "";
        public string Role { get; set; } = "";
        public string? Name { get; set; }

        public static GroupRow Of(AdmittedGroup group) => new()
        {
            RowKey = TableWorkspaceGroups.Of(group.Workspace) + group.Group,
            Workspace = group.Workspace.Value,
            Group = group.Group.Value,
            Role = group.Role.ToString(),
            Name = group.Name,
        };

        public AdmittedGroup ToGroup() =>
            new(WorkspaceId.Of(Workspace), GroupId.Parse(Group, null), Stored.Enum<WorkspaceRole>(Role), Name);
    }
}
