using Azure.Storage.Blobs;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using ServerlessDrives.Tests.Shared.Durable;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Durable.Crash;

/// <summary>What is too large for a row lies in a blob: none stays that no row names, wherever the engine crashed, and none goes that one names.</summary>
public sealed class OrphanTests(DurableAzurite azurite)
{
    private const string Id = "large";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly string Text = new('é', 50_000);

    private readonly TestFunctions _functions = new TestFunctions()
        .Activity<string, string>("Echo", text => text)
        .Orchestrator("Grows", async context =>
        {
            context.SetCustomStatus(context.GetInput<string>());
            // More than a row takes of a history.
            await context.CallActivityAsync<string>("Echo", string.Concat(Enumerable.Repeat(context.GetInput<string>(), 7)));
            context.SetCustomStatus("small");
            return context.GetInput<string>();
        });

    [Theory]
    [InlineData(Fate.DiesBefore)]
    [InlineData(Fate.DiesAfter)]
    public async Task A_crash_at_any_storage_call_leaves_no_blob_that_nothing_names(Fate fate)
    {
        var calls = await RunAsync(int.MaxValue, fate);
        calls.ShouldBeGreaterThan(10);
        await Parallel.ForEachAsync(Enumerable.Range(3, calls - 2), new ParallelOptions { MaxDegreeOfParallelism = 3 }, async (at, _) => await RunAsync(at, fate));
    }

    /// <returns>How many storage calls the first engine made.</returns>
    private async Task<int> RunAsync(int at, Fate fate)
    {
        await using var hub = new TestHub(azurite, _functions);
        using var transport = new FailingTransport(at, fate);
        await hub.StartAsync(transport);
        using var crash = new CancellationTokenSource(Patience);
        var first = DriveAsync(hub.Client, crash.Token);
        await Task.WhenAny(first, transport.Happened).WaitAsync(Patience);
        await crash.CancelAsync();
        await hub.StopAsync();
        await ((Task)first).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        await hub.StartAsync();
        using var patience = new CancellationTokenSource(Patience);
        var end = await DriveAsync(hub.Client, patience.Token);
        end.ReadInputAs<string>().ShouldBe(Text);
        end.ReadOutputAs<string>().ShouldBe(Text);
        end.ReadCustomStatusAs<string>().ShouldBe("small");

        // The input and the output.
        await UntilBlobsAsync(hub, 2);
        (await hub.Client.GetInstanceAsync(Id, getInputsAndOutputs: true, patience.Token))!.ReadOutputAs<string>().ShouldBe(Text);
        return transport.Calls;
    }

    private static async Task<OrchestrationMetadata> DriveAsync(DurableTaskClient client, CancellationToken cancellation)
    {
        if (await client.GetInstanceAsync(Id, cancellation) is null)
            await client.ScheduleNewOrchestrationInstanceAsync("Grows", Text, new StartOrchestrationOptions(Id), cancellation);
        return await client.WaitForInstanceCompletionAsync(Id, getInputsAndOutputs: true, cancellation);
    }

    private async Task UntilBlobsAsync(TestHub hub, int count)
    {
        var (_, blobs) = await azurite.ClientsAsync();
        var container = blobs.GetBlobContainerClient($"{hub.Name.ToLowerInvariant()}-large");
        using var patience = new CancellationTokenSource(Patience);
        while (await NamesAsync(container, patience.Token) is var names && names.Count != count)
        {
            if (patience.IsCancellationRequested)
                Assert.Fail($"{count} blobs were expected, and there are: {string.Join(", ", names)}");
            await Task.Delay(20, CancellationToken.None);
        }
    }

    private static async Task<List<string>> NamesAsync(BlobContainerClient container, CancellationToken cancellation)
    {
        var names = new List<string>();
        await foreach (var blob in container.GetBlobsAsync(cancellationToken: cancellation.IsCancellationRequested ? CancellationToken.None : cancellation))
            names.Add(blob.Name);
        return names;
    }
}
