using Grpc.Core;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using ServerlessDrives.Tests.Shared.Durable;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Durable.Crash;

/// <summary>Several engines on one task hub: the last one to come has it.</summary>
public sealed class OwnershipTests(DurableAzurite azurite)
{
    private const int Instances = 20;

    private readonly TestFunctions _functions = new TestFunctions()
        .Activity<int, int>("Add", number => number + 1)
        .Orchestrator("Sum", async context =>
        {
            var sum = 0;
            for (var step = 0; step < 5; step++)
                sum = await context.CallActivityAsync<int>("Add", sum);
            return sum + await context.WaitForExternalEvent<int>("more");
        });

    [Fact]
    public async Task A_second_engine_takes_the_hub_under_load_and_the_first_stops_without_harm()
    {
        await using var first = new TestHub(azurite, _functions);
        await first.StartAsync();
        var ids = Enumerable.Range(0, Instances).Select(number => $"sum-{number}").ToList();
        await Task.WhenAll(ids.Select(id => first.Client.ScheduleNewOrchestrationInstanceAsync("Sum", null, new StartOrchestrationOptions(id))));

        await using var second = new TestHub(azurite, _functions) { Name = first.Name };
        await second.StartAsync();
        await Task.WhenAll(ids.Select(id => second.Client.RaiseEventAsync(id, "more", 100)));
        foreach (var id in ids)
            (await second.EndOfAsync(id)).ReadOutputAs<int>().ShouldBe(105);

        await first.Running.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        (await Should.ThrowAsync<RpcException>(() => first.Client.RaiseEventAsync(ids[0], "more", 1))).StatusCode.ShouldBe(StatusCode.Unavailable);
        (await first.Client.GetInstanceAsync(ids[0]))!.RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Completed);
    }

    [Fact]
    public async Task Of_engines_that_start_at_once_one_has_the_hub_in_the_end()
    {
        var name = $"hub{Guid.NewGuid():N}";
        var hubs = Enumerable.Range(0, 4).Select(_ => new TestHub(azurite, _functions) { Name = name }).ToList();
        await Task.WhenAll(hubs.Select(hub => hub.StartAsync()));
        var started = new List<string>();
        while (hubs.Where(hub => !hub.Running.IsCompleted).ToList() is { Count: > 1 } running)
        {
            // Those that lost it notice with their next write.
            foreach (var hub in running)
            {
                try
                {
                    started.Add(await hub.Client.ScheduleNewOrchestrationInstanceAsync("Sum"));
                }
                catch (RpcException lost) when (lost.StatusCode is StatusCode.Unavailable)
                {
                    // Another has the hub.
                }
            }
        }

        var ids = new List<string>();
        await foreach (var instance in hubs[0].Client.GetAllInstancesAsync())
            ids.Add(instance.InstanceId);
        ids.ShouldBe(started, ignoreOrder: true);
        foreach (var hub in hubs)
            await hub.DisposeAsync();
    }
}
