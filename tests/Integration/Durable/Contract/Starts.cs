using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using ServerlessDrives.Tests.Shared.Durable;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Durable.Contract;

/// <summary>Starting, and starting the same id again.</summary>
public abstract class Starts(DurableAzurite? azurite, bool replays = false) : DurableContract(azurite, replays)
{
    [Fact]
    public async Task A_second_start_of_a_running_id_is_refused_and_of_a_finished_one_begins_anew()
    {
        await using var hub = await StartAsync();
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Wait", null, new StartOrchestrationOptions("once"));
        await Should.ThrowAsync<OrchestrationAlreadyExistsException>(() =>
            hub.Client.ScheduleNewOrchestrationInstanceAsync("Wait", null, new StartOrchestrationOptions("once")));
        await hub.Client.TerminateInstanceAsync("once");
        await hub.EndOfAsync("once");
        await Should.ThrowAsync<OrchestrationAlreadyExistsException>(() => hub.Client.ScheduleNewOrchestrationInstanceAsync(
            "Wait", null, new StartOrchestrationOptions("once") { DedupeStatuses = ["terminated", "Running", "Pending", "Suspended"] }));
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Wait", null, new StartOrchestrationOptions("once"));
        await hub.Client.RaiseEventAsync("once", "go", "again");
        (await hub.EndOfAsync("once")).ReadOutputAs<string>().ShouldBe("again");
    }

    [Fact]
    public async Task Of_twenty_starts_of_one_id_at_once_one_wins()
    {
        await using var hub = await StartAsync();
        var wins = 0;
        await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ =>
        {
            try
            {
                await hub.Client.ScheduleNewOrchestrationInstanceAsync("Wait", null, new StartOrchestrationOptions("raced"));
                Interlocked.Increment(ref wins);
            }
            catch (OrchestrationAlreadyExistsException)
            {
            }
        }));
        // Microsoft's provider looks first and writes then, so that several may win; by the documentation the others are refused.
        if (!IsOnAzureStorage)
            wins.ShouldBe(1);
        wins.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task A_start_in_the_future_is_pending_until_then()
    {
        Functions.Orchestrator("Quick", context => Task.FromResult(context.CurrentUtcDateTime));
        await using var hub = await StartAsync();
        for (var ahead = TimeSpan.FromMilliseconds(700 + MillisecondsEarly); ; ahead *= 3)
        {
            var at = DateTimeOffset.UtcNow + ahead;
            var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Quick", null, new StartOrchestrationOptions(StartAt: at));
            var seen = (await hub.Client.GetInstanceAsync(id))!.RuntimeStatus;
            var earliest = at.AddMilliseconds(-MillisecondsEarly);
            // On a busy machine the status was read too late, after the start; try again with a start further ahead.
            if (DateTimeOffset.UtcNow >= earliest)
                continue;
            seen.ShouldBe(OrchestrationRuntimeStatus.Pending);
            (await hub.EndOfAsync(id))
                .ReadOutputAs<DateTime>()
                .ShouldBeGreaterThanOrEqualTo(earliest.UtcDateTime);
            return;
        }
    }

    [Fact]
    public async Task Version_and_tags_stay_with_the_instance()
    {
        Functions.Orchestrator("Versioned", context => Task.FromResult($"{context.Version} {context.CompareVersionTo("1.9")}"));
        await using var hub = await StartAsync();
        var options = new StartOrchestrationOptions { Version = "1.10", Tags = new Dictionary<string, string> { ["who"] = "me" } };
        var end = await hub.EndOfAsync(await hub.Client.ScheduleNewOrchestrationInstanceAsync("Versioned", options));
        end.ReadOutputAs<string>().ShouldBe("1.10 1");
        end.Tags["who"].ShouldBe("me");
    }

    [Theory]
    [InlineData("Completed", true)]
    [InlineData("completed", true)]
    [InlineData("Failed", false)]
    public async Task Of_finished_ids_only_those_in_a_state_named_by_the_dedupe_policy_are_refused(string status, bool refused)
    {
        Functions.Orchestrator("Quick", _ => Task.FromResult("done"));
        await using var hub = await StartAsync();
        await hub.RunAsync("Quick", id: "once");
        var start = () =>
            hub.Client.ScheduleNewOrchestrationInstanceAsync(
                "Quick",
                null,
                new StartOrchestrationOptions("once") { DedupeStatuses = [status] });
        if (refused)
            await Should.ThrowAsync<OrchestrationAlreadyExistsException>(start);
        else
            (await start()).ShouldBe("once");
    }

    [Fact]
    public async Task What_runs_makes_room_where_the_dedupe_policy_does_not_name_its_state()
    {
        await using var hub = await StartAsync();
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Wait", null, new StartOrchestrationOptions("once"));
        await hub.UntilAsync("once", now => now.IsRunning);
        await Should.ThrowAsync<OrchestrationAlreadyExistsException>(() =>
            hub.Client.ScheduleNewOrchestrationInstanceAsync(
                "Wait",
                null,
                new StartOrchestrationOptions("once") { DedupeStatuses = ["Running", "Failed"] }));
        await hub.Client.ScheduleNewOrchestrationInstanceAsync(
            "Wait",
            "the second",
            new StartOrchestrationOptions("once") { DedupeStatuses = ["Failed"] });
        await hub.Client.RaiseEventAsync("once", "go", "x");
        var end = await hub.EndOfAsync("once");
        end.RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Completed);
        end.ReadInputAs<string>().ShouldBe("the second");
    }

    [Theory]
    [InlineData("NoSuchStatus")]
    [InlineData("Terminated")]
    public async Task A_dedupe_policy_that_makes_no_sense_is_refused(string status)
    {
        await using var hub = await StartAsync();
        await Should.ThrowAsync<ArgumentException>(() => hub.Client.ScheduleNewOrchestrationInstanceAsync(
            "Wait", null, new StartOrchestrationOptions("once") { DedupeStatuses = [status] }));
        (await hub.Client.GetInstanceAsync("once")).ShouldBeNull();
    }

    [Fact]
    public async Task Waiting_for_the_start_ends_when_it_has_begun_and_for_the_end_when_it_is_over()
    {
        await using var hub = await StartAsync();
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync(
            "Wait",
            null,
            new StartOrchestrationOptions(StartAt: DateTimeOffset.UtcNow.AddMilliseconds(300)));
        (await hub.Client.WaitForInstanceStartAsync(id, TestContext.Current.CancellationToken)).RuntimeStatus.ShouldBe(
            OrchestrationRuntimeStatus.Running);
        var end = hub.EndOfAsync(id);
        end.IsCompleted.ShouldBeFalse();
        await hub.Client.RaiseEventAsync(id, "go", "x");
        (await end).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Completed);
    }
}
