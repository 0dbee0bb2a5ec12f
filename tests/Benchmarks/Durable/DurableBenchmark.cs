using System.Diagnostics;
using System.Globalization;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using ServerlessDrives.Tests.Benchmarks.Measuring;
using ServerlessDrives.Tests.Shared.Azurite;
using ServerlessDrives.Tests.Shared.Durable;

namespace ServerlessDrives.Tests.Benchmarks.Durable;

/// <summary>How fast the embedded engine is, and what it asks of storage.</summary>
public sealed class DurableBenchmark : LoadBenchmark
{
    private const string AtLeastFive = "at least 5";
    private const string AtMostAFifth = "at most 0.20";

    private readonly TestFunctions _functions = new TestFunctions()
        .Activity<int, int>("Add", number => number + 1)
        .Orchestrator("Sequence", async context =>
        {
            var sum = 0;
            for (var step = 0; step < 5; step++)
                sum = await context.CallActivityAsync<int>("Add", sum);
            return sum;
        })
        .Orchestrator("Waits", context => context.WaitForExternalEvent<string>("go"))
        .Orchestrator("Parallel", async context =>
            (await Task.WhenAll(Enumerable.Range(0, 500).Select(number => context.CallActivityAsync<int>("Add", number)))).Sum());

    public override string Name => "durable";

    public override string Subject =>
        "The embedded durable engine on Azurite, against the figures of " + OfficialStack.Name + ". A throughput's ratio should be large, a latency's small.";

    public override async Task RunAsync(Results results, bool quick)
    {
        ArgumentNullException.ThrowIfNull(results);
        await using var azurite = new AzuriteFixture();
        using var storage = new CountingTransport();
        await using var hub = new TestHub(azurite, _functions);
        await hub.StartAsync(storage);
        await SequencesAsync(hub, 8, quick ? 8 : 200);

        foreach (var (atOnce, count) in quick ? [(1, 5), (10, 20), (100, 100)] : new[] { (1, 200), (10, 500), (100, 1000) })
        {
            var (perSecond, took) = await SequencesAsync(hub, atOnce, count);
            var what = string.Create(CultureInfo.InvariantCulture, $"five activities in sequence, {atOnce} at once");
            results.Ratio(what, perSecond, OfficialStack.SequencesPerSecond[atOnce], OfficialStack.Name, "/s", AtLeastFive);
            results.Ratio(what + ", p50", took.At(50), OfficialStack.SequenceMedian[atOnce], OfficialStack.Name, "ms", AtMostAFifth);
            results.Figure(what + ", p95 / p99", took.At(95), string.Create(CultureInfo.InvariantCulture, $"/ {took.At(99):0.0} ms"));
        }

        AddEvents(results, "raise event → completed, 1 at once", await EventsOneByOneAsync(hub, quick ? 10 : 300), OfficialStack.EventAlone);
        AddEvents(results, "raise event → completed, 100 at once", await EventsTogetherAsync(hub, quick ? 1 : 5), OfficialStack.EventAmongHundred);

        var parallel = new List<TimeSpan>();
        for (var run = 0; run < (quick ? 1 : 5); run++)
            parallel.Add(await TimeAsync(() => CompletedAsync(hub.RunAsync("Parallel"))));
        results.Ratio("500 parallel activities", new Percentiles(parallel).At(50) / 1000, OfficialStack.FiveHundredParallel, OfficialStack.Name, "s", AtMostAFifth);

        await RequestsAsync(results, hub, storage, quick);
        results.Note("Requests are counted at the transport: a transaction is one, and so is the client's reading. "
            + "With many at once, several instances' writes share a transaction. The official stack's counts hold the polling of its queues; without it they were "
            + string.Create(CultureInfo.InvariantCulture, $"{OfficialStack.RequestsPerSequenceWithoutPolling} and {OfficialStack.RequestsPerEventWithoutPolling}."));
    }

