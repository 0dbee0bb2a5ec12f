using ServerlessDrives.Connecting.Recovery;

namespace ServerlessDrives.Connecting;

/// <summary>A connection's orchestration: begins it, passes on what people said, and sees where it is.</summary>
public interface IConnectionFlow
{
    /// <summary>Starts the orchestration, unless one is there that has not ended.</summary>
    /// <returns>Whether it was started by this call.</returns>
    Task<bool> BeginAsync(ConnectionAttempt attempt, CancellationToken cancellation);

    /// <summary>Tells the orchestration.</summary>
    /// <returns>Whether it has certainly heard. One that hadn't begun or isn't there may not have: see <see
    /// cref="RecoverConnection"/>.</returns>
    Task<bool> TellAsync(ConnectionId connection, string eventName, CancellationToken cancellation);

    /// <returns>Null when there is none.</returns>
    Task<FlowState?> FindAsync(ConnectionId connection, CancellationToken cancellation);

    /// <summary>Ends the orchestration wherever it is, and starts another one.</summary>
    Task ReplaceAsync(ConnectionAttempt attempt, CancellationToken cancellation);
}
