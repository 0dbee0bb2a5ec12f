using Grpc.Core;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace ServerlessDrives.Connecting;

/// <summary>The flow as the Durable Task client reaches it.</summary>
internal sealed class DurableConnectionFlow(DurableTaskClient durable) : IConnectionFlow
{
    public async Task BeginAsync(ConnectionAttempt attempt, CancellationToken cancellation)
    {
        try
        {
            await durable.ScheduleNewOrchestrationInstanceAsync(
                nameof(ConnectDrive), attempt, new StartOrchestrationOptions(attempt.Key.Connection.Value), cancellation);
        }
        catch (OrchestrationAlreadyExistsException)
        {
            // Begun before, and still waiting.
        }
    }

    public async Task TellAsync(ConnectionId connection, string eventName, CancellationToken cancellation)
    {
        try
        {
            await durable.RaiseEventAsync(connection.Value, eventName, eventName, cancellation);
        }
        catch (RpcException ended) when (ended.StatusCode is StatusCode.FailedPrecondition)
        {
            // It has ended meanwhile; the row says how.
        }
    }
}
