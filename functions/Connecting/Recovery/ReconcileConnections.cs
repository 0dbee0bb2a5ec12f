using System.Collections.Concurrent;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace ServerlessDrives.Connecting.Recovery;

/// <summary>
/// Compares every open connection with its orchestration: at the start, and then rarely. <see cref="RecoverConnections"/> makes good what
/// was cut off within this app; this makes good what happens to its stores: a task hub that is lost, or restored to another moment than the
/// tables.
/// </summary>
/// <remarks>
/// It costs one scan of the organizations' table, filtered by the server, and a read of its row and of its instance for each open
/// connection. Where the two differ they are looked at again: most differences are an activity that is under way.
/// </remarks>
public sealed class ReconcileConnections(
    IConnections connections, RecoverConnection recovery, ConnectionOptions options, TimeProvider clock, ILogger<ReconcileConnections> log)
{
    private const int AtOnce = 8;

    /// <summary>After these, what still differs is left to the next time.</summary>
    private const int MostLooks = 5;

    /// <summary>Held at most of those that differ; the others' turn comes the next time.</summary>
    private const int MostDifferences = 10_000;

    [Function("ReconcileConnections")]
    public async Task RunAsync(
        [TimerTrigger("0 7 * * * *", RunOnStartup = true)] TimerInfo timer,
        [DurableClient] DurableTaskClient durable,
        CancellationToken cancellation)
    {
        var flow = new DurableConnectionFlow(durable);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation };
        var differences = new ConcurrentDictionary<ConnectionKey, FlowLook>();
        await Parallel.ForEachAsync(connections.AllOpenAsync(cancellation), parallel, LookAsync);
        for (var looks = 1; looks < MostLooks && !differences.IsEmpty; looks++)
        {
            await Task.Delay(options.RecoverAfter, clock, cancellation);
            await Parallel.ForEachAsync(differences.Keys, parallel, LookAsync);
        }

        async ValueTask LookAsync(ConnectionKey key, CancellationToken token)
        {
            var earlier = differences.GetValueOrDefault(key);
            try
            {
                if (await recovery.LookAsync(key, earlier, flow, token) is not { } difference)
                    differences.TryRemove(key, out _);
                else if (earlier is not null || differences.Count < MostDifferences)
                    differences[key] = difference;
            }
            catch (Exception failure) when (!cancellation.IsCancellationRequested)
            {
                // One connection in trouble must not keep the others waiting.
                log.LogError(failure, "Connection {Connection} could not be compared with its orchestration.", key.Connection);
            }
        }
    }
}
