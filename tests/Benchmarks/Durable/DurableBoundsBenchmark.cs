using System.Diagnostics;
using System.Globalization;
using Azure.Data.Tables;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using ServerlessDrives.Embedded.DurableTask;
using ServerlessDrives.Tests.Benchmarks.Measuring;
using ServerlessDrives.Tests.Shared.Azurite;
using ServerlessDrives.Tests.Shared.Durable;

namespace ServerlessDrives.Tests.Benchmarks.Durable;

/// <summary>What the engine costs as instances and histories grow.</summary>
public sealed class DurableBoundsBenchmark : LoadBenchmark
{
    private int _steps;

    public override string Name => "durable-bounds";

    public override string Subject =>
        "What the embedded durable engine costs as instances and histories grow; each against the same with few of them, in the same run.";

    private TestFunctions Functions => new TestFunctions()
        .Activity<int, int>("Add", number => number + 1)
        .Orchestrator("Waits", context => context.WaitForExternalEvent<string>("go"))
        .Orchestrator("Quick", context => context.CallActivityAsync<int>("Add", 1))
        .Orchestrator("Long", async context =>
        {
            var sum = 0;
            for (var step = context.GetInput<int>(); step > 0; step--)
            {
                sum = await context.CallActivityAsync<int>("Add", sum);
                if (!context.IsReplaying)
                    _steps = sum;
            }

            context.SetCustomStatus("waits");
            await context.WaitForExternalEvent<string>("go");
            return sum;
        });

    public override async Task RunAsync(Results results, bool quick)
    {
        ArgumentNullException.ThrowIfNull(results);
        await using var azurite = new AzuriteFixture();
        await WaitingAsync(results, azurite, quick ? 300 : 10_000);
        await FinishedAsync(results, azurite, quick ? 1_000 : 100_000);
        await HistoryAsync(results, azurite, quick ? 200 : 10_000);
    }

    private async Task WaitingAsync(Results results, AzuriteFixture azurite, int count)
    {
        await using var hub = await TestHub.StartAsync(azurite, Functions);
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Waits");
        var empty = GC.GetTotalMemory(forceFullCollection: true);
        var ids = Enumerable.Range(0, count).Select(number => string.Create(CultureInfo.InvariantCulture, $"waits-{number:D6}")).ToList();
        await Parallel.ForEachAsync(ids, new ParallelOptions { MaxDegreeOfParallelism = 100 }, async (id, cancellation) =>
            await hub.Client.ScheduleNewOrchestrationInstanceAsync("Waits", null, new StartOrchestrationOptions(id), cancellation));
        var full = GC.GetTotalMemory(forceFullCollection: true);
        results.Figure(Of(count, "waiting instances: managed memory for all"), (full - empty) / 1024.0 / 1024, "MiB", "at most 16 MiB");
        GC.KeepAlive(ids);
    }

    private async Task FinishedAsync(Results results, AzuriteFixture azurite, int count)
    {
        var few = await ColdStartAsync(azurite, 0);
        var many = await ColdStartAsync(azurite, count);
        results.Ratio(Of(count, "finished instances: start to the first new one's end"), many.Milliseconds, few.Milliseconds, "with none", "ms", "at most 3 on Azurite, whose range queries read the whole table");
        results.Ratio(Of(count, "finished instances: storage requests of that"), many.Requests, few.Requests, "with none", "requests", "at most 1: nothing is loaded that isn't due");
    }

    private async Task<(double Milliseconds, double Requests)> ColdStartAsync(AzuriteFixture azurite, int finished)
    {
        using var storage = new CountingTransport();
        await using var hub = new TestHub(azurite, Functions);
        var (tables, _) = await azurite.ClientsAsync();
        var table = tables.GetTableClient(hub.Name);
        await table.CreateIfNotExistsAsync();
        foreach (var hundred in Enumerable.Range(0, finished).Chunk(100))
            await table.SubmitTransactionAsync(hundred.Select(number => new TableTransactionAction(TableTransactionActionType.Add, Finished(number).ToRow())));
        var began = Stopwatch.GetTimestamp();
        await hub.StartAsync(storage);
        await hub.RunAsync("Quick");
        return (Stopwatch.GetElapsedTime(began).TotalMilliseconds, storage.Requests);
    }

    private static InstanceState Finished(int number) => new()
    {
        Id = string.Create(CultureInfo.InvariantCulture, $"finished-{number:D6}"),
        Name = "Long",
        Generation = "00000000010000000000001",
        Status = OrchestrationRuntimeStatus.Completed,
        CreatedAt = DateTimeOffset.UnixEpoch,
        UpdatedAt = DateTimeOffset.UnixEpoch,
        HasBegun = true,
        Output = new StoredText("\"done\"", null),
    };

    private async Task HistoryAsync(Results results, AzuriteFixture azurite, int steps)
    {
        await using var hub = await TestHub.StartAsync(azurite, Functions);
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Long", 0, new StartOrchestrationOptions("short"));
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Long", steps, new StartOrchestrationOptions("long"));
        var tenth = steps / 10;
        // The first tenth of all pays for compilation, which the others don't.
        await UntilStepAsync(tenth);
        var first = await UntilStepAsync(2 * tenth);
        await UntilStepAsync(steps - tenth);
        var last = await UntilStepAsync(steps);
        results.Ratio(Of(steps, "steps in one history: time of the last tenth"), last.TotalMilliseconds, first.TotalMilliseconds, "the second tenth", "ms", "at most 1.5: a turn doesn't pay for the past");

        await hub.UntilAsync("long", now => now.SerializedCustomStatus is not null);
        await hub.RestartAsync();
        var cold = await GoAsync(hub, "short");
        var replayed = await GoAsync(hub, "long");
        // Of every step three events are kept: the turn, the result, the next call.
        results.Figure(Of(steps, "steps: to read and replay them, each event"), (replayed - cold).TotalMicroseconds / (3 * steps), "µs", "at most 50 µs");
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

    private static string Of(int count, string what) => string.Create(CultureInfo.InvariantCulture, $"{count:#,##0} {what}");
}
