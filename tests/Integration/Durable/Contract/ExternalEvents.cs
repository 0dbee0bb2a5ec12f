using Microsoft.DurableTask.Client;
using ServerlessDrives.Tests.Shared.Durable;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Durable.Contract;

/// <summary>
/// External events: kept until awaited, first in first out, by name without regard to case. Of several waits for a name the one that began
/// last is served first: so the SDK has it since 1.19, and whoever gave up an earlier wait need not care.
/// </summary>
public abstract class ExternalEvents(DurableAzurite? azurite, bool replays = false) : DurableContract(azurite, replays)
{
    [Fact]
    public async Task Events_that_come_early_are_kept_until_awaited_first_in_first_out_without_regard_to_case()
    {
        Functions.Orchestrator(
            "Collects",
            async context =>
            {
                await context.WaitForExternalEvent<string>("begin");
                return string.Concat(
                    await context.WaitForExternalEvent<string>("LETTER"),
                    await context.WaitForExternalEvent<string>("letter"),
                    await context.WaitForExternalEvent<string>("Letter"));
            });
        await using var hub = await StartAsync();
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Collects");
        foreach (var letter in "abc")
            await hub.Client.RaiseEventAsync(id, "Letter", letter.ToString());
        await hub.Client.RaiseEventAsync(id, "begin", "now");
        (await hub.EndOfAsync(id)).ReadOutputAs<string>().ShouldBe("abc");
    }

    [Fact]
    public async Task A_wait_that_times_out_is_cancelled_and_a_later_one_takes_the_next_event_of_its_name()
    {
        Functions.Orchestrator("TimesOut", async context =>
        {
            try
            {
                await context.WaitForExternalEvent<string>("go", TimeSpan.FromMilliseconds(50));
                return "came";
            }
            catch (TaskCanceledException)
            {
                context.SetCustomStatus("timed out");
                return await context.WaitForExternalEvent<string>("go");
            }
        });
        await using var hub = await StartAsync();
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("TimesOut");
        await hub.UntilAsync(id, now => now.SerializedCustomStatus is not null);
        await hub.Client.RaiseEventAsync(id, "go", "first");
        (await hub.EndOfAsync(id)).ReadOutputAs<string>().ShouldBe("first");
    }

    [Fact]
    public async Task One_orchestration_sends_an_event_to_another()
    {
        Functions.Orchestrator("Sends", context =>
        {
            context.SendEvent(context.GetInput<string>()!, "go", "from afar");
            context.SendEvent("nobody", "go", "lost");
            return Task.FromResult("sent");
        });
        await using var hub = await StartAsync();
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Wait");
        (await hub.RunAsync("Sends", id)).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Completed);
        (await hub.EndOfAsync(id)).ReadOutputAs<string>().ShouldBe("from afar");
    }

    [Fact]
    public async Task A_wait_that_is_cancelled_by_its_token_leaves_the_next_event_of_its_name_to_a_later_one()
    {
        Functions.Orchestrator("Cancels", async context =>
        {
            using var stop = new CancellationTokenSource();
            var givenUp = context.WaitForExternalEvent<string>("go", stop.Token);
            stop.Cancel();
            return $"{givenUp.IsCanceled} {await context.WaitForExternalEvent<string>("go")}";
        });
        await using var hub = await StartAsync();
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Cancels");
        await hub.Client.RaiseEventAsync(id, "go", "first");
        (await hub.EndOfAsync(id)).ReadOutputAs<string>().ShouldBe("True first");
    }

    [Fact]
    public async Task Of_several_waits_for_one_name_the_one_that_began_last_is_served_first()
    {
        Functions.Orchestrator("Queues", async context =>
        {
            var (first, second) = (context.WaitForExternalEvent<string>("go"), context.WaitForExternalEvent<string>("go"));
            return $"{await first}{await second}";
        });
        await using var hub = await StartAsync();
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Queues");
        await hub.Client.RaiseEventAsync(id, "go", "a");
        await hub.Client.RaiseEventAsync(id, "go", "b");
        (await hub.EndOfAsync(id)).ReadOutputAs<string>().ShouldBe("ba");
    }

    [Fact]
    public async Task An_event_of_another_name_wakes_nobody_and_stays()
    {
        Functions.Orchestrator("Chooses", async context =>
        {
            var (left, right) = (context.WaitForExternalEvent<string>("left"), context.WaitForExternalEvent<string>("right"));
            var first = await await Task.WhenAny(left, right);
            return $"{first} {await context.WaitForExternalEvent<string>("other")}";
        });
        await using var hub = await StartAsync();
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Chooses");
        await hub.Client.RaiseEventAsync(id, "other", "kept");
        await hub.Client.RaiseEventAsync(id, "right", "r");
        (await hub.EndOfAsync(id)).ReadOutputAs<string>().ShouldBe("r kept");
    }

    [Fact]
    public async Task Many_events_raised_at_once_all_arrive_once()
    {
        var count = Many(500);
        Functions.Orchestrator("Counts", async context =>
        {
            var seen = new HashSet<int>();
            for (var number = 0; number < count; number++)
                seen.Add(await context.WaitForExternalEvent<int>("one"));
            return seen.Count;
        });
        await using var hub = await StartAsync();
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Counts");
        await Task.WhenAll(Enumerable.Range(0, count).Select(number => hub.Client.RaiseEventAsync(id, "one", number)));
        (await hub.EndOfAsync(id)).ReadOutputAs<int>().ShouldBe(count);
    }
}
