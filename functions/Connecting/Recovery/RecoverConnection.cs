using ServerlessDrives.Access;

namespace ServerlessDrives.Connecting.Recovery;

/// <summary>
/// Brings a connection's orchestration to where the connection's row says that it is. The two are stored apart: after a crash, a restore
/// or an upgrade they can be of different moments, either one ahead. The row counts; what it has noted isn't asked for again.
/// </summary>
public sealed class RecoverConnection(
    IConnections connections, ISecrets secrets, ConnectionEvents published, ConnectionOptions options, TimeProvider clock)
{
    /// <summary>
    /// Does again what a crash may have cut off between a row and its orchestration. What the flow heard already, it doesn't hear twice:
    /// each event is awaited once.
    /// </summary>
    public async Task RecoverAsync(PendingSignal signal, IConnectionFlow flow, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(signal);
        ArgumentNullException.ThrowIfNull(flow);
        if (await connections.FindAsync(signal.Key, cancellation) is { } read)
        {
            await published.StartedAsync(read.Value, cancellation);
            if (read.Value is { IsOpen: false, Secret: { } secret, DriveId: null })
                await secrets.DeleteAsync(secret, cancellation);
            if (!await GoOnAsync(signal.Key, flow, cancellation))
                return;
        }

        await connections.CompleteSignalAsync(signal, cancellation);
    }

    /// <summary>
    /// Compares the two, and brings them together where they have differed for long: since an earlier look, or as long as their own times
    /// tell.
    /// </summary>
    /// <param name="earlier">What an earlier look gave; null for the first one.</param>
    /// <returns>What they look like while they differ; null when they don't.</returns>
    public async Task<FlowLook?> LookAsync(ConnectionKey key, FlowLook? earlier, IConnectionFlow flow, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(flow);
        var state = await flow.FindAsync(key.Connection, cancellation);
        if (await connections.FindAsync(key, cancellation) is not { Value.IsOpen: true } read)
            return null;
        var connection = read.Value;
        var look = new FlowLook(read.ETag, state);
        if (state is null or { IsOver: true })
        {
            // A connection that is being started has its row before its orchestration.
            if (earlier is null && IsRecent(connection.UpdatedAt))
                return look;
            return await GoOnAsync(key, flow, cancellation) ? null : look;
        }

        // Where nothing has happened to either for so long, a second look would see the same.
        var isStill = look == earlier || (!IsRecent(connection.UpdatedAt) && !IsRecent(state.ChangedAt));
        var present = new FlowPosition(connection.Attempt, connection.Status);
        switch (state.Position)
        {
            case { WaitsAt: null }:
                // At work, so that the row may be a step ahead; it comes to a wait, or ends. If its host has died, the task hub has another
                // one go on; the row can't tell that from work that takes long.
                return look;
            case { } position when position != present:
                if (!isStill)
                    return look;
                await flow.ReplaceAsync(connection.PresentAttempt(), cancellation);
                break;
            case null when IsRecent(state.ChangedAt):
                return look;
            default:
                // It waits where the row is, or it began before positions were published: then it can't be judged, and expires at the
                // latest.
                if (!connection.NotedEvents().Any())
                    return null;
                if (!isStill)
                    return look;
                break;
        }

        return await TellAsync(key, flow, cancellation) ? null : look;
    }

    /// <summary>Starts an orchestration from the row where none goes on, and tells it what is noted.</summary>
    /// <returns>Whether it has certainly heard all of it.</returns>
    private async Task<bool> GoOnAsync(ConnectionKey key, IConnectionFlow flow, CancellationToken cancellation)
    {
        // In this order: a row is closed before its orchestration ends.
        var state = await flow.FindAsync(key.Connection, cancellation);
        if (await connections.FindAsync(key, cancellation) is not { Value.IsOpen: true } read)
            return true;
        if (state is null or { IsOver: true })
            await flow.BeginAsync(read.Value.PresentAttempt(), cancellation);
        return await TellAsync(key, flow, cancellation);
    }

    /// <summary>
    /// Reads the row anew: what people say meanwhile is either in it or told to the new orchestration by whoever takes it.
    /// </summary>
    private async Task<bool> TellAsync(ConnectionKey key, IConnectionFlow flow, CancellationToken cancellation)
    {
        var heard = true;
        if (await connections.FindAsync(key, cancellation) is { Value: { IsOpen: true } connection })
        {
            foreach (var noted in connection.NotedEvents())
                heard &= await flow.TellAsync(key.Connection, noted, cancellation);
        }

        return heard;
    }

    private bool IsRecent(DateTimeOffset at) => at > clock.GetUtcNow() - options.RecoverAfter;
}

/// <summary>A connection and its orchestration at one moment; two looks are equal when nothing has happened to either.</summary>
/// <param name="Row">The row's ETag.</param>
/// <param name="Flow">Null when there is none.</param>
public sealed record FlowLook(string Row, FlowState? Flow);
