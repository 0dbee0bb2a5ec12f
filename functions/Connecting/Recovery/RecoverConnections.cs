using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace ServerlessDrives.Connecting.Recovery;

/// <summary>
/// Makes good what a crash cut off: the row of a connection says one thing and its orchestration was never told.
/// Whoever changes a row first notes a signal in a small partition of its own; this timer reads those that were never kept.
/// </summary>
public sealed class RecoverConnections(IConnections connections, RecoverConnection recovery, ConnectionOptions options, TimeProvider clock)
{
    [Function("RecoverConnections")]
    public async Task RunAsync(
        [TimerTrigger("*/30 * * * * *", RunOnStartup = true)] TimerInfo timer,
        [DurableClient] DurableTaskClient durable,
        CancellationToken cancellation)
    {
        var flow = new DurableConnectionFlow(durable);
        foreach (var signal in await connections.AbandonedSignalsAsync(clock.GetUtcNow() - options.RecoverAfter, cancellation))
            await recovery.RecoverAsync(signal, flow, cancellation);
    }
}
