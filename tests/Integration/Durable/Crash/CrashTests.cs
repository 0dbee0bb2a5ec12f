using System.Globalization;
using Microsoft.DurableTask.Client;
using ServerlessDrives.Tests.Shared.Durable;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Durable.Crash;

/// <summary>The engine stopped at every storage call in turn, and often at random: the story ends as if nothing had happened.</summary>
public sealed class CrashTests(DurableAzurite azurite)
{
    private const int AtOnce = 4;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(Fate.DiesBefore)]
    [InlineData(Fate.DiesAfter)]
    public async Task A_crash_at_any_storage_call_loses_nothing_and_doubles_nothing(Fate fate)
    {
        var calls = await UndisturbedAsync();
        calls.ShouldBeGreaterThan(20);
        await Parallel.ForEachAsync(
            Enumerable.Range(1, calls),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            async (at, _) => await RunAsync($"{fate} call {at}", [(at, fate)]));
    }

    [Fact]
    public async Task Crash_after_crash_at_random_calls_loses_nothing_and_doubles_nothing() => await Parallel.ForEachAsync(
        Enumerable.Range(1, 8),
        new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
        async (seed, _) =>
        {
            // Whatever goes wrong can be seen again by its seed, but for the order of calls that are under way at once.
            var random = new Random(seed);
            var crashes = Enumerable.Range(0, 6).Select(_ => (random.Next(4, 30), random.Next(2) == 0 ? Fate.DiesBefore : Fate.DiesAfter)).ToList();
            await RunAsync($"seed {seed}: {string.Join(", ", crashes)}", crashes);
        });

    [Fact]
    public async Task A_stalled_engine_that_wakes_after_another_took_over_changes_nothing()
    {
        var calls = await UndisturbedAsync();
        await Parallel.ForEachAsync(
            Enumerable.Range(4, calls - 4),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            async (at, _) => await StallAsync(at));
    }

    /// <returns>How many storage calls it takes.</returns>
    private async Task<int> UndisturbedAsync()
    {
        var story = new Story();
        using var transport = new FailingTransport(int.MaxValue, Fate.DiesBefore);
        await using var hub = new TestHub(azurite, story.Functions);
        await hub.StartAsync(transport);
        using var patience = new CancellationTokenSource(Patience);
        await story.DriveAsync(hub.Client, patience.Token);
        story.ShouldHaveEndedWell((await hub.Client.GetInstanceAsync(Story.Id, getInputsAndOutputs: true))!, "undisturbed");
        return transport.Calls;
    }

    private async Task RunAsync(string what, IReadOnlyList<(int At, Fate Fate)> crashes)
    {
        var story = new Story();
        await using var hub = new TestHub(azurite, story.Functions);
        foreach (var (at, fate) in crashes)
        {
            using var transport = new FailingTransport(at, fate);
            await hub.StartAsync(transport);
            using var crash = new CancellationTokenSource();
            var driven = story.DriveAsync(hub.Client, crash.Token);
            var first = await Task.WhenAny(driven, transport.Happened).WaitAsync(Patience);
            await crash.CancelAsync();
            await hub.StopAsync();
            if (first == driven)
                await driven;
            else
                await driven.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await hub.StartAsync();
        await EndAsync(story, hub, what);
    }

    private async Task StallAsync(int at)
    {
        var what = string.Create(CultureInfo.InvariantCulture, $"stalled at call {at}");
        var story = new Story();
        using var transport = new FailingTransport(at, Fate.Stalls);
        await using var first = new TestHub(azurite, story.Functions);
        await first.StartAsync(transport);
        using var crash = new CancellationTokenSource();
        var driven = story.DriveAsync(first.Client, crash.Token);
        await Task.WhenAny(driven, transport.Happened).WaitAsync(Patience);
        await crash.CancelAsync();
        if (!story.OnlyWaits)
            await driven.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        await using var second = new TestHub(azurite, story.Functions) { Name = first.Name };
        await second.StartAsync();
        var end = await EndAsync(story, second, what);
        await transport.ReleaseAsync();
        await driven.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await first.StopAsync();
        var later = (await second.Client.GetInstanceAsync(Story.Id, getInputsAndOutputs: true))!;
        later.SerializedOutput.ShouldBe(end.SerializedOutput, what);
        later.LastUpdatedAt.ShouldBe(end.LastUpdatedAt, what);
    }

    private static async Task<OrchestrationMetadata> EndAsync(Story story, TestHub hub, string what)
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await story.DriveAsync(hub.Client, patience.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"{what}: it never ends.");
        }

        var end = await hub.EndOfAsync(Story.Id);
        story.ShouldHaveEndedWell(end, what);
        return end;
    }
}
