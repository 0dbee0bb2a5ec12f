using Grpc.Core;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using ServerlessDrives.Tests.Shared.Durable;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Durable.Contract;

/// <summary>Terminate, suspend, resume, purge, and what is refused.</summary>
public abstract class Control(DurableAzurite? azurite, bool replays = false) : DurableContract(azurite, replays)
{
    [Fact]
    public async Task A_terminated_orchestration_ends_at_once_with_the_given_output()
    {
        await using var hub = await StartAsync();
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Wait");
        await hub.Client.TerminateInstanceAsync(id, "enough");
        var end = await hub.EndOfAsync(id);
        end.RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Terminated);
        end.ReadOutputAs<string>().ShouldBe("enough");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Termination_reaches_sub_orchestrations_only_if_recursive(bool recursive)
    {
        Functions.Orchestrator(
            "Parent",
            context =>
                context.CallSubOrchestratorAsync<string>("Wait", null, new TaskOptions().WithInstanceId(context.InstanceId + "-child")));
        await using var hub = await StartAsync();
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Parent");
        await hub.UntilAsync(id + "-child", now => now.IsRunning);
        await hub.Client.TerminateInstanceAsync(id, new TerminateInstanceOptions("out", recursive));
        if (recursive)
        {
            (await hub.EndOfAsync(id + "-child")).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Terminated);
        }
        else
        {
            await hub.Client.RaiseEventAsync(id + "-child", "go", "on");
            (await hub.EndOfAsync(id + "-child")).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Completed);
        }
    }

    [Fact]
    public async Task A_suspended_orchestration_takes_nothing_until_it_is_resumed()
    {
        await using var hub = await StartAsync();
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Wait");
        await hub.UntilAsync(id, now => now.IsRunning);
        await hub.Client.SuspendInstanceAsync(id, "lunch");
        await hub.Client.RaiseEventAsync(id, "go", "kept");
        var suspended = await hub.UntilAsync(id, IsSuspended);
        suspended.SerializedOutput.ShouldBe("lunch");
        await hub.RestartAsync();
        await hub.Client.ResumeInstanceAsync(id);
        (await hub.EndOfAsync(id)).ReadOutputAs<string>().ShouldBe("kept");
    }

    [Fact]
    public async Task An_activity_that_ends_while_suspended_is_not_run_again()
    {
        var runs = 0;
        using var mayEnd = new SemaphoreSlim(0);
        Functions.Activity<string, int>("Slow", async _ => { await mayEnd.WaitAsync(); return Interlocked.Increment(ref runs); });
        Functions.Orchestrator("Calls", context => context.CallActivityAsync<int>("Slow", "x"));
        await using var hub = await StartAsync();
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Calls");
        await hub.UntilAsync(id, now => now.IsRunning);
        await hub.Client.SuspendInstanceAsync(id);
        var suspended = await hub.UntilAsync(id, IsSuspended);
        mayEnd.Release();
        await hub.UntilAsync(id, now => now.LastUpdatedAt > suspended.LastUpdatedAt);
        await hub.RestartAsync();
        await hub.Client.ResumeInstanceAsync(id);
        (await hub.EndOfAsync(id)).ReadOutputAs<int>().ShouldBe(1);
        runs.ShouldBe(1);
    }

    [Fact]
    public async Task A_purged_orchestration_is_gone_and_a_running_one_is_not_purged()
    {
        await using var hub = await StartAsync();
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Wait");
        (await hub.Client.PurgeInstanceAsync(id)).PurgedInstanceCount.ShouldBe(0);
        await hub.Client.RaiseEventAsync(id, "go", "x");
        await hub.EndOfAsync(id);
        (await hub.Client.PurgeInstanceAsync(id)).PurgedInstanceCount.ShouldBe(1);
        (await hub.Client.GetInstanceAsync(id)).ShouldBeNull();
        (await hub.Client.PurgeInstanceAsync("never-was")).PurgedInstanceCount.ShouldBe(0);
    }

    [Fact]
    public async Task Purging_by_filter_takes_what_is_over_and_matches_and_recursion_takes_the_children()
    {
        Functions.Orchestrator("Parent", context => context.CallSubOrchestratorAsync<string>("Quick"));
        Functions.Orchestrator("Quick", _ => Task.FromResult("done"));
        await using var hub = await StartAsync();
        var parent = await hub.RunAsync("Parent");
        (await hub.Client.PurgeInstanceAsync(parent.InstanceId, new PurgeInstanceOptions(Recursive: true))).PurgedInstanceCount.ShouldBe(2);
        await hub.RunAsync("Quick");
        var waits = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Wait");
        (
            await hub.Client.PurgeAllInstancesAsync(new PurgeInstancesFilter(Statuses: [OrchestrationRuntimeStatus.Completed]))
        ).PurgedInstanceCount.ShouldBe(1);
        (await hub.Client.GetInstanceAsync(waits)).ShouldNotBeNull();
    }

    [Fact]
    public async Task What_is_asked_of_an_unknown_or_finished_instance_is_refused_as_officially()
    {
        await using var hub = await StartAsync();
        await hub.RunAsync("NotThere", id: "over");
        await RefusedAsync(StatusCode.NotFound, () => hub.Client.RaiseEventAsync("unknown", "go"));
        await RefusedAsync(StatusCode.FailedPrecondition, () => hub.Client.RaiseEventAsync("over", "go"));
        await RefusedAsync(StatusCode.NotFound, () => hub.Client.TerminateInstanceAsync("unknown"));
        await RefusedAsync(StatusCode.FailedPrecondition, () => hub.Client.TerminateInstanceAsync("over"));
        await RefusedAsync(StatusCode.Unknown, () => hub.Client.SuspendInstanceAsync("unknown"));
        await RefusedAsync(StatusCode.Unknown, () => hub.Client.SuspendInstanceAsync("over"));
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Wait", null, new StartOrchestrationOptions("runs"));
        await RefusedAsync(StatusCode.Unknown, () => hub.Client.ResumeInstanceAsync("runs"));
        (await hub.Client.GetInstanceAsync("unknown")).ShouldBeNull();
    }

    [Fact]
    public async Task A_purged_id_used_anew_gets_nothing_of_its_former_life()
    {
        using var mayEnd = new SemaphoreSlim(0);
        Functions.Activity<string, string>("Slow", async text => { await mayEnd.WaitAsync(); return text; });
        Functions.Orchestrator("Calls", context => context.CallActivityAsync<string>("Slow", context.GetInput<string>()!));
        await using var hub = await StartAsync();
        var again = new StartOrchestrationOptions("again");
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Calls", "first", again);
        await hub.UntilAsync("again", now => now.IsRunning);
        await hub.Client.TerminateInstanceAsync("again");
        await hub.EndOfAsync("again");
        (await hub.Client.PurgeInstanceAsync("again")).PurgedInstanceCount.ShouldBe(1);
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Calls", "second", again);
        mayEnd.Release(2);
        (await hub.EndOfAsync("again")).ReadOutputAs<string>().ShouldBe("second");
    }

    [Fact]
    public async Task A_timer_that_falls_due_while_suspended_has_fired_at_the_resume()
    {
        Functions.Orchestrator("Sleeps", async context =>
        {
            await context.CreateTimer(TimeSpan.FromSeconds(2), CancellationToken.None);
            return "woke";
        });
        await using var hub = await StartAsync();
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Sleeps");
        await hub.UntilAsync(id, now => now.IsRunning);
        await hub.Client.SuspendInstanceAsync(id);
        var suspended = await hub.UntilAsync(id, IsSuspended);
        await hub.UntilAsync(id, now => now.LastUpdatedAt > suspended.LastUpdatedAt);
        (await hub.Client.GetInstanceAsync(id))!.RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Suspended);
        await hub.Client.ResumeInstanceAsync(id);
        (await hub.EndOfAsync(id)).ReadOutputAs<string>().ShouldBe("woke");
    }

    [Fact]
    public async Task A_suspended_orchestration_can_be_terminated()
    {
        await using var hub = await StartAsync();
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Wait");
        await hub.Client.SuspendInstanceAsync(id, "lunch");
        await hub.Client.TerminateInstanceAsync(id);
        (await hub.EndOfAsync(id)).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Terminated);
    }

    private static bool IsSuspended(OrchestrationMetadata now) => now.RuntimeStatus is OrchestrationRuntimeStatus.Suspended;

    private static async Task RefusedAsync(StatusCode code, Func<Task> call) =>
        (await Should.ThrowAsync<RpcException>(call)).StatusCode.ShouldBe(code);
}
