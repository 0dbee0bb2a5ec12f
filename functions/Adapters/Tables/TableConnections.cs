using Azure;
using Azure.Data.Tables;
using ServerlessDrives.Connecting;
using ServerlessDrives.Drives;
using ServerlessDrives.Events.Audit;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Adapters.Tables;

/// <summary>The connections in Table Storage.</summary>
internal sealed class TableConnections(OrganizationTable table, PendingSignals signals, TimeProvider clock) : IConnections
{
    private static readonly ConnectionStatus[] OpenStatuses = [.. Enum.GetValues<ConnectionStatus>().Where(DriveConnection.IsOpenAt)];

    public async Task<Result<Versioned<DriveConnection>, Refusal>> OpenAsync(
        DriveConnection connection,
        IamRole? newRole,
        CancellationToken cancellation)
    {
        if (
            Keys.FormerReservation(connection.Audience, connection.DisplayName) is { } former
            && await table.FindAsync<NameRow>(connection.Organization, former, cancellation) is not null)
            return NameTaken(connection);
        while (true)
        {
            var row = ConnectionRow.Of(connection);
            var name = new NameRow { RowKey = Keys.Reservation(connection.Audience, connection.DisplayName), Owner = connection.Id.Value };
            var transaction = table.Begin(connection.Organization).Insert(row).Insert(name);
            if (connection.Audience is Audience.Workspace workspace)
                transaction.Touch(Keys.Of(workspace.Id));

            RoleRow? chosen = null;
            if (newRole is not null)
            {
                transaction.Insert(RoleRow.Of(newRole, uses: 1));
            }
            else if (connection.RoleId is { } id)
            {
                chosen = await table.FindAsync<RoleRow>(connection.Organization, Keys.Of(id), cancellation);
                if (chosen is null)
                    return Refusal.Invalid("authentication.roleId", "This role was deleted meanwhile. Choose another one, or a new one.");
                chosen.Uses++;
                transaction.Replace(chosen, chosen.ETag);
            }

            if (connection.RoleId is { } role)
                transaction.Insert(UseOf(role, connection.Id.Value, connection));

            var committed = await transaction.CommitAsync(cancellation);
            if (committed.Succeeded)
                return new Versioned<DriveConnection>(connection, committed.ETags[0]);
            // A repeated request, or one after an answer that was lost on the way, finds what was written before.
            if (await FindAsync(new(connection.Organization, connection.Id), cancellation) is { } written)
                return written;
            if (committed.Obstacle == chosen)
                continue;

            if (
                connection.Audience is Audience.Workspace { Id: var scope }
                && await table.FindAsync<TableEntity>(connection.Organization, Keys.Of(scope), cancellation) is null)
                return Refusal.NotFound("workspace");

            if (await table.FindAsync<NameRow>(connection.Organization, name.RowKey, cancellation) is not null)
                return NameTaken(connection);
        }
    }

    private static Refusal NameTaken(DriveConnection connection) =>
        Refusal.Conflict(
            "name-taken",
            $"There is a drive or an open connection named \"{connection.DisplayName}\" already. Choose another name."
        ) with
        {
            Errors = new Dictionary<string, IReadOnlyList<string>> { ["displayName"] = ["This name is taken."] },
        };

    public async Task<Versioned<DriveConnection>?> FindAsync(ConnectionKey key, CancellationToken cancellation) =>
        await table.FindAsync<ConnectionRow>(key.Organization, Keys.Of(key.Connection), cancellation) is { } row
            ? new Versioned<DriveConnection>(row.ToConnection(), row.ETag.ToString())
            : null;

    public async Task<Common.Page<DriveConnection>> ListAsync(
        OrganizationId organization,
        IReadOnlyCollection<Audience>? audiences,
        ConnectionStatus? status,
        int limit,
        string? cursor,
        CancellationToken cancellation)
    {
        var filter = Filters.And(
            Filters.Scopes(audiences),
            status is null ? null : TableClient.CreateQueryFilter($"Status eq {status.ToString()}"));
        var page = await table.PageAsync<ConnectionRow>(organization, Keys.Connections, filter, limit, cursor, cancellation);
        return page.Select(row => row.ToConnection());
    }

    public IAsyncEnumerable<ConnectionKey> AllOpenAsync(CancellationToken cancellation) =>
        table
            .KeysAsync(
                Keys.Connections,
                string.Join(" or ", OpenStatuses.Select(status => TableClient.CreateQueryFilter($"Status eq {status.ToString()}"))),
                cancellation)
            .Select(key => new ConnectionKey(key.Organization, ConnectionId.Of(key.Id)));

    public async Task<Versioned<DriveConnection>?> SaveAsync(
        Versioned<DriveConnection> connection,
        AuditRecord? act,
        CancellationToken cancellation)
    {
        var committed = await table.Begin(connection.Value.Organization)
            .Replace(ConnectionRow.Of(connection.Value), new ETag(connection.ETag))
            .Record(act, clock.GetUtcNow())
            .CommitAsync(cancellation);
        return committed.Succeeded ? new(connection.Value, committed.ETags[0]) : null;
    }

