using Azure;
using Azure.Data.Tables;
using ServerlessDrives.Access;
using ServerlessDrives.Drives;
using ServerlessDrives.Events;
using ServerlessDrives.Events.Audit;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Adapters.Tables;

/// <summary>The drives in Table Storage.</summary>
internal sealed class TableDrives(OrganizationTable table, TableOutbox outbox, LastLooks looks, TimeProvider clock) : IDrives
{
    private readonly Recent<(OrganizationId, DriveId), Drive> _recent = new(clock, TableReads.RecentAge, TableReads.MostRecent);

    public async Task<Versioned<Drive>?> FindAsync(OrganizationId organization, DriveId id, CancellationToken cancellation) =>
        await table.FindAsync<DriveRow>(organization, Keys.Of(id), cancellation) is { } row
            ? new Versioned<Drive>(await looks.ShowAsync(row.ToDrive(), cancellation), row.ETag.ToString())
            : null;

    public ValueTask<Drive?> FindRecentAsync(OrganizationId organization, DriveId id, CancellationToken cancellation) => _recent.GetAsync(
        (organization, id),
        async token => (await table.FindAsync<DriveRow>(organization, Keys.Of(id), token))?.ToDrive(),
        cancellation);

    public async Task<Common.Page<Drive>> ListAsync(
        OrganizationId organization,
        IReadOnlyCollection<Audience>? audiences,
        HealthStatus? health,
        int limit,
        string? cursor,
        CancellationToken cancellation)
    {
        var filter = Filters.And(
            Filters.Scopes(audiences),
            health is null ? null : TableClient.CreateQueryFilter($"Health eq {health.ToString()}"));
        var page = await table.PageAsync<DriveRow>(organization, Keys.Drives, filter, limit, cursor, cancellation);
        var shown = new List<Drive>(page.Items.Count);
        foreach (var row in page.Items)
            shown.Add(await looks.ShowAsync(row.ToDrive(), cancellation));
        return new(shown, page.NextCursor);
    }

    public IAsyncEnumerable<(OrganizationId Organization, DriveId Drive)> AllDisconnectingAsync(CancellationToken cancellation) => table
        .KeysAsync(Keys.Drives, TableClient.CreateQueryFilter($"State eq {nameof(DriveState.Disconnecting)}"), cancellation)
        .Select(key => (key.Organization, DriveId.Of(key.Id)));

    public async Task<IReadOnlyList<Drive>> OnBucketAsync(OrganizationId organization, BucketName bucket, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(bucket);
        return await table.DrivesOnAsync(organization, bucket, cancellation);
    }

    public async Task<bool> SaveAsync(Versioned<Drive> drive, CancellationToken cancellation) =>
        await CommitAsync(
            table.Begin(drive.Value.Organization).Replace(DriveRow.Of(drive.Value), new ETag(drive.ETag)),
            drive.Value,
            cancellation);

    public async Task<bool> ReplaceKeyAsync(Versioned<Drive> drive, AccessKeyId before, UserId by, CancellationToken cancellation)
    {
        var transaction = table.Begin(drive.Value.Organization)
            .Replace(DriveRow.Of(drive.Value), new ETag(drive.ETag))
            .Record(DriveAnnouncements.KeyReplaced(drive.Value, before, by), clock.GetUtcNow());
        return await CommitAsync(transaction, drive.Value, cancellation);
    }

    // The drive's row is written too, unchanged: a removal that read it before then finds it changed.
    public async Task<bool> MakeDefaultAsync(
        Versioned<Drive> drive,
        Audience audience,
        DriveId? before,
        Person by,
        CancellationToken cancellation)
    {
        var organization = drive.Value.Organization;
        var transaction = table.Begin(organization).Replace(DriveRow.Of(drive.Value), new ETag(drive.ETag));
        var chosen = new DefaultRow { RowKey = Keys.Default(audience), Drive = drive.Value.Id.Value };
        if (before is null)
        {
            transaction.Insert(chosen);
        }
        else
        {
            if (
                await table.FindAsync<DefaultRow>(organization, chosen.RowKey, cancellation) is not { } present
                || present.Drive != before.Value.Value)
                return false;
            transaction.Replace(chosen, present.ETag);
        }

        if (audience is Audience.Workspace workspace)
            transaction.Touch(Keys.Of(workspace.Id));
        return await CommitAsync(transaction, by, audience, before, drive.Value.Id, cancellation);
    }

    public async Task<bool> ClearDefaultAsync(WorkspaceId workspace, DriveId before, Person by, CancellationToken cancellation)
    {
        var audience = new Audience.Workspace(workspace);
        return await table.FindAsync<DefaultRow>(by.Organization, Keys.Default(audience), cancellation) is { } present
            && present.Drive == before.Value
            && await CommitAsync(table.Begin(by.Organization).Delete(present), by, audience, before, after: null, cancellation);
    }

    public async Task<bool> RemoveAsync(Versioned<Drive> drive, CancellationToken cancellation)
    {
        var d = drive.Value;
        var transaction = table.Begin(d.Organization).Delete(DriveRow.Of(d), new ETag(drive.ETag));
        foreach (var name in await table.ReservationsAsync(d.Organization, d.Audience, d.DisplayName, d.Id.Value, cancellation))
            transaction.Delete(name);
        if (d.Authentication is DriveAuthentication.IamRole role)
        {
            if (await table.FindAsync<RoleUseRow>(d.Organization, Keys.Use(role.RoleId, d.Id.Value), cancellation) is { } use)
                transaction.Delete(use);
            if (await table.FindAsync<RoleRow>(d.Organization, Keys.Of(role.RoleId), cancellation) is { } row)
            {
                row.Uses--;
                transaction.Replace(row, row.ETag);
            }
        }

        return await CommitAsync(transaction, d, cancellation);
    }

    public async Task<DefaultDrives> DefaultsAsync(OrganizationId organization, CancellationToken cancellation)
    {
        DriveId? ofOrganization = null;
        var ofWorkspaces = new Dictionary<WorkspaceId, DriveId>();
        await foreach (var row in table.AllAsync<DefaultRow>(organization, Keys.Defaults, cancellation))
        {
            if (Stored.Audience(row.RowKey[Keys.Defaults.Length..]) is Audience.Workspace workspace)
                ofWorkspaces[workspace.Id] = DriveId.Of(row.Drive);
            else
                ofOrganization = DriveId.Of(row.Drive);
        }

        return new(ofOrganization, ofWorkspaces);
    }

    private Task<bool> CommitAsync(
        Transaction transaction,
        Person by,
        Audience audience,
        DriveId? before,
        DriveId? after,
        CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        transaction.Record(OrganizationAuditRecords.DefaultChanged(by, audience, before, after), now);
        var happened = OrganizationAuditRecords.DefaultChangedEvent(by, audience, before, after, now);
        return outbox.CommitAsync(transaction, happened, cancellation);
    }

    /// <summary>Whatever becomes of it: an answer that was lost may have been a success.</summary>
    private async Task<bool> CommitAsync(Transaction transaction, Drive drive, CancellationToken cancellation)
    {
        try
        {
            return (await transaction.CommitAsync(cancellation)).Succeeded;
        }
        finally
        {
            _recent.Forget((drive.Organization, drive.Id));
        }
    }
}
