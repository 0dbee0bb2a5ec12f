using System.Runtime.CompilerServices;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace ServerlessDrives.Health;

/// <summary>
/// Looks at every drive whose turn has come. A timer starts an orchestration for each lane (half of the shards) that has any, unless the
/// last one is still at it; each looks at some hundreds of each shard's drives and begins anew, so that no history grows with the number of
/// drives.
/// </summary>
/// <remarks>
/// A shard's position is stored after each of these, so a restart repeats at most them. After a time in which nothing ran, every drive is
/// looked at once, at no more than twice the usual pace.
/// </remarks>
public sealed class SweepDrives(
    IHealthSchedules rounds,
    DriveCheckup checkup,
    HealthOptions options,
    TimeProvider clock,
    ILogger<SweepDrives> log)
{
    /// <summary>Of each shard.</summary>
    private const int AtATime = 1000;

    /// <summary>
    /// How many orchestrations share the work: each costs storage transactions however little it has to do, and with two the work still
    /// spreads over machines.
    /// </summary>
    internal const int Lanes = 2;

    /// <summary>For how long one activity begins new looks: far below the time that hosts give a function.</summary>
    private static readonly TimeSpan LongestTurn = TimeSpan.FromMinutes(1);

    /// <summary>The timer's, and so the work of one sweep at the usual pace.</summary>
    private static readonly TimeSpan SweepEvery = TimeSpan.FromSeconds(15);

    private readonly HealthSchedule _turns = new(options.Every);

    [Function("StartSweep")]
    public async Task StartAsync(
        [TimerTrigger("*/15 * * * * *")] TimerInfo timer,
        [DurableClient] DurableTaskClient durable,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(durable);
        var due = (await DueShardsAsync(cancellation)).Select(shard => new ShardTurn(shard, Until: null));
        await Task.WhenAll(
            due.GroupBy(turn => LaneOf(turn.Shard))
                .Select(lane => BeginAsync(durable, lane.Key, new([.. lane]) { Trace = Telemetry.TraceParent }, cancellation)));
    }

    internal static int LaneOf(int shard) => shard % Lanes;

    internal static string InstanceOf(int lane) => $"sweep-{lane}";

    /// <summary>Has shards of one lane swept, unless it is being swept.</summary>
    internal static async Task BeginAsync(DurableTaskClient durable, int lane, SweepTurn turn, CancellationToken cancellation)
    {
        var id = InstanceOf(lane);
        if (await durable.GetInstanceAsync(id, getInputsAndOutputs: false, cancellation) is not { IsCompleted: false })
            await durable.ScheduleNewOrchestrationInstanceAsync("SweepDrives", turn, new StartOrchestrationOptions(id), cancellation);
    }

    [Function("SweepDrives")]
    public static async Task RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var turn = context.GetInput<SweepTurn>();
        if (await context.CallActivityAsync<SweepTurn?>("CheckDueDrives", turn, DurableRetryPolicies.Periodic) is { } next)
            context.ContinueAsNew(next);
    }

    /// <returns>What is left of this sweep; null when it is done.</returns>
    [Function("CheckDueDrives")]
    public async Task<SweepTurn?> CheckDueDrives([ActivityTrigger] SweepTurn turn, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(turn);
        var (now, positions) = (clock.GetUtcNow(), await rounds.PositionsAsync(cancellation));
        var shards = turn
            .Shards.Select(shard => new ShardSweep(shard, _turns.Resume(positions.GetValueOrDefault(shard.Shard), now)))
            .ToList();
        await Parallel.ForEachAsync(
            TurnsAsync(shards, now, cancellation),
            new ParallelOptions { MaxDegreeOfParallelism = options.AtOnce, CancellationToken = cancellation },
            LookAsync);
        var advanced = shards.Where(shard => shard.Last is not null).ToDictionary(shard => shard.Shard, PositionOf);
        if (advanced.Count > 0)
            await rounds.AdvanceAsync(advanced, cancellation);
        // Where the time was up, whoever came first comes last.
        return
            shards.Where(shard => shard.IsUnfinished).Select(shard => new ShardTurn(shard.Shard, shard.Until)).ToList()
                is [var first, .. var others]
            ? turn with { Shards = [.. others, first] }
            : null;
    }

    /// <summary>The shards that have drives whose turn has come.</summary>
    public async Task<IReadOnlyList<int>> DueShardsAsync(CancellationToken cancellation)
    {
        var (now, positions, due) = (clock.GetUtcNow(), await rounds.PositionsAsync(cancellation), new List<int>());
        for (var shard = 0; shard < rounds.Shards; shard++)
        {
            var from = _turns.Resume(positions.GetValueOrDefault(shard), now);
            if (await rounds.DueAsync(shard, _turns.Between(from, now), 1, cancellation).AnyAsync(cancellation))
                due.Add(shard);
        }

        return due;
    }

    /// <summary>
    /// The drives whose turn has come, shard by shard, as they are read: however many there are, few are held at a time. A shard's first
    /// drives are read while the shard before it is looked at.
    /// </summary>
    private async IAsyncEnumerable<DueLook> TurnsAsync(
        IReadOnlyList<ShardSweep> shards,
        DateTimeOffset now,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        var began = clock.GetTimestamp();
        IAsyncEnumerable<DueLook>? next = null;
        foreach (var (i, shard) in shards.Index())
        {
            var due = next ?? DueOf(shard);
            next = i + 1 < shards.Count ? DueOf(shards[i + 1]) : null;
            await foreach (var look in due)
            {
                shard.Until ??= Earlier(now, TimeOf(look) + (2 * SweepEvery));
                if (TimeOf(look) > shard.Until)
                    break;
                // At least one drive of each shard is looked at in any case.
                if (shard.IsUnfinished = shard.Last is not null && clock.GetElapsedTime(began) >= LongestTurn)
                    break;
                (shard.Last, shard.Taken) = (look, shard.Taken + 1);
                yield return look;
            }

            shard.IsUnfinished |= shard.Taken == AtATime;
        }

        IAsyncEnumerable<DueLook> DueOf(ShardSweep shard) =>
            rounds.DueAsync(shard.Shard, _turns.Between(shard.From, shard.Until ?? now), AtATime, cancellation);
    }

    private SweepPosition PositionOf(ShardSweep shard) => shard.IsUnfinished
        ? new(shard.From.Since, TimeOf(shard.Last!), shard.Last!.Key)
        : _turns.Whole(shard.From.Since, shard.Until!.Value);

    private async ValueTask LookAsync(DueLook look, CancellationToken cancellation)
    {
        try
        {
            await checkup.CheckAsync(look, cancellation);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // One drive in trouble must not keep the others from being looked at; its turn comes again.
            log.LogError(failure, "Drive {Drive} could not be checked.", look.Target.Drive);
        }
    }

    private DateTimeOffset TimeOf(DueLook look) => _turns.TurnOf(look.Key, look.Start);

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;

    /// <summary>How far the sweep of one shard has come.</summary>
    private sealed class ShardSweep(ShardTurn turn, SweepPosition from)
    {
        public int Shard => turn.Shard;

        public SweepPosition From => from;

        public DateTimeOffset? Until { get; set; } = turn.Until;

        /// <summary>The drive that was taken last, if any.</summary>
        public DueLook? Last { get; set; }

        public int Taken { get; set; }

        public bool IsUnfinished { get; set; }
    }
}

/// <summary>What one orchestration has to sweep.</summary>
public sealed record SweepTurn(IReadOnlyList<ShardTurn> Shards) : ITraced
{
    /// <inheritdoc/>
    public string? Trace { get; init; }
}

/// <param name="Until">Up to which turn this sweep goes; null until its first drive has been seen.</param>
public sealed record ShardTurn(int Shard, DateTimeOffset? Until);
