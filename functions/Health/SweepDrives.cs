using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace ServerlessDrives.Health;

/// <summary>
/// Looks at every drive that is due. A timer starts one orchestration for each shard, unless the last one is still at it; each takes the
/// shard's due drives by the hundred and begins anew, so that no history grows with the number of drives.
/// </summary>
public sealed class SweepDrives(IHealthSchedule schedule, DriveCheckup checkup, HealthOptions options, TimeProvider clock, ILogger<SweepDrives> log)
{
    private const int AtATime = 100;

    private static readonly TaskOptions Patiently = TaskOptions.FromRetryPolicy(
        new RetryPolicy(maxNumberOfAttempts: 3, firstRetryInterval: TimeSpan.FromSeconds(5), backoffCoefficient: 2));

    [Function("StartSweep")]
    public async Task StartAsync([TimerTrigger("*/15 * * * * *")] TimerInfo timer, [DurableClient] DurableTaskClient durable, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(durable);
        for (var shard = 0; shard < schedule.Shards; shard++)
        {
            if ((await schedule.DueAsync(shard, clock.GetUtcNow(), 1, cancellation)).Count == 0)
                continue;
            var id = $"sweep-{shard}";
            if (await durable.GetInstanceAsync(id, getInputsAndOutputs: false, cancellation) is not { IsCompleted: false })
                await durable.ScheduleNewOrchestrationInstanceAsync(nameof(SweepDrives), shard, new StartOrchestrationOptions(id), cancellation);
        }
    }

    [Function(nameof(SweepDrives))]
    public static async Task RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var shard = context.GetInput<int>();
        if (await context.CallActivityAsync<bool>(nameof(CheckDueDrives), shard, Patiently))
            context.ContinueAsNew(shard);
    }

    /// <returns>Whether there may be more.</returns>
    [Function(nameof(CheckDueDrives))]
    public async Task<bool> CheckDueDrives([ActivityTrigger] int shard, CancellationToken cancellation)
    {
        var due = await schedule.DueAsync(shard, clock.GetUtcNow(), AtATime, cancellation);
        await Parallel.ForEachAsync(due, new ParallelOptions { MaxDegreeOfParallelism = options.AtOnce, CancellationToken = cancellation }, async (check, token) =>
        {
            try
            {
                await checkup.CheckAsync(check, token);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                // One drive in trouble must not keep the others from being looked at; it stays due.
                log.LogError(failure, "Drive {Drive} could not be checked.", check.Drive);
                await schedule.RescheduleAsync(check, clock.GetUtcNow() + options.Every, check.Memory, token);
            }
        });
        return due.Count == AtATime;
    }
}
