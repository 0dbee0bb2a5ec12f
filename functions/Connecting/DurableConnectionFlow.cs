using Grpc.Core;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace ServerlessDrives.Connecting;

/// <summary>The flow as the Durable Task client reaches it.</summary>
internal sealed class DurableConnectionFlow(DurableTaskClient durable) : IConnectionFlow
{
    private static readonly TimeSpan EndsWithin = TimeSpan.FromSeconds(30);

    public async Task<bool> BeginAsync(ConnectionAttempt attempt, CancellationToken cancellation)
    {
        var id = attempt.Key.Connection.Value;
        try
        {
            await durable.ScheduleNewOrchestrationInstanceAsync(
                "ConnectDrive",
                attempt,
                new StartOrchestrationOptions(id),
                cancellation);
            return true;
        }
        catch (Exception refused) when (refused is not OperationCanceledException)
        {
            // Hosts differ in how they say that it is there already; what counts is that it is there.
            if (await durable.GetInstanceAsync(id, getInputsAndOutputs: false, cancellation) is not { IsCompleted: false })
                throw;
            return false;
        }
    }

    public async Task<bool> TellAsync(ConnectionId connection, string eventName, CancellationToken cancellation)
    {
        // An event that overtakes the start of its instance finds no history to be added to, and Azure Storage's provider discards it.
        var begun =
            await durable.GetInstanceAsync(connection.Value, getInputsAndOutputs: false, cancellation)
            is not { RuntimeStatus: OrchestrationRuntimeStatus.Pending };
        try
        {
            await durable.RaiseEventAsync(connection.Value, eventName, eventName, cancellation);
        }
        catch (RpcException refused) when (refused.StatusCode is StatusCode.FailedPrecondition or StatusCode.NotFound)
        {
            // It has ended, which is fine if the row says so, or there is none.
            return false;
        }

        return begun;
    }

    public async Task<FlowState?> FindAsync(ConnectionId connection, CancellationToken cancellation)
    {
        if (await durable.GetInstanceAsync(connection.Value, getInputsAndOutputs: true, cancellation) is not { } instance)
            return null;
        return new(
            instance.IsCompleted,
            instance.SerializedCustomStatus is null ? null : instance.ReadCustomStatusAs<FlowPosition>(),
            instance.LastUpdatedAt);
    }

    public async Task ReplaceAsync(ConnectionAttempt attempt, CancellationToken cancellation)
    {
        var id = attempt.Key.Connection.Value;
        try
        {
            await durable.TerminateInstanceAsync(id, "Replaced by one that goes on from the connection's row.", cancellation);
        }
        catch (RpcException ended) when (ended.StatusCode is StatusCode.FailedPrecondition or StatusCode.NotFound)
        {
            // By itself, meanwhile.
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(EndsWithin);
        await durable.WaitForInstanceCompletionAsync(id, limit.Token);
        await BeginAsync(attempt, cancellation);
    }
}