    public async Task<bool> TrustRoleAsync(Versioned<DriveConnection> connection, Versioned<IamRole> role, CancellationToken cancellation)
    {
        var organization = connection.Value.Organization;
        if (
            await table.FindAsync<RoleRow>(organization, Keys.Of(role.Value.Id), cancellation) is not { } row
            || row.ETag.ToString() != role.ETag)
            return false;
        var committed = await table.Begin(organization)
            .Replace(ConnectionRow.Of(connection.Value), new ETag(connection.ETag))
            .Replace(RoleRow.Of(role.Value, row.Uses), row.ETag)
            .CommitAsync(cancellation);
        return committed.Succeeded;
    }

    public async Task<ConnectOutcome> ConnectAsync(Versioned<DriveConnection> connection, Drive drive, CancellationToken cancellation)
    {
        var c = connection.Value;
        // Read before the drives are: a drive that comes to the bucket from here on changes it, and nothing of this is written.
        var key = Keys.Of(drive.Bucket, drive.Region.Partition);
        var bucket = await table.FindAsync<BucketRow>(c.Organization, key, cancellation);
        if (
            c.Configuration is { AllowOverlap: false }
            && (await table.DrivesOnAsync(c.Organization, drive.Bucket, cancellation)).Any(other =>
                Overlaps.Of(drive.Access, other) is not null))
            return ConnectOutcome.Overlaps;
        var transaction = table.Begin(c.Organization)
            .Replace(ConnectionRow.Of(c), new ETag(connection.ETag))
            .Insert(DriveRow.Of(drive))
            .Put(new NameRow { RowKey = Keys.Reservation(c.Audience, c.DisplayName), Owner = drive.Id.Value });
        foreach (
            var former in (await table.ReservationsAsync(c.Organization, c.Audience, c.DisplayName, c.Id.Value, cancellation)).Where(row =>
                row.RowKey != Keys.Reservation(c.Audience, c.DisplayName)))
            transaction.Delete(former);
        if (bucket is null)
            transaction.Insert(new BucketRow { RowKey = key, Changes = 1 });
        else
            transaction.Replace(new BucketRow { RowKey = key, Changes = bucket.Changes + 1 }, bucket.ETag);
        if (c.Audience is Audience.Workspace workspace)
            transaction.Touch(Keys.Of(workspace.Id));
        if (c.MakeDefault)
            transaction.Put(new DefaultRow { RowKey = Keys.Default(c.Audience), Drive = drive.Id.Value });
        if (c.RoleId is { } role)
        {
            // The drive takes over the connection's use, so the role's count stays as it is.
            transaction.Insert(UseOf(role, drive.Id.Value, c));
            if (await table.FindAsync<RoleUseRow>(c.Organization, Keys.Use(role, c.Id.Value), cancellation) is { } use)
                transaction.Delete(use);
        }

        return (await transaction.CommitAsync(cancellation)).Succeeded ? ConnectOutcome.Connected : ConnectOutcome.Changed;
    }

    public async Task<bool> CloseAsync(Versioned<DriveConnection> connection, CancellationToken cancellation)
    {
        var c = connection.Value;
        var transaction = table.Begin(c.Organization).Replace(ConnectionRow.Of(c), new ETag(connection.ETag));
        foreach (var name in await table.ReservationsAsync(c.Organization, c.Audience, c.DisplayName, c.Id.Value, cancellation))
            transaction.Delete(name);
        if (c.RoleId is { } id && await table.FindAsync<RoleUseRow>(c.Organization, Keys.Use(id, c.Id.Value), cancellation) is { } use)
        {
            transaction.Delete(use);
            if (await table.FindAsync<RoleRow>(c.Organization, Keys.Of(id), cancellation) is { } role)
            {
                role.Uses--;
                if (c.RoleIsNew && role.Uses == 0)
                    transaction.Delete(role);
                else
                    transaction.Replace(role, role.ETag);
            }
        }

        return (await transaction.CommitAsync(cancellation)).Succeeded;
    }

    public Task<PendingSignal> BeginSignalAsync(ConnectionKey key, CancellationToken cancellation) =>
        signals.BeginAsync(key, clock.GetUtcNow(), cancellation);

    public Task CompleteSignalAsync(PendingSignal signal, CancellationToken cancellation) => signals.CompleteAsync(signal, cancellation);

    public Task<IReadOnlyList<PendingSignal>> AbandonedSignalsAsync(DateTimeOffset before, CancellationToken cancellation) =>
        signals.AbandonedAsync(before, cancellation);

    private static RoleUseRow UseOf(RoleId role, string user, DriveConnection connection) =>
        new()
        {
            RowKey = Keys.Use(role, user),
            User = user,
            DisplayName = connection.DisplayName.Value,
            Scope = connection.Audience.ScopeKey,
        };
}
