using System.Globalization;
using ServerlessDrives.Embedded.Durable;
using ServerlessDrives.Tests.Benchmarks.Measuring;
using ServerlessDrives.Tests.Shared.Azurite;
using ServerlessDrives.Tests.Shared.Durable;

namespace ServerlessDrives.Tests.Benchmarks.Durable;

/// <summary>How fast the local host's storage of durable work is, and how much it writes.</summary>
public sealed class DurableBenchmark : LoadBenchmark
{
    private const string Theirs = "Microsoft's provider on Azurite";
    private const string AtMostAQuarter = "at most 0.25";

    private static readonly Load[] Loads =
    [
        new(1, Ours: 200, Theirs: 30, "at least 6", "at most 12"),
        new(10, Ours: 500, Theirs: 60, "at least 20", ""),
        new(100, Ours: 2000, Theirs: 200, "at least 40", "at most 1"),
    ];

    private static readonly Load[] QuickLoads = [new(1, 3, 2, "", ""), new(10, 10, 10, "", ""), new(100, 100, 20, "", "")];

    public override string Name => "durable";

    public override string Subject =>
        "Durable work on the local host's storage in SQLite, against " + Theirs + ": the same functions, dispatcher and worker, "
        + "over the official client. A throughput's ratio should be large, a latency's small.";

    public override async Task RunAsync(Results results, bool quick)
    {
        ArgumentNullException.ThrowIfNull(results);
        await using var azurite = new AzuriteFixture();
        await azurite.StartAsync();
        using var folder = new DurableFolder();
        var loads = quick ? QuickLoads : Loads;
        List<Round> ours = [], theirs = [];
        List<double> idle = [], flushes = [];
        // In turn, so that whatever else the machine does meets both.
        for (var round = 0; round < (quick ? 1 : 3); round++)
        {
            await using (var hub = new TestHub(DurableLoad.Functions, folder.Options))
            {
                ours.Add(await RoundAsync(hub, loads, load => load.Ours, events: quick ? 5 : 300, warmUp: quick ? 5 : 200));
                idle.Add(await IdleAsync(hub, TimeSpan.FromSeconds(quick ? 1 : 10)));
            }

            flushes.Add(folder.TimeFlushes(quick ? 10 : 200).At(50));
            var options = new DurableHubOptions
            {
                Provider = DurableProvider.AzureStorage,
                ConnectionString = azurite.ConnectionString,
                TaskHub = string.Create(CultureInfo.InvariantCulture, $"bench{round}"),
            };
            await using (var hub = new TestHub(DurableLoad.Functions, options))
                theirs.Add(await RoundAsync(hub, loads, load => load.Theirs, events: quick ? 2 : 30, warmUp: quick ? 1 : 10));
        }

        foreach (var load in loads)
            Add(results, load, ours, theirs);
        Compare(results, "event to completion, 1 at once, p50", round => round.EventAlone.At(50), "ms", AtMostAQuarter);
        Compare(results, "event to completion, 1 at once, p95", round => round.EventAlone.At(95), "ms", "");
        Compare(results, "event to completion, 100 at once, p50", round => round.EventAmongHundred.At(50), "ms", AtMostAQuarter);
        Compare(results, "500 parallel activities", round => round.FiveHundredParallel.TotalSeconds, "s", AtMostAQuarter);
        results.Figure("commits with nothing to do", Percentiles.Median(idle), "/s", "none");
        results.Figure("time of an fsync of 4 KiB beside the hub's file, p50", Percentiles.Median(flushes), "ms");
        results.Note(
            "Medians of three alternating runs. Each time of ours is that of calls that are answered when what they did is on the disk "
            + "(`synchronous=FULL`); Azurite answers before that. Its processor time, in a process of its own, isn't counted. "
            + "Microsoft's provider runs as the local host configures it: four partitions, queues polled once a second at the latest.");

        void Compare(Results to, string what, Func<Round, double> figure, string unit, string goal) =>
            to.Ratio(what, Percentiles.Median(ours.Select(figure)), Percentiles.Median(theirs.Select(figure)), Theirs, unit, goal);
    }

    private static async Task<Round> RoundAsync(TestHub hub, Load[] loads, Func<Load, int> count, int events, int warmUp)
    {
        await hub.StartAsync();
        var work = new DurableLoad(hub);
        await work.SequencesAsync(Math.Min(warmUp, 10), warmUp);
        var sequences = new Dictionary<int, Sequences>();
        foreach (var load in loads)
            sequences.Add(load.AtOnce, await work.SequencesAsync(load.AtOnce, count(load)));
        var (alone, together) = (await work.EventsOneByOneAsync(events), await work.EventsTogetherAsync(100));
        return new(sequences, alone, together, await work.FiveHundredParallelAsync());
    }

    /// <returns>Commits a second while there is nothing to do.</returns>
    private static async Task<double> IdleAsync(TestHub hub, TimeSpan length)
    {
        var before = hub.Hub.CommitCount;
        await Task.Delay(length);
        return (hub.Hub.CommitCount - before) / length.TotalSeconds;
    }

    private static void Add(Results results, Load load, List<Round> ours, List<Round> theirs)
    {
        var what = string.Create(CultureInfo.InvariantCulture, $"sequences of five activities, {load.AtOnce} at once");
        Compare(what, run => run.PerSecond, "/s", load.ThroughputGoal);
        Compare(what + ", p50 of one", run => run.Took.At(50), "ms", "");
        Compare(what + ", processor time of one", run => run.ProcessorMilliseconds, "ms", "");
        results.Figure(what + ", commits for one", Of(ours, load, run => run.Commits), "", load.CommitsGoal);
        results.Figure(what + ", p95 of one", Of(ours, load, run => run.Took.At(95)), "ms");

        void Compare(string compared, Func<Sequences, double> figure, string unit, string goal) =>
            results.Ratio(compared, Of(ours, load, figure), Of(theirs, load, figure), Theirs, unit, goal);
    }

    private static double Of(List<Round> rounds, Load load, Func<Sequences, double> figure) =>
        Percentiles.Median(rounds.Select(round => figure(round.Sequences[load.AtOnce])));

    /// <param name="Ours">How many sequences ours runs.</param>
    /// <param name="Theirs">How many sequences the other runs, which takes longer for each.</param>
    private sealed record Load(int AtOnce, int Ours, int Theirs, string ThroughputGoal, string CommitsGoal);

    private sealed record Round(
        IReadOnlyDictionary<int, Sequences> Sequences, Percentiles EventAlone, Percentiles EventAmongHundred, TimeSpan FiveHundredParallel);
}