    private static void AddEvents(Results results, string what, Percentiles took, IReadOnlyDictionary<int, double> official)
    {
        results.Ratio(what + ", p50", took.At(50), official[50], OfficialStack.Name, "ms", AtMostAFifth);
        results.Ratio(what + ", p99", took.At(99), official[99], OfficialStack.Name, "ms", AtMostAFifth);
        results.Figure(what + ", p95", took.At(95), "ms");
    }

    private static async Task<TimeSpan> TimeAsync(Func<Task> call)
    {
        var began = Stopwatch.GetTimestamp();
        await call();
        return Stopwatch.GetElapsedTime(began);
    }

    /// <summary>Keeps so many going until so many are done.</summary>
    private static async Task<(double PerSecond, Percentiles Took)> SequencesAsync(TestHub hub, int atOnce, int count)
    {
        var took = new TimeSpan[count];
        var next = -1;
        var whole = await TimeAsync(() => Task.WhenAll(Enumerable.Range(0, atOnce).Select(async _ =>
        {
            while (Interlocked.Increment(ref next) is var mine && mine < count)
                took[mine] = await TimeAsync(() => CompletedAsync(hub.RunAsync("Sequence")));
        })));
        return (count / whole.TotalSeconds, new Percentiles(took));
    }

    private static async Task<Percentiles> EventsOneByOneAsync(TestHub hub, int count)
    {
        var took = new List<TimeSpan>();
        for (var run = 0; run < count; run++)
            took.Add(await EventAsync(hub, await hub.Client.ScheduleNewOrchestrationInstanceAsync("Waits")));
        return new Percentiles(took);
    }

    private static async Task<Percentiles> EventsTogetherAsync(TestHub hub, int rounds)
    {
        var took = new List<TimeSpan>();
        for (var round = 0; round < rounds; round++)
        {
            var ids = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => hub.Client.ScheduleNewOrchestrationInstanceAsync("Waits")));
            took.AddRange(await Task.WhenAll(ids.Select(id => EventAsync(hub, id))));
        }

        return new Percentiles(took);
    }

    private static Task<TimeSpan> EventAsync(TestHub hub, string id) => TimeAsync(async () =>
    {
        var end = hub.EndOfAsync(id);
        await hub.Client.RaiseEventAsync(id, "go", "x");
        await CompletedAsync(end);
    });

    /// <summary>What fails fast would be the fastest.</summary>
    private static async Task CompletedAsync(Task<OrchestrationMetadata> running)
    {
        if (await running is { RuntimeStatus: not OrchestrationRuntimeStatus.Completed } end)
            throw new InvalidOperationException($"The instance {end.InstanceId} ended as {end.RuntimeStatus}: {end.FailureDetails}");
    }

    private static async Task RequestsAsync(Results results, TestHub hub, CountingTransport storage, bool quick)
    {
        var count = quick ? 5 : 100;
        foreach (var atOnce in new[] { 1, 100 })
        {
            var before = storage.Requests;
            await SequencesAsync(hub, atOnce, count);
            results.Ratio(
                string.Create(CultureInfo.InvariantCulture, $"storage requests of a sequence of five activities, {atOnce} at once"),
                (double)(storage.Requests - before) / count,
                OfficialStack.RequestsPerSequence,
                OfficialStack.Name,
                "requests",
                AtMostAFifth);
        }

        var start = storage.Requests;
        await EventsOneByOneAsync(hub, count);
        results.Ratio("storage requests of a wait for an event", (double)(storage.Requests - start) / count, OfficialStack.RequestsPerEvent, OfficialStack.Name, "requests", AtMostAFifth);

        var idle = TimeSpan.FromSeconds(quick ? 2 : 30);
        start = storage.Requests;
        await Task.Delay(idle);
        results.Ratio("storage requests with nothing to do", (storage.Requests - start) / idle.TotalSeconds, OfficialStack.RequestsWhenIdle, OfficialStack.Name, "/s", AtMostAFifth);
    }
}
