using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace ServerlessDrives.Health;

/// <summary>
/// Looks at every drive whose turn has come. A timer starts one orchestration for each shard that has any, unless the last one is still at
/// it; each takes some hundreds of the shard's drives and begins anew, so that no history grows with the number of drives.
/// </summary>
/// <remarks>
/// A shard's position is stored after each of these, so a restart repeats at most them. After a time in which nothing ran, every drive is
/// looked at once, at no more than twice the usual pace.
/// </remarks>
public sealed class SweepDrives(IHealthRounds rounds, DriveCheckup checkup, HealthOptions options, TimeProvider clock, ILogger<SweepDrives> log)
{
    private const int AtATime = 500;

    /// <summary>For how long one activity begins new looks: far below the time that hosts give a function.</summary>
    private static readonly TimeSpan LongestTurn = TimeSpan.FromMinutes(1);

    /// <summary>The timer's, and so the work of one sweep at the usual pace.</summary>
    private static readonly TimeSpan SweepEvery = TimeSpan.FromSeconds(15);

    private static readonly TaskOptions Patiently = TaskOptions.FromRetryPolicy(
        new RetryPolicy(maxNumberOfAttempts: 3, firstRetryInterval: TimeSpan.FromSeconds(5), backoffCoefficient: 2));

    private readonly Rounds _turns = new(options.Every);

    [Function("StartSweep")]
    public async Task StartAsync([TimerTrigger("*/15 * * * * *")] TimerInfo timer, [DurableClient] DurableTaskClient durable, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(durable);
        await Task.WhenAll((await DueShardsAsync(cancellation)).Select(shard => BeginAsync(durable, new(shard, Until: null), cancellation)));
    }

    /// <summary>Has one shard swept, unless it is being swept.</summary>
    internal static async Task BeginAsync(DurableTaskClient durable, SweepTurn turn, CancellationToken cancellation)
    {
        var id = $"sweep-{turn.Shard}";
        if (await durable.GetInstanceAsync(id, getInputsAndOutputs: false, cancellation) is not { IsCompleted: false })
            await durable.ScheduleNewOrchestrationInstanceAsync(nameof(SweepDrives), turn, new StartOrchestrationOptions(id), cancellation);
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
        var made = await LookAsync(looks, cancellation);

        var more = made < looks.Count || made == AtATime;
        await rounds.AdvanceAsync(turn.Shard, more ? new(from.Since, TimeOf(looks[made - 1]), looks[made - 1].Key) : _turns.Whole(from.Since, until), cancellation);
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

    /// <returns>How many were looked at, from the first on; fewer than all when the time was up.</returns>
    private async Task<int> LookAsync(List<DueLook> looks, CancellationToken cancellation)
    {
        var (began, made, gate) = (clock.GetTimestamp(), looks.Count, new Lock());
        await Parallel.ForEachAsync(Enumerable.Range(0, looks.Count), new ParallelOptions { MaxDegreeOfParallelism = options.AtOnce, CancellationToken = cancellation }, async (i, token) =>
        {
            if (i == 0 || clock.GetElapsedTime(began) < LongestTurn)
            {
                await LookAsync(looks[i], token);
                return;
            }

            // Looks begin in their order, so those that are left out are the last ones.
            lock (gate)
                made = Math.Min(made, i);
        });
        return made;
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
