using Azure.Data.Tables;
using ServerlessDrives.Access;
using ServerlessDrives.Drives;
using ServerlessDrives.Events.Audit;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Adapters.Tables;

/// <summary>The roles in Table Storage.</summary>
internal sealed class TableRoles(OrganizationTable table, TimeProvider clock) : IRoles
{
    public async Task<Versioned<IamRole>?> FindAsync(OrganizationId organization, RoleId id, CancellationToken cancellation) =>
        await table.FindAsync<RoleRow>(organization, Keys.Of(id), cancellation) is { } row
            ? new Versioned<IamRole>(row.ToRole(), row.ETag.ToString())
            : null;

    public async Task<Common.Page<IamRole>> ListAsync(
        OrganizationId organization, IReadOnlyCollection<Audience>? audiences, int limit, string? cursor, CancellationToken cancellation)
    {
        var page = await table.PageAsync<RoleRow>(organization, Keys.Roles, Filters.Scopes(audiences), limit, cursor, cancellation);
        return page.Select(row => row.ToRole());
    }

    public async Task<bool> CreateAsync(IamRole role, Person by, CancellationToken cancellation)
    {
        var transaction = table
            .Begin(role.Organization)
            .Insert(RoleRow.Of(role, uses: 0))
            .Record(OrganizationAuditRecords.RoleCreated(by, role), clock.GetUtcNow());
        if (role.Audience is Audience.Workspace workspace)
            transaction.Touch(Keys.Of(workspace.Id));
        return (await transaction.CommitAsync(cancellation)).Succeeded;
    }

    public async Task<IamRole?> FindByArnAsync(OrganizationId organization, RoleArn arn, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(arn);
        var page = await table.PageAsync<RoleRow>(
            organization,
            Keys.Roles,
            TableClient.CreateQueryFilter($"Arn eq {arn.Value}"),
            limit: 1,
            cursor: null,
            cancellation);
        return page.Items is [var row, ..] ? row.ToRole() : null;
    }

    public async Task<IReadOnlyList<RoleUse>> UsesAsync(OrganizationId organization, RoleId id, CancellationToken cancellation)
    {
        var uses = new List<RoleUse>();
        await foreach (var row in table.AllAsync<RoleUseRow>(organization, Keys.UsesOf(id), cancellation))
            uses.Add(new(row.User, row.DisplayName, Stored.Audience(row.Scope)));
        return uses;
    }

    public async Task<bool> DeleteAsync(Versioned<IamRole> role, Person by, CancellationToken cancellation)
    {
        var row = await table.FindAsync<RoleRow>(role.Value.Organization, Keys.Of(role.Value.Id), cancellation);
        if (row is null)
            return true;
        if (row.Uses > 0 || row.ETag.ToString() != role.ETag)
            return false;
        return (await table.Begin(role.Value.Organization)
            .Delete(row)
            .Record(OrganizationAuditRecords.RoleDeleted(by, role.Value), clock.GetUtcNow())
            .CommitAsync(cancellation)).Succeeded;
    }
}
