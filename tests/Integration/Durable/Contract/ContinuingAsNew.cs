using ServerlessDrives.Tests.Shared.Durable;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Durable.Contract;

/// <summary>Orchestrations that begin again.</summary>
public abstract class ContinuingAsNew(DurableAzurite? azurite, bool replays = false) : DurableContract(azurite, replays)
{
    [Fact]
    public async Task Continuing_as_new_keeps_unread_events_and_begins_again_with_the_new_input()
    {
        Functions.Orchestrator("Counts", async context =>
        {
            var so = context.GetInput<int>();
            if (so == 3)
                return so;
            await context.WaitForExternalEvent<string>("next");
            context.ContinueAsNew(so + 1);
            return -1;
        });
        await using var hub = await StartAsync();
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Counts", 0);
        for (var next = 0; next < 3; next++)
            await hub.Client.RaiseEventAsync(id, "next", "x");
        var end = await hub.EndOfAsync(id);
        end.ReadOutputAs<int>().ShouldBe(3);
        end.ReadInputAs<int>().ShouldBe(3);
    }

    [Fact]
    public async Task Continuing_as_new_can_drop_unread_events()
    {
        Functions.Orchestrator(
            "Drops",
            async context =>
            {
                if (context.GetInput<int>() == 1)
                    return
                        await Task.WhenAny(
                            context.WaitForExternalEvent<string>("extra"),
                            context.CreateTimer(TimeSpan.FromMilliseconds(100), CancellationToken.None)
                        ) is Task<string>
                        ? "kept"
                        : "dropped";
                await context.WaitForExternalEvent<string>("go");
                context.ContinueAsNew(1, preserveUnprocessedEvents: false);
                return "";
            });
        await using var hub = await StartAsync();
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Drops", 0);
        await hub.Client.RaiseEventAsync(id, "extra", "x");
        await hub.Client.RaiseEventAsync(id, "go", "x");
        (await hub.EndOfAsync(id)).ReadOutputAs<string>().ShouldBe("dropped");
    }

    [Fact]
    public async Task A_timer_of_the_former_generation_wakes_nobody()
    {
        Functions.Orchestrator("Leaves", async context =>
        {
            var began = context.CurrentUtcDateTime;
            using var stop = new CancellationTokenSource();
            var timer = context.CreateTimer(TimeSpan.FromMilliseconds(context.GetInput<string>() == "first" ? 1500 : 3500), stop.Token);
            if (context.GetInput<string>() == "first")
            {
                await context.WaitForExternalEvent<string>("go");
                stop.Cancel();
                context.ContinueAsNew("second");
                return 0;
            }

            await timer;
            return (context.CurrentUtcDateTime - began).TotalMilliseconds;
        });
        await using var hub = await StartAsync();
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Leaves", "first");
        await hub.Client.RaiseEventAsync(id, "go", "x");
        (await hub.EndOfAsync(id)).ReadOutputAs<double>().ShouldBeGreaterThanOrEqualTo(3500 - MillisecondsEarly);
    }

    [Fact]
    public async Task A_generation_ends_when_its_tasks_have_ended_and_their_results_reach_only_it()
    {
        using var mayEnd = new SemaphoreSlim(0);
        Functions.Activity<string, string>("Slow", async text => { await mayEnd.WaitAsync(); return text; });
        Functions.Orchestrator("Leaves", async context =>
        {
            var call = context.CallActivityAsync<string>("Slow", context.GetInput<string>()!);
            if (context.GetInput<string>() == "second")
                return await call;
            await context.WaitForExternalEvent<string>("go");
            context.SetCustomStatus("leaves");
            context.ContinueAsNew("second");
            return "";
        });
        await using var hub = await StartAsync();
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Leaves", "first");
        await hub.Client.RaiseEventAsync(id, "go", "x");
        (await hub.UntilAsync(id, now => now.SerializedCustomStatus is not null)).SerializedInput.ShouldBe("\"first\"");
        mayEnd.Release(2);
        (await hub.EndOfAsync(id)).ReadOutputAs<string>().ShouldBe("second");
    }

    [Fact]
    public async Task Fifty_generations_one_after_the_other_keep_the_order_of_events()
    {
        Functions.Orchestrator("Turns", async context =>
        {
            var soFar = context.GetInput<List<int>>() ?? [];
            soFar.Add(await context.WaitForExternalEvent<int>("next"));
            if (soFar.Count < 50)
                context.ContinueAsNew(soFar);
            return soFar;
        });
        await using var hub = await StartAsync();
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Turns");
        for (var next = 0; next < 50; next++)
            await hub.Client.RaiseEventAsync(id, "next", next);
        (await hub.EndOfAsync(id)).ReadOutputAs<List<int>>().ShouldBe(Enumerable.Range(0, 50).ToList());
    }
}
