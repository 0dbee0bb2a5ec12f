using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace ServerlessDrives.Health;

/// <summary>
/// Looks at every drive whose turn has come. A timer starts one orchestration for each shard that has any, unless the last one is still at
/// it; each takes the shard's drives by the hundred and begins anew, so that no history grows with the number of drives.
/// </summary>
/// <remarks>
/// A shard's position is stored after each hundred, so a restart repeats at most those. After a time in which nothing ran, every drive is
/// looked at once, at no more than twice the usual pace.
/// </remarks>
public sealed class SweepDrives(IHealthRounds rounds, DriveCheckup checkup, HealthOptions options, TimeProvider clock, ILogger<SweepDrives> log)
{
    private const int AtATime = 100;

    /// <summary>The timer's, and so the work of one sweep at the usual pace.</summary>
    private static readonly TimeSpan SweepEvery = TimeSpan.FromSeconds(15);

    private static readonly TaskOptions Patiently = TaskOptions.FromRetryPolicy(
        new RetryPolicy(maxNumberOfAttempts: 3, firstRetryInterval: TimeSpan.FromSeconds(5), backoffCoefficient: 2));

    private readonly Rounds _turns = new(options.Every);

    [Function("StartSweep")]
    public async Task StartAsync([TimerTrigger("*/15 * * * * *")] TimerInfo timer, [DurableClient] DurableTaskClient durable, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(durable);
        foreach (var shard in await DueShardsAsync(cancellation))
        {
            var id = $"sweep-{shard}";
            if (await durable.GetInstanceAsync(id, getInputsAndOutputs: false, cancellation) is not { IsCompleted: false })
                await durable.ScheduleNewOrchestrationInstanceAsync(nameof(SweepDrives), new SweepTurn(shard, null), new StartOrchestrationOptions(id), cancellation);
        }
    }

    [Function(nameof(SweepDrives))]
    public static async Task RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (await context.CallActivityAsync<SweepTurn?>(nameof(CheckDueDrives), context.GetInput<SweepTurn>(), Patiently) is { } next)
            context.ContinueAsNew(next);
    }

    /// <returns>What is left of this sweep; null when it is done.</returns>
    [Function(nameof(CheckDueDrives))]
    public async Task<SweepTurn?> CheckDueDrives([ActivityTrigger] SweepTurn turn, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(turn);
        var now = clock.GetUtcNow();
        var from = _turns.Resume((await rounds.PositionsAsync(cancellation)).GetValueOrDefault(turn.Shard), now);
        var due = await rounds.DueAsync(turn.Shard, _turns.Between(from, turn.Until ?? now), AtATime, cancellation);
        if (due.Count == 0)
            return null;

        var until = turn.Until ?? Earlier(now, TimeOf(due[0]) + (2 * SweepEvery));
        var looks = due.TakeWhile(look => TimeOf(look) <= until).ToList();
        await Parallel.ForEachAsync(looks, new ParallelOptions { MaxDegreeOfParallelism = options.AtOnce, CancellationToken = cancellation }, LookAsync);

        var more = looks.Count == AtATime;
        await rounds.AdvanceAsync(turn.Shard, more ? new(from.Since, TimeOf(looks[^1]), looks[^1].Key) : _turns.Whole(from.Since, until), cancellation);
        return more ? turn with { Until = until } : null;
    }

    /// <summary>The shards that have drives whose turn has come.</summary>
    public async Task<IReadOnlyList<int>> DueShardsAsync(CancellationToken cancellation)
    {
        var (now, positions, due) = (clock.GetUtcNow(), await rounds.PositionsAsync(cancellation), new List<int>());
        for (var shard = 0; shard < rounds.Shards; shard++)
        {
            var from = _turns.Resume(positions.GetValueOrDefault(shard), now);
            if ((await rounds.DueAsync(shard, _turns.Between(from, now), 1, cancellation)).Count > 0)
                due.Add(shard);
        }

        return due;
    }

    private async ValueTask LookAsync(DueLook look, CancellationToken cancellation)
    {
        try
        {
            await checkup.CheckAsync(look, cancellation);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // One drive in trouble must not keep the others from being looked at; its turn comes again.
            log.LogError(failure, "Drive {Drive} could not be checked.", look.Drive.Id);
        }
    }

    private DateTimeOffset TimeOf(DueLook look) => _turns.TurnOf(look.Key, look.Start);

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;
}

/// <param name="Until">Up to which turn this sweep goes; null until its first hundred has been seen.</param>
public sealed record SweepTurn(int Shard, DateTimeOffset? Until);
