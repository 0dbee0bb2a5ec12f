using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace ServerlessDrives;

/// <summary>Starts orchestrations so that starting one twice is the same as starting it once.</summary>
internal static class DurableStart
{
    public static async Task StartOnceAsync(
        this DurableTaskClient durable,
        string orchestrator,
        object input,
        string id,
        CancellationToken cancellation)
    {
        try
        {
            await durable.ScheduleNewOrchestrationInstanceAsync(orchestrator, input, new StartOrchestrationOptions(id), cancellation);
        }
        catch (Exception refused) when (refused is not OperationCanceledException)
        {
            // How "there already" is told differs between hosts and their storage; what counts is that it is there.
            if (await durable.GetInstanceAsync(id, getInputsAndOutputs: false, cancellation) is null)
                throw;
        }
    }
}
