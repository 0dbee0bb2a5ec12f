using ServerlessDrives.Connecting.Recovery;
using ServerlessDrives.Drives;
using ServerlessDrives.Events.Audit;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Connecting;

/// <summary>The connections, as rows that change together with the names they reserve and the roles they use.</summary>
public interface IConnections
{
    /// <summary>Reserves the name, notes the role's use (or the new role) and writes the connection: all of it or nothing.</summary>
    /// <returns>The connection, or why not: the name is taken (<c>name-taken</c>), the role is gone.</returns>
    Task<Result<Versioned<DriveConnection>, Refusal>> OpenAsync(
        DriveConnection connection,
        IamRole? newRole,
        CancellationToken cancellation
    );

    Task<Versioned<DriveConnection>?> FindAsync(ConnectionKey key, CancellationToken cancellation);

    /// <summary>In the order of their creation.</summary>
    /// <param name="audiences">Null for all.</param>
    /// <param name="cursor">Where the previous page ended, or null.</param>
    Task<Page<DriveConnection>> ListAsync(
        OrganizationId organization,
        IReadOnlyCollection<Audience>? audiences,
        ConnectionStatus? status,
        int limit,
        string? cursor,
        CancellationToken cancellation);

    /// <summary>All organizations' connections that are open: scans the table, and so is not for answering a request.</summary>
    IAsyncEnumerable<ConnectionKey> AllOpenAsync(CancellationToken cancellation);

    /// <summary>Replaces the row if it still is what was read.</summary>
    /// <returns>The new state, or null when it has changed meanwhile.</returns>
    Task<Versioned<DriveConnection>?> SaveAsync(Versioned<DriveConnection> connection, CancellationToken cancellation) =>
        SaveAsync(connection, act: null, cancellation);

    /// <summary>The same, with what somebody did written down in the audit trail: both or neither.</summary>
    Task<Versioned<DriveConnection>?> SaveAsync(Versioned<DriveConnection> connection, AuditRecord? act, CancellationToken cancellation);

    /// <summary>Writes the connection together with the role that is now proven.</summary>
    Task<bool> TrustRoleAsync(Versioned<DriveConnection> connection, Versioned<IamRole> role, CancellationToken cancellation);

    /// <summary>
    /// The drive, its name, the default pointer, the role's use and the connection's end: all of it or nothing. Whether it overlaps another
    /// drive is decided with it.
    /// </summary>
    Task<ConnectOutcome> ConnectAsync(Versioned<DriveConnection> connection, Drive drive, CancellationToken cancellation);

    /// <summary>
    /// Gives the name back, takes the role's use away, deletes a new role that nothing else uses, and writes the connection's end: all of
    /// it or nothing.
    /// </summary>
    Task<bool> CloseAsync(Versioned<DriveConnection> connection, CancellationToken cancellation);

    /// <summary>
    /// Notes that somebody is about to change this connection and then tell its orchestration; see <see cref="RecoverConnections"/>.
    /// </summary>
    Task<PendingSignal> BeginSignalAsync(ConnectionKey key, CancellationToken cancellation);

    /// <summary>The orchestration was told.</summary>
    Task CompleteSignalAsync(PendingSignal signal, CancellationToken cancellation);

    /// <summary>Promises older than this moment that were never kept: at most 500 at a time.</summary>
    Task<IReadOnlyList<PendingSignal>> AbandonedSignalsAsync(DateTimeOffset before, CancellationToken cancellation);
}

/// <summary>What came of making a drive.</summary>
public enum ConnectOutcome
{
    Connected,

    /// <summary>Something that it rests on has changed meanwhile; nothing was written.</summary>
    Changed,

    /// <summary>It would share files with a drive that is there, and nobody said yes to that; nothing was written.</summary>
    Overlaps,
}

/// <summary>That an orchestration will be told what its connection's row says.</summary>
/// <param name="Mark">Tells promises of one connection apart.</param>
public sealed record PendingSignal(ConnectionKey Key, string Mark);
