using System.Diagnostics;
using System.Globalization;
using Microsoft.DurableTask;
using ServerlessDrives.Tests.Benchmarks.Measuring;
using ServerlessDrives.Tests.Shared.Durable;

namespace ServerlessDrives.Tests.Benchmarks.Durable;

/// <summary>What the local host's storage of durable work costs as instances and histories grow.</summary>
public sealed class DurableBoundsBenchmark : LoadBenchmark
{
    private const double Mebi = 1024 * 1024;

    private int _steps;

    public override string Name => "durable-bounds";

    public override string Subject =>
        "What the local host's storage of durable work costs as instances and histories grow; "
        + "each against the same with few of them, in the same run.";

    private TestFunctions Functions => new TestFunctions()
        .Activity<int, int>("Add", number => number + 1)
        .Orchestrator("Waits", context => context.WaitForExternalEvent<string>("go"))
        .Orchestrator("Ends", context => Task.FromResult("done"))
        .Orchestrator("Quick", context => context.CallActivityAsync<int>("Add", 1))
        .Orchestrator("Long", async context =>
        {
            var sum = 0;
            for (var step = context.GetInput<int>(); step > 0; step--)
            {
                sum = await context.CallActivityAsync<int>("Add", sum);
                if (!context.IsReplaying)
                    Volatile.Write(ref _steps, sum);
            }

            context.SetCustomStatus("waits");
            await context.WaitForExternalEvent<string>("go");
            return sum;
        });

    public override async Task RunAsync(Results results, bool quick)
    {
        ArgumentNullException.ThrowIfNull(results);
        using DurableFolder empty = new(), full = new();
        var (waiting, ended) = (quick ? 300 : 10_000, quick ? 1_000 : 100_000);
        await FillAsync(results, full, waiting, ended);
        await StartsAsync(results, empty, full, $"{Of(waiting, "waiting")} and {Of(ended, "ended instances")}", quick ? 1 : 3);
        await HistoryAsync(results, quick ? 200 : 10_000);
    }

    /// <summary>Has so many wait, and so many others end.</summary>
    private async Task FillAsync(Results results, DurableFolder folder, int waiting, int ended)
    {
        await using var hub = new TestHub(Functions, folder.Options);
        await hub.StartAsync();
        await hub.RunAsync("Quick");
        var before = MemoryInUse();
        await AtOnceAsync(waiting, async number =>
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"waits-{number:D6}");
            await hub.Client.ScheduleNewOrchestrationInstanceAsync("Waits", null, new StartOrchestrationOptions(id));
            await hub.Client.WaitForInstanceStartAsync(id);
        });
        const string Limit = "at most 64 MiB: the limit for histories that are kept";
        results.Figure(Of(waiting, "waiting instances: managed memory when all wait"), (MemoryInUse() - before) / Mebi, "MiB", Limit);
        await AtOnceAsync(ended, _ => hub.RunAsync("Ends"));
        results.Figure(Of(ended, "more that have ended: managed memory"), (MemoryInUse() - before) / Mebi, "MiB", Limit);
    }

    private async Task StartsAsync(Results results, DurableFolder empty, DurableFolder full, string of, int runs)
    {
        // The first one pays for compilation.
        await StartAsync(empty);
        List<Start> few = [], many = [];
        for (var run = 0; run < runs; run++)
        {
            few.Add(await StartAsync(empty));
            many.Add(await StartAsync(full));
        }

        Compare("start to the end of a new one", start => start.Milliseconds, "ms", "at most 1.5");
        Compare("memory allocated for that", start => start.AllocatedKilobytes, "kB", "at most 1.1: nothing is loaded that isn't due");
        Compare("managed memory in use after that", start => start.InUseKilobytes, "kB", "at most 1.1");

        void Compare(string what, Func<Start, double> figure, string unit, string goal) =>
            results.Ratio(
                $"{of}: {what}", Percentiles.Median(many.Select(figure)), Percentiles.Median(few.Select(figure)), "with none", unit, goal);
    }

    private async Task<Start> StartAsync(DurableFolder folder)
    {
        var before = MemoryInUse();
        var (allocated, began) = (GC.GetTotalAllocatedBytes(precise: true), Stopwatch.GetTimestamp());
        await using var hub = new TestHub(Functions, folder.Options);
        await hub.StartAsync();
        await hub.RunAsync("Quick");
        var took = Stopwatch.GetElapsedTime(began);
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        return new(took.TotalMilliseconds, allocated / 1024.0, (MemoryInUse() - before) / 1024.0);
    }

    private async Task HistoryAsync(Results results, int steps)
    {
        using var folder = new DurableFolder();
        await using var hub = new TestHub(Functions, folder.Options);
        await hub.StartAsync();
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Long", 0, new StartOrchestrationOptions("short"));
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Long", steps, new StartOrchestrationOptions("long"));
        var tenth = steps / 10;
        // The first tenth of all pays for compilation, which the others don't.
        await UntilStepAsync(tenth);
        var first = await UntilStepAsync(2 * tenth);
        await UntilStepAsync(steps - tenth);
        var last = await UntilStepAsync(steps);
        results.Ratio(
            Of(steps, "steps in one history: time of the last tenth"),
            last.TotalMilliseconds,
            first.TotalMilliseconds,
            "the second tenth",
            "ms",
            "at most 1.5: a turn doesn't pay for the past");

        await hub.UntilAsync("long", now => now.SerializedCustomStatus is not null);
        await hub.RestartAsync();
        var cold = await GoAsync(hub, "short");
        var replayed = await GoAsync(hub, "long");
        // Of every step four events are kept: the turn's begin, the result, the next call, the turn's end.
        var each = (replayed - cold).TotalMicroseconds / (4 * steps);
        results.Figure(Of(steps, "steps: to read and replay them, each event"), each, "µs", "at most 50 µs");
    }

    private static async Task<TimeSpan> GoAsync(TestHub hub, string id)
    {
        var began = Stopwatch.GetTimestamp();
        await hub.Client.RaiseEventAsync(id, "go", "x");
        await hub.EndOfAsync(id);
        return Stopwatch.GetElapsedTime(began);
    }

    private async Task<TimeSpan> UntilStepAsync(int step)
    {
        var began = Stopwatch.GetTimestamp();
        while (Volatile.Read(ref _steps) < step)
            await Task.Delay(1);
        return Stopwatch.GetElapsedTime(began);
    }

    private static Task AtOnceAsync(int count, Func<int, Task> call) => Parallel.ForEachAsync(
        Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = 100 }, async (number, _) => await call(number));

    private static long MemoryInUse() => GC.GetTotalMemory(forceFullCollection: true);

    private static string Of(int count, string what) => string.Create(CultureInfo.InvariantCulture, $"{count:#,##0} {what}");

    private sealed record Start(double Milliseconds, double AllocatedKilobytes, double InUseKilobytes);
}
