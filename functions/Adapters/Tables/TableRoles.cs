using ServerlessDrives.Drives;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Adapters.Tables;

/// <summary>The roles in Table Storage.</summary>
internal sealed class TableRoles(OrganizationTable table) : IRoles
{
    public async Task<Versioned<IamRole>?> FindAsync(OrganizationId organization, RoleId id, CancellationToken cancellation) =>
        await table.FindAsync<RoleRow>(organization, Keys.Of(id), cancellation) is { } row
            ? new Versioned<IamRole>(row.ToRole(), row.ETag.ToString())
            : null;

    public async Task<Page<IamRole>> ListAsync(
        OrganizationId organization, IReadOnlyCollection<Audience>? audiences, int limit, string? cursor, CancellationToken cancellation)
    {
        var page = await table.PageAsync<RoleRow>(organization, Keys.Roles, Filters.Scopes(audiences), limit, cursor, cancellation);
        return page.Select(row => row.ToRole());
    }

    public Task CreateAsync(IamRole role, CancellationToken cancellation) =>
        table.Begin(role.Organization).Put(RoleRow.Of(role, uses: 0)).CommitAsync(cancellation);

    public async Task<IReadOnlyList<RoleUse>> UsesAsync(OrganizationId organization, RoleId id, CancellationToken cancellation)
    {
        var uses = new List<RoleUse>();
        await foreach (var row in table.AllAsync<RoleUseRow>(organization, Keys.UsesOf(id), cancellation))
            uses.Add(new(row.User, row.DisplayName));
        return uses;
    }

    public async Task<bool> DeleteAsync(Versioned<IamRole> role, CancellationToken cancellation)
    {
        var row = await table.FindAsync<RoleRow>(role.Value.Organization, Keys.Of(role.Value.Id), cancellation);
        if (row is null)
            return true;
        if (row.Uses > 0 || row.ETag.ToString() != role.ETag)
            return false;
        return (await table.Begin(role.Value.Organization).Delete(row).CommitAsync(cancellation)).Succeeded;
    }
}
