using Grpc.Core;
using Microsoft.DurableTask.Client;

namespace ServerlessDrives.Connecting;

/// <summary>The flow as the Durable Task client reaches it.</summary>
internal sealed class DurableConnectionFlow(DurableTaskClient durable) : IConnectionFlow
{
    public Task BeginAsync(ConnectionAttempt attempt, CancellationToken cancellation) =>
        durable.StartOnceAsync(nameof(ConnectDrive), attempt, attempt.Key.Connection.Value, cancellation);

    public async Task<bool> TellAsync(ConnectionId connection, string eventName, CancellationToken cancellation)
    {
        // An event that overtakes the start of its instance finds no history to be added to, and Azure Storage's provider discards it.
        var begun = await durable.GetInstanceAsync(connection.Value, getInputsAndOutputs: false, cancellation) is not { RuntimeStatus: OrchestrationRuntimeStatus.Pending };
        try
        {
            await durable.RaiseEventAsync(connection.Value, eventName, eventName, cancellation);
        }
        catch (RpcException ended) when (ended.StatusCode is StatusCode.FailedPrecondition)
        {
            // It has ended meanwhile; the row says how.
            return true;
        }

        return begun;
    }
}
