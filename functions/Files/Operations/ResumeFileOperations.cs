using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using ServerlessDrives.Drives;

namespace ServerlessDrives.Files.Operations;

/// <summary>
/// Starts operations again that are noted and gone: the task hub was lost, or restored to another moment than the tables, or the app died
/// between the note and the start.
/// </summary>
public sealed class ResumeFileOperations(IPendingDriveWork work, TimeProvider clock)
{
    /// <summary>How long a request takes at most from the note to the start; one that is slower finds it started.</summary>
    private static readonly TimeSpan Starting = TimeSpan.FromSeconds(30);

    [Function("ResumeFileOperations")]
    public async Task RunAsync(
        [TimerTrigger("15 * * * * *", RunOnStartup = true)] TimerInfo timer,
        [DurableClient] DurableTaskClient durable,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(durable);
        var noted = work.NotedAsync<FileOperationInput>("RunFileOperation", clock.GetUtcNow() - Starting, cancellation);
        await foreach (var (instance, input) in noted)
        {
            if (
                await durable.GetInstanceAsync(instance, getInputsAndOutputs: false, cancellation) is null or { IsCompleted: true }
                && await work.IsNotedAsync("RunFileOperation", instance, cancellation))
                await durable.ScheduleNewOrchestrationInstanceAsync("RunFileOperation", input, new(instance), cancellation);
        }
    }
}
