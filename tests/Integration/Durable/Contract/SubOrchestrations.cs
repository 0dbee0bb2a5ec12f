using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using ServerlessDrives.Tests.Shared.Durable;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Durable.Contract;

/// <summary>Orchestrations that call others.</summary>
public abstract class SubOrchestrations(DurableAzurite? azurite, bool replays = false) : DurableContract(azurite, replays)
{
    [Fact]
    public async Task A_sub_orchestration_returns_its_result_and_knows_its_parent()
    {
        Functions.Orchestrator("Child", async context =>
            $"{context.Parent!.Name}|{context.Parent.InstanceId}|{await context.CallActivityAsync<int>("Double", context.GetInput<int>())}"
        );
        Functions.Orchestrator("Parent", context => context.CallSubOrchestratorAsync<string>("Child", 21));
        await using var hub = await StartAsync();
        (await hub.RunAsync("Parent", id: "the-parent-1")).ReadOutputAs<string>().ShouldBe("Parent|the-parent-1|42");
    }

    [Fact]
    public async Task A_failed_sub_orchestration_fails_its_caller_with_the_cause_inside()
    {
        Functions.Activity<string, string>("Fail", _ => throw new InvalidOperationException("deep"));
        Functions.Orchestrator("Child", context => context.CallActivityAsync<string>("Fail", "x"));
        Functions.Orchestrator("Parent", context => context.CallSubOrchestratorAsync<string>("Child"));
        await using var hub = await StartAsync();
        var end = await hub.RunAsync("Parent");
        end.FailureDetails!.InnerFailure!.InnerFailure!.ErrorMessage.ShouldBe("deep");
    }

    [Fact]
    public async Task A_hundred_sub_orchestrations_at_once_all_come_back()
    {
        var count = Many(100);
        Functions.Orchestrator("Child", context => context.CallActivityAsync<int>("Double", context.GetInput<int>()));
        Functions.Orchestrator(
            "Parent",
            async context =>
                (
                    await Task.WhenAll(Enumerable.Range(0, count).Select(number => context.CallSubOrchestratorAsync<int>("Child", number)))
                ).Sum());
        await using var hub = await StartAsync();
        (await hub.RunAsync("Parent")).ReadOutputAs<int>().ShouldBe(count * (count - 1));
    }

    [Fact]
    public async Task A_failed_sub_orchestration_is_tried_again_as_its_retry_policy_says()
    {
        var attempts = 0;
        Functions.Activity<string, int>(
            "Flaky",
            _ => Interlocked.Increment(ref attempts) < 3 ? throw new TimeoutException("later") : attempts);
        Functions.Orchestrator("Child", context => context.CallActivityAsync<int>("Flaky", "x"));
        Functions.Orchestrator("Parent", context => context.CallSubOrchestratorAsync<int>(
            "Child", null, TaskOptions.FromRetryPolicy(new RetryPolicy(5, TimeSpan.FromMilliseconds(10)))));
        await using var hub = await StartAsync();
        (await hub.RunAsync("Parent")).ReadOutputAs<int>().ShouldBe(3);
    }

    [Fact]
    public async Task A_sub_orchestration_whose_id_runs_already_fails_its_caller()
    {
        Functions.Orchestrator(
            "Parent",
            context => context.CallSubOrchestratorAsync<string>("Wait", null, new TaskOptions().WithInstanceId("taken")));
        await using var hub = await StartAsync();
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Wait", null, new StartOrchestrationOptions("taken"));
        var parent = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Parent");
        // Microsoft's provider drops the second start without a word, and the caller waits for ever.
        if (!IsOnAzureStorage)
            (await hub.EndOfAsync(parent)).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Failed);
        (await hub.UntilAsync("taken", now => now.IsRunning)).IsRunning.ShouldBeTrue();
        (await hub.Client.GetInstanceAsync("taken"))!.IsRunning.ShouldBeTrue();
    }

    [Fact]
    public async Task A_terminated_sub_orchestration_fails_its_caller()
    {
        Functions.Orchestrator(
            "Parent",
            context => context.CallSubOrchestratorAsync<string>("Wait", null, new TaskOptions().WithInstanceId("doomed")));
        await using var hub = await StartAsync();
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Parent");
        await hub.UntilAsync("doomed", now => now.IsRunning);
        await hub.Client.TerminateInstanceAsync("doomed");
        (await hub.EndOfAsync(id)).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Failed);
    }

    [Fact]
    public async Task A_caller_that_is_busy_takes_all_answers_that_have_gathered()
    {
        var count = Many(150);
        using var mayGoOn = new ManualResetEventSlim();
        Functions.Orchestrator(
            "Parent",
            async context =>
            {
                var children = Enumerable
                    .Range(0, count)
                    .Select(number =>
                        context.CallSubOrchestratorAsync<string>("Wait", null, new TaskOptions().WithInstanceId($"child-{number}")))
                    .ToList();
                await context.WaitForExternalEvent<string>("busy");
                mayGoOn.Wait();
                return (await Task.WhenAll(children)).Length;
            });
        await using var hub = await StartAsync();
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Parent");
        var ids = Enumerable.Range(0, count).Select(number => $"child-{number}").ToList();
        await Task.WhenAll(ids.Select(child => hub.UntilAsync(child, now => now.IsRunning)));
        var busy = hub.Client.RaiseEventAsync(id, "busy", "x");
        await Task.WhenAll(ids.Select(child => hub.Client.RaiseEventAsync(child, "go", "x")));
        await Task.WhenAll(ids.Select(hub.EndOfAsync));
        mayGoOn.Set();
        await busy;
        (await hub.EndOfAsync(id)).ReadOutputAs<int>().ShouldBe(count);
    }
}
