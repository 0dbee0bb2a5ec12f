using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using ServerlessDrives.Connecting.Credentials;
using ServerlessDrives.Drives;
using ServerlessDrives.Events;
using ServerlessDrives.Verification;

namespace ServerlessDrives.Connecting.Recovery;

/// <summary>
/// Starts verifications, swaps of credentials and redeliveries again that are noted and gone: the task hub was lost, or restored to another
/// moment than the tables. Otherwise a report would stay unfinished, a secret enabled that no drive uses, and a dead letter dead.
/// </summary>
/// <remarks>It costs three queries of small partitions, and a read of the instance for each that is noted.</remarks>
public sealed class ResumeDriveWork(IPendingDriveWork work, ConnectionOptions options, TimeProvider clock)
{
    [Function("ResumeDriveWork")]
    public async Task RunAsync(
        [TimerTrigger("*/30 * * * * *", RunOnStartup = true)] TimerInfo timer,
        [DurableClient] DurableTaskClient durable,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(durable);
        await ResumeAsync<VerifyDriveInput>("VerifyDrive", durable, cancellation);
        await ResumeAsync<ReplaceCredentialsInput>("ReplaceCredentials", durable, cancellation);
        await ResumeAsync<RedeliverDeadInput>("RedeliverDead", durable, cancellation);
    }

    private async Task ResumeAsync<TInput>(string orchestration, DurableTaskClient durable, CancellationToken cancellation)
    {
        var noted = work.NotedAsync<TInput>(orchestration, clock.GetUtcNow() - options.RecoverAfter, cancellation);
        await foreach (var (instance, input) in noted)
        {
            var found = await durable.GetInstanceAsync(instance, getInputsAndOutputs: false, cancellation);
            if (found is { RuntimeStatus: OrchestrationRuntimeStatus.Failed or OrchestrationRuntimeStatus.Terminated })
                await work.DoneAsync(orchestration, instance, cancellation);
            else if (found is null or { IsCompleted: true } && await work.IsNotedAsync(orchestration, instance, cancellation))
                await durable.ScheduleNewOrchestrationInstanceAsync(orchestration, input, new(instance), cancellation);
        }
    }
}
