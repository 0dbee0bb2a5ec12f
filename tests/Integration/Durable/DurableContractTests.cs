using System.Collections.Concurrent;
using DurableTask.Core.Exceptions;
using Grpc.Core;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Durable;

/// <summary>What the engine promises, seen through the client and the orchestrator's context only.</summary>
public sealed class DurableContractTests(DurableAzurite azurite)
{
    private readonly TestFunctions _functions = new TestFunctions()
        .Activity<string, string>("Echo", text => text)
        .Activity<int, int>("Double", number => number * 2)
        .Orchestrator("Wait", context => context.WaitForExternalEvent<string>("go"));

    [Fact]
    public async Task Activities_run_in_order_and_their_results_reach_the_output()
    {
        _functions.Orchestrator("Chain", async context =>
        {
            var sum = context.GetInput<int>();
            for (var step = 0; step < 5; step++)
                sum = await context.CallActivityAsync<int>("Double", sum);
            return sum;
        });
        await using var hub = await StartAsync();
        var end = await hub.RunAsync("Chain", 3);
        end.RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Completed);
        end.ReadOutputAs<int>().ShouldBe(96);
        end.ReadInputAs<int>().ShouldBe(3);
        end.IsCompleted.ShouldBeTrue();
    }

    [Fact]
    public async Task Parallel_activities_all_come_back()
    {
        _functions.Orchestrator("FanOut", async context =>
            (await Task.WhenAll(Enumerable.Range(0, 200).Select(number => context.CallActivityAsync<int>("Double", number)))).Sum());
        await using var hub = await StartAsync();
        (await hub.RunAsync("FanOut")).ReadOutputAs<int>().ShouldBe(39800);
    }

    [Fact]
    public async Task Of_several_tasks_the_first_to_end_wins()
    {
        _functions.Orchestrator("Race", async context =>
        {
            using var stop = new CancellationTokenSource();
            var never = context.CreateTimer(TimeSpan.FromDays(7), stop.Token);
            var soon = context.CallActivityAsync<string>("Echo", "soon");
            var first = await Task.WhenAny(never, soon);
            stop.Cancel();
            return first == soon ? await soon : "timer";
        });
        await using var hub = await StartAsync();
        (await hub.RunAsync("Race")).ReadOutputAs<string>().ShouldBe("soon");
    }

    [Fact]
    public async Task A_failed_activity_tells_its_type_message_and_inner_failure()
    {
        _functions.Activity<string, string>("Fail", _ => throw new InvalidOperationException("outer", new ArgumentException("inner")));
        _functions.Orchestrator("Caller", async context =>
        {
            try
            {
                return await context.CallActivityAsync<string>("Fail", "x");
            }
            catch (TaskFailedException failed)
            {
                return $"{failed.TaskName}|{failed.FailureDetails.ErrorType}|{failed.FailureDetails.ErrorMessage}|{failed.FailureDetails.InnerFailure!.ErrorMessage}"
                    + $"|{failed.FailureDetails.IsCausedBy<InvalidOperationException>()}|{failed.FailureDetails.IsCausedBy<SystemException>()}|{failed.FailureDetails.IsCausedBy<ArgumentException>()}";
            }
        });
        await using var hub = await StartAsync();
        (await hub.RunAsync("Caller")).ReadOutputAs<string>().ShouldBe("Fail|System.InvalidOperationException|outer|inner|True|True|False");
    }

    [Fact]
    public async Task An_unhandled_failure_fails_the_orchestration_and_its_details_say_why()
    {
        _functions.Activity<string, string>("Fail", _ => throw new InvalidOperationException("broken"));
        _functions.Orchestrator("Fails", context => context.CallActivityAsync<string>("Fail", "x"));
        await using var hub = await StartAsync();
        var end = await hub.RunAsync("Fails");
        end.RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Failed);
        end.FailureDetails!.IsCausedBy<TaskFailedException>().ShouldBeTrue();
        end.FailureDetails.InnerFailure!.ErrorMessage.ShouldBe("broken");
    }

    [Fact]
    public async Task An_activity_or_orchestrator_that_does_not_exist_fails_its_caller()
    {
        _functions.Orchestrator("CallsNothing", context => context.CallActivityAsync<string>("Nothing", "x"));
        await using var hub = await StartAsync();
        (await hub.RunAsync("CallsNothing")).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Failed);
        (await hub.RunAsync("NotThere")).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Failed);
    }

    [Fact]
    public async Task A_retry_policy_repeats_until_success()
    {
        var attempts = 0;
        _functions.Activity<string, int>("Flaky", _ => Interlocked.Increment(ref attempts) < 3 ? throw new TimeoutException("later") : attempts);
        _functions.Orchestrator("Retries", context => context.CallActivityAsync<int>(
            "Flaky", "x", TaskOptions.FromRetryPolicy(new RetryPolicy(5, TimeSpan.FromMilliseconds(20), 2))));
        await using var hub = await StartAsync();
        (await hub.RunAsync("Retries")).ReadOutputAs<int>().ShouldBe(3);
    }

    [Fact]
    public async Task A_retry_policy_gives_up_after_its_attempts()
    {
        var attempts = 0;
        _functions.Activity<string, int>("Flaky", _ => { Interlocked.Increment(ref attempts); throw new TimeoutException("later"); });
        _functions.Orchestrator("Retries", context => context.CallActivityAsync<int>(
            "Flaky", "x", TaskOptions.FromRetryPolicy(new RetryPolicy(3, TimeSpan.FromMilliseconds(10)))));
        await using var hub = await StartAsync();
        (await hub.RunAsync("Retries")).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Failed);
        attempts.ShouldBe(3);
    }

    [Fact]
    public async Task A_retry_policy_does_not_repeat_what_its_filter_refuses()
    {
        var attempts = 0;
        _functions.Activity<string, int>("Flaky", _ => { Interlocked.Increment(ref attempts); throw new TimeoutException("later"); });
        _functions.Orchestrator("Retries", context => context.CallActivityAsync<int>("Flaky", "x", TaskOptions.FromRetryPolicy(
            new RetryPolicy(3, TimeSpan.FromMilliseconds(10)) { HandleFailure = failure => !failure.IsCausedBy<TimeoutException>() })));
        await using var hub = await StartAsync();
        (await hub.RunAsync("Retries")).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Failed);
        attempts.ShouldBe(1);
    }

    [Fact]
    public async Task A_retry_policy_stops_at_its_timeout()
    {
        var attempts = 0;
        _functions.Activity<string, int>("Flaky", _ => { Interlocked.Increment(ref attempts); throw new TimeoutException("later"); });
        _functions.Orchestrator("Retries", context => context.CallActivityAsync<int>("Flaky", "x", TaskOptions.FromRetryPolicy(
            new RetryPolicy(100, TimeSpan.FromMilliseconds(100), retryTimeout: TimeSpan.FromMilliseconds(350)))));
        await using var hub = await StartAsync();
        (await hub.RunAsync("Retries")).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Failed);
        attempts.ShouldBeInRange(2, 4);
    }

    [Fact]
    public async Task A_retry_handler_decides_and_sees_the_last_failure()
    {
        var attempts = 0;
        _functions.Activity<string, int>("Flaky", _ => { Interlocked.Increment(ref attempts); throw new TimeoutException("later"); });
        _functions.Orchestrator("Retries", context => context.CallActivityAsync<int>(
            "Flaky", "x", TaskOptions.FromRetryHandler(retry => retry.LastAttemptNumber < 4 && retry.LastFailure.IsCausedBy<TimeoutException>())));
        await using var hub = await StartAsync();
        (await hub.RunAsync("Retries")).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Failed);
        attempts.ShouldBe(4);
    }

    [Fact]
    public async Task A_timer_fires_after_its_time_and_not_before()
    {
        _functions.Orchestrator("Sleeps", async context =>
        {
            var began = context.CurrentUtcDateTime;
            await context.CreateTimer(TimeSpan.FromMilliseconds(300), CancellationToken.None);
            return (context.CurrentUtcDateTime - began).TotalMilliseconds;
        });
        await using var hub = await StartAsync();
        (await hub.RunAsync("Sleeps")).ReadOutputAs<double>().ShouldBeInRange(300, 3000);
    }

    [Fact]
    public async Task Events_that_come_early_are_kept_until_awaited_first_in_first_out_without_regard_to_case()
    {
        _functions.Orchestrator("Collects", async context =>
        {
            await context.WaitForExternalEvent<string>("begin");
            return string.Concat(await context.WaitForExternalEvent<string>("LETTER"), await context.WaitForExternalEvent<string>("letter"), await context.WaitForExternalEvent<string>("Letter"));
        });
        await using var hub = await StartAsync();
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Collects");
        foreach (var letter in "abc")
            await hub.Client.RaiseEventAsync(id, "Letter", letter.ToString());
        await hub.Client.RaiseEventAsync(id, "begin", "now");
        (await hub.EndOfAsync(id)).ReadOutputAs<string>().ShouldBe("abc");
    }

    [Fact]
    public async Task A_wait_that_times_out_is_cancelled_and_still_takes_the_next_event_of_its_name()
    {
        _functions.Orchestrator("TimesOut", async context =>
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
        await hub.Client.RaiseEventAsync(id, "go", "second");
        (await hub.EndOfAsync(id)).ReadOutputAs<string>().ShouldBe("second");
    }

    [Fact]
    public async Task A_sub_orchestration_returns_its_result_and_knows_its_parent()
    {
        _functions.Orchestrator("Child", async context => $"{context.Parent!.Name}|{context.Parent.InstanceId}|{await context.CallActivityAsync<int>("Double", context.GetInput<int>())}");
        _functions.Orchestrator("Parent", context => context.CallSubOrchestratorAsync<string>("Child", 21));
        await using var hub = await StartAsync();
        (await hub.RunAsync("Parent", id: "the-parent-1")).ReadOutputAs<string>().ShouldBe("Parent|the-parent-1|42");
    }

    [Fact]
    public async Task A_failed_sub_orchestration_fails_its_caller_with_the_cause_inside()
    {
        _functions.Activity<string, string>("Fail", _ => throw new InvalidOperationException("deep"));
        _functions.Orchestrator("Child", context => context.CallActivityAsync<string>("Fail", "x"));
        _functions.Orchestrator("Parent", context => context.CallSubOrchestratorAsync<string>("Child"));
        await using var hub = await StartAsync();
        var end = await hub.RunAsync("Parent");
        end.FailureDetails!.InnerFailure!.InnerFailure!.ErrorMessage.ShouldBe("deep");
    }

    [Fact]
    public async Task A_hundred_sub_orchestrations_at_once_all_come_back()
    {
        _functions.Orchestrator("Child", context => context.CallActivityAsync<int>("Double", context.GetInput<int>()));
        _functions.Orchestrator("Parent", async context =>
            (await Task.WhenAll(Enumerable.Range(0, 100).Select(number => context.CallSubOrchestratorAsync<int>("Child", number)))).Sum());
        await using var hub = await StartAsync();
        (await hub.RunAsync("Parent")).ReadOutputAs<int>().ShouldBe(9900);
    }

    [Fact]
    public async Task Continuing_as_new_keeps_unread_events_and_begins_again_with_the_new_input()
    {
        _functions.Orchestrator("Counts", async context =>
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
        _functions.Orchestrator("Drops", async context =>
        {
            if (context.GetInput<int>() == 1)
                return await Task.WhenAny(context.WaitForExternalEvent<string>("extra"), context.CreateTimer(TimeSpan.FromMilliseconds(100), CancellationToken.None)) is Task<string> ? "kept" : "dropped";
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
    public async Task The_custom_status_can_be_read_while_it_runs_and_after()
    {
        _functions.Orchestrator("Says", async context =>
        {
            context.SetCustomStatus(new[] { "waiting" });
            return await context.WaitForExternalEvent<string>("go");
        });
        await using var hub = await StartAsync();
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Says");
        (await hub.UntilAsync(id, now => now.SerializedCustomStatus is not null)).ReadCustomStatusAs<string[]>().ShouldBe(["waiting"]);
        await hub.Client.RaiseEventAsync(id, "go", "x");
        (await hub.EndOfAsync(id)).ReadCustomStatusAs<string[]>().ShouldBe(["waiting"]);
    }

    [Fact]
    public async Task One_orchestration_sends_an_event_to_another()
    {
        _functions.Orchestrator("Sends", context =>
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
        _functions.Orchestrator("Parent", context => context.CallSubOrchestratorAsync<string>("Wait", null, new TaskOptions().WithInstanceId(context.InstanceId + "-child")));
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
        var suspended = (await hub.Client.GetInstanceAsync(id, getInputsAndOutputs: true))!;
        suspended.RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Suspended);
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
        _functions.Activity<string, int>("Slow", async _ => { await mayEnd.WaitAsync(); return Interlocked.Increment(ref runs); });
        _functions.Orchestrator("Calls", context => context.CallActivityAsync<int>("Slow", "x"));
        await using var hub = await StartAsync();
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Calls");
        await hub.UntilAsync(id, now => now.IsRunning);
        await hub.Client.SuspendInstanceAsync(id);
        var suspended = (await hub.Client.GetInstanceAsync(id))!;
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
        _functions.Orchestrator("Parent", context => context.CallSubOrchestratorAsync<string>("Quick"));
        _functions.Orchestrator("Quick", _ => Task.FromResult("done"));
        await using var hub = await StartAsync();
        var parent = await hub.RunAsync("Parent");
        (await hub.Client.PurgeInstanceAsync(parent.InstanceId, new PurgeInstanceOptions(Recursive: true))).PurgedInstanceCount.ShouldBe(2);
        await hub.RunAsync("Quick");
        var waits = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Wait");
        (await hub.Client.PurgeAllInstancesAsync(new PurgeInstancesFilter(Statuses: [OrchestrationRuntimeStatus.Completed]))).PurgedInstanceCount.ShouldBe(1);
        (await hub.Client.GetInstanceAsync(waits)).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_query_filters_by_prefix_status_and_time_and_pages()
    {
        await using var hub = await StartAsync();
        foreach (var id in Enumerable.Range(0, 7).Select(number => $"a-{number}").Append("b-0"))
            await hub.Client.ScheduleNewOrchestrationInstanceAsync("Wait", null, new StartOrchestrationOptions(id));
        await hub.Client.TerminateInstanceAsync("a-0");
        var pages = new List<int>();
        await foreach (var page in hub.Client.GetAllInstancesAsync(new OrchestrationQuery(InstanceIdPrefix: "a-", PageSize: 3)).AsPages())
            pages.Add(page.Values.Count);
        pages.ShouldBe([3, 3, 1]);
        (await AllAsync(hub, new OrchestrationQuery(Statuses: [OrchestrationRuntimeStatus.Terminated]))).ShouldBe(["a-0"]);
        (await AllAsync(hub, new OrchestrationQuery(CreatedTo: DateTimeOffset.UnixEpoch))).ShouldBeEmpty();
        (await AllAsync(hub, new OrchestrationQuery(CreatedFrom: DateTimeOffset.UnixEpoch))).Count.ShouldBe(8);
    }

    [Fact]
    public async Task A_second_start_of_a_running_id_is_refused_and_of_a_finished_one_begins_anew()
    {
        await using var hub = await StartAsync();
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Wait", null, new StartOrchestrationOptions("once"));
        await Should.ThrowAsync<OrchestrationAlreadyExistsException>(() => hub.Client.ScheduleNewOrchestrationInstanceAsync("Wait", null, new StartOrchestrationOptions("once")));
        await hub.Client.TerminateInstanceAsync("once");
        await Should.ThrowAsync<OrchestrationAlreadyExistsException>(() => hub.Client.ScheduleNewOrchestrationInstanceAsync(
            "Wait", null, new StartOrchestrationOptions("once").WithDedupe("Terminated")));
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
        wins.ShouldBe(1);
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
    public async Task A_start_in_the_future_is_pending_until_then()
    {
        _functions.Orchestrator("Quick", context => Task.FromResult(context.CurrentUtcDateTime));
        await using var hub = await StartAsync();
        var at = DateTimeOffset.UtcNow.AddMilliseconds(700);
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Quick", null, new StartOrchestrationOptions(StartAt: at));
        (await hub.Client.GetInstanceAsync(id))!.RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Pending);
        (await hub.EndOfAsync(id)).ReadOutputAs<DateTime>().ShouldBeGreaterThanOrEqualTo(at.UtcDateTime);
    }

    [Fact]
    public async Task Version_and_tags_stay_with_the_instance()
    {
        _functions.Orchestrator("Versioned", context => Task.FromResult($"{context.Version} {context.CompareVersionTo("1.9")}"));
        await using var hub = await StartAsync();
        var options = new StartOrchestrationOptions { Version = "1.10", Tags = new Dictionary<string, string> { ["who"] = "me" } };
        var end = await hub.EndOfAsync(await hub.Client.ScheduleNewOrchestrationInstanceAsync("Versioned", options));
        end.ReadOutputAs<string>().ShouldBe("1.10 1");
        end.Tags["who"].ShouldBe("me");
    }

    [Fact]
    public async Task Clock_guids_and_logs_are_the_same_after_a_replay()
    {
        var seen = new ConcurrentQueue<string>();
        var logs = new CountingLoggers();
        _functions.Orchestrator("Replays", async context =>
        {
            context.CreateReplaySafeLogger("Replays").LogInformation("Once");
            seen.Enqueue($"{context.CurrentUtcDateTime:O} {context.NewGuid()} {context.NewGuid()}");
            return await context.WaitForExternalEvent<string>("go");
        });
        await using var hub = new TestHub(azurite, _functions) { Loggers = logs };
        await hub.StartAsync();
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Replays");
        await hub.UntilAsync(id, now => now.IsRunning);
        await hub.RestartAsync();
        await hub.Client.RaiseEventAsync(id, "go", "x");
        await hub.EndOfAsync(id);
        seen.Count.ShouldBe(2);
        seen.Distinct().Count().ShouldBe(1);
        logs.Once.ShouldBe(1);
    }

    [Fact]
    public async Task Code_that_asks_for_something_else_after_a_restart_is_reported_as_not_deterministic()
    {
        var changed = false;
        _functions.Orchestrator("Changes", async context =>
        {
            await context.CallActivityAsync<string>(changed ? "Double" : "Echo", "1");
            return await context.WaitForExternalEvent<string>("go");
        });
        await using var hub = await StartAsync();
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Changes");
        var before = await hub.UntilAsync(id, now => now.IsRunning);
        await hub.UntilAsync(id, now => now.LastUpdatedAt > before.LastUpdatedAt || changed);
        changed = true;
        await hub.RestartAsync();
        await hub.Client.RaiseEventAsync(id, "go", "x");
        var end = await hub.EndOfAsync(id);
        end.RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Failed);
        end.FailureDetails!.ErrorType.ShouldContain("NonDeterministicOrchestration");
    }

    [Fact]
    public async Task An_orchestrator_that_awaits_anything_else_fails_with_a_sentence()
    {
        _functions.Orchestrator("Strays", async _ =>
        {
            await Task.Delay(50);
            return "";
        });
        await using var hub = await StartAsync();
        (await hub.RunAsync("Strays")).FailureDetails!.ErrorMessage.ShouldContain("wait");
    }

    [Theory]
    [InlineData(100_000)]
    [InlineData(3_000_000)]
    public async Task Large_inputs_outputs_events_and_results_arrive_whole(int length)
    {
        var text = new string('é', length);
        _functions.Orchestrator("Large", async context =>
        {
            var echoed = await context.CallActivityAsync<string>("Echo", context.GetInput<string>());
            var raised = await context.WaitForExternalEvent<string>("large");
            return echoed == raised ? echoed : "different";
        });
        await using var hub = await StartAsync();
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Large", text);
        await hub.Client.RaiseEventAsync(id, "large", text);
        (await hub.EndOfAsync(id)).ReadOutputAs<string>().ShouldBe(text);
        (await hub.Client.PurgeInstanceAsync(id)).PurgedInstanceCount.ShouldBe(1);
    }

    [Fact]
    public async Task A_long_history_survives_being_put_down_and_taken_up()
    {
        _functions.Orchestrator("Long", async context =>
        {
            var sum = 0;
            for (var step = 0; step < 300; step++)
                sum += (await context.CallActivityAsync<string>("Echo", new string('x', 500))).Length;
            await context.WaitForExternalEvent<string>("go");
            return sum;
        });
        await using var hub = await StartAsync(new() { LiveInstances = 0 });
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Long");
        await hub.Client.RaiseEventAsync(id, "go", "x");
        (await hub.EndOfAsync(id)).ReadOutputAs<int>().ShouldBe(150_000);
    }

    [Fact]
    public async Task Ids_of_any_characters_and_of_different_case_are_different_instances()
    {
        await using var hub = await StartAsync();
        string[] ids = ["Order/7#ü?\\ \t", "order/7#ü?\\ \t", "con_01|x", "con_01!007Cx"];
        foreach (var id in ids)
            await hub.Client.ScheduleNewOrchestrationInstanceAsync("Wait", null, new StartOrchestrationOptions(id));
        foreach (var id in ids)
            await hub.Client.RaiseEventAsync(id, "go", id);
        foreach (var id in ids)
            (await hub.EndOfAsync(id)).ReadOutputAs<string>().ShouldBe(id);
    }

    [Fact]
    public async Task What_waits_goes_on_after_a_restart()
    {
        _functions.Orchestrator("Both", async context =>
        {
            await context.CreateTimer(TimeSpan.FromMilliseconds(400), CancellationToken.None);
            return await context.CallActivityAsync<string>("Echo", await context.WaitForExternalEvent<string>("go"));
        });
        await using var hub = await StartAsync();
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Both");
        await hub.UntilAsync(id, now => now.IsRunning);
        await hub.RestartAsync();
        await hub.Client.RaiseEventAsync(id, "go", "on");
        (await hub.EndOfAsync(id)).ReadOutputAs<string>().ShouldBe("on");
    }

    private static async Task RefusedAsync(StatusCode code, Func<Task> call) => (await Should.ThrowAsync<RpcException>(call)).StatusCode.ShouldBe(code);

    private static async Task<List<string>> AllAsync(TestHub hub, OrchestrationQuery query)
    {
        var ids = new List<string>();
        await foreach (var instance in hub.Client.GetAllInstancesAsync(query))
            ids.Add(instance.InstanceId);
        return ids;
    }

    private Task<TestHub> StartAsync(Embedded.DurableTask.DurableEngineOptions? options = null) => TestHub.StartAsync(azurite, _functions, options);

    private sealed class CountingLoggers : ILoggerFactory, ILogger
    {
        private int _once;

        public int Once => _once;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public ILogger CreateLogger(string categoryName) => this;

        public void Dispose()
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (formatter(state, exception) == "Once")
                Interlocked.Increment(ref _once);
        }
    }
}

internal static class Dedupe
{
    public static StartOrchestrationOptions WithDedupe(this StartOrchestrationOptions options, string status) => options with { DedupeStatuses = [status] };
}
