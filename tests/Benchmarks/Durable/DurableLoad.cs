using System.Diagnostics;
using Microsoft.DurableTask.Client;
using ServerlessDrives.Tests.Benchmarks.Measuring;
using ServerlessDrives.Tests.Shared.Durable;

namespace ServerlessDrives.Tests.Benchmarks.Durable;

/// <summary>What a hub is given to do, over the official client.</summary>
internal sealed class DurableLoad(TestHub hub)
{
    /// <summary>Far beyond what a hundred sequences at once take on the slower provider.</summary>
    private static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(10);

    public static TestFunctions Functions { get; } = new TestFunctions()
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

    /// <summary>Keeps so many sequences of five activities going until so many are done.</summary>
    public async Task<Sequences> SequencesAsync(int atOnce, int count)
    {
        var took = new TimeSpan[count];
        var (commits, processor) = (hub.Hub.CommitCount, Environment.CpuUsage.TotalTime);
        var next = -1;
        var whole = await TimeAsync(() => Task.WhenAll(Enumerable.Range(0, atOnce).Select(async _ =>
        {
            while (Interlocked.Increment(ref next) is var mine && mine < count)
                took[mine] = await TimeAsync(() => RunAsync("Sequence"));
        })));
        return new(
            count / whole.TotalSeconds,
            new Percentiles(took),
            (hub.Hub.CommitCount - commits) / (double)count,
            (Environment.CpuUsage.TotalTime - processor).TotalMilliseconds / count);
    }

    /// <summary>From raising an event to the end of the orchestration that waits for it, when the client knows of it.</summary>
    public async Task<Percentiles> EventsOneByOneAsync(int count)
    {
        var took = new List<TimeSpan>();
        for (var number = 0; number < count; number++)
            took.Add(await RaiseAsync(await WaitingAsync()));
        return new Percentiles(took);
    }

    /// <inheritdoc cref="EventsOneByOneAsync"/>
    public async Task<Percentiles> EventsTogetherAsync(int atOnce)
    {
        var ids = await Task.WhenAll(Enumerable.Range(0, atOnce).Select(_ => WaitingAsync()));
        return new Percentiles(await Task.WhenAll(ids.Select(RaiseAsync)));
    }

    public Task<TimeSpan> FiveHundredParallelAsync() => TimeAsync(() => RunAsync("Parallel"));

    private static async Task<TimeSpan> TimeAsync(Func<Task> call)
    {
        var began = Stopwatch.GetTimestamp();
        await call();
        return Stopwatch.GetElapsedTime(began);
    }

    private async Task RunAsync(string orchestrator) =>
        await EndOfAsync(await hub.Client.ScheduleNewOrchestrationInstanceAsync(orchestrator));

    private async Task<string> WaitingAsync()
    {
        using var patience = new CancellationTokenSource(TimeLimit);
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Waits");
        await hub.Client.WaitForInstanceStartAsync(id, patience.Token);
        return id;
    }

    private Task<TimeSpan> RaiseAsync(string id) => TimeAsync(async () =>
    {
        var end = EndOfAsync(id);
        await hub.Client.RaiseEventAsync(id, "go", "x");
        await end;
    });

    /// <summary>What fails fast would be the fastest.</summary>
    private async Task EndOfAsync(string id)
    {
        using var patience = new CancellationTokenSource(TimeLimit);
        var end = await hub.Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, patience.Token);
        if (end.RuntimeStatus is not OrchestrationRuntimeStatus.Completed)
            throw new InvalidOperationException($"The instance {id} ended as {end.RuntimeStatus}: {end.FailureDetails}");
    }
}

/// <param name="Commits">Transactions for each, on SQLite.</param>
/// <param name="ProcessorMilliseconds">Of this process for each.</param>
internal sealed record Sequences(double PerSecond, Percentiles Took, double Commits, double ProcessorMilliseconds);
