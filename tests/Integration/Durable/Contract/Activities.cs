using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using ServerlessDrives.Tests.Shared.Durable;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Durable.Contract;

/// <summary>Activities: order, parallelism, races, failures.</summary>
public abstract class Activities(DurableAzurite? azurite, bool replays = false) : DurableContract(azurite, replays)
{
    [Fact]
    public async Task Activities_run_in_order_and_their_results_reach_the_output()
    {
        Functions.Orchestrator("Chain", async context =>
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
        var count = Many(200);
        Functions.Orchestrator("FanOut", async context =>
            (await Task.WhenAll(Enumerable.Range(0, count).Select(number => context.CallActivityAsync<int>("Double", number)))).Sum());
        await using var hub = await StartAsync();
        (await hub.RunAsync("FanOut")).ReadOutputAs<int>().ShouldBe(count * (count - 1));
    }

    [Fact]
    public async Task Of_several_tasks_the_first_to_end_wins()
    {
        Functions.Orchestrator("Race", async context =>
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
        Functions.Activity<string, string>("Fail", _ => throw new InvalidOperationException("outer", new ArgumentException("inner")));
        Functions.Orchestrator("Caller", async context =>
        {
            try
            {
                return await context.CallActivityAsync<string>("Fail", "x");
            }
            catch (TaskFailedException failed)
            {
                var details = failed.FailureDetails;
                return $"{failed.TaskName}|{details.ErrorType}|{details.ErrorMessage}|{details.InnerFailure!.ErrorMessage}"
                    + $"|{details.IsCausedBy<InvalidOperationException>()}|{details.IsCausedBy<SystemException>()}"
                    + $"|{details.IsCausedBy<ArgumentException>()}";
            }
        });
        await using var hub = await StartAsync();
        (await hub.RunAsync("Caller")).ReadOutputAs<string>().ShouldBe("Fail|System.InvalidOperationException|outer|inner|True|True|False");
    }

    [Fact]
    public async Task An_unhandled_failure_fails_the_orchestration_and_its_details_say_why()
    {
        Functions.Activity<string, string>("Fail", _ => throw new InvalidOperationException("broken"));
        Functions.Orchestrator("Fails", context => context.CallActivityAsync<string>("Fail", "x"));
        await using var hub = await StartAsync();
        var end = await hub.RunAsync("Fails");
        end.RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Failed);
        end.FailureDetails!.IsCausedBy<TaskFailedException>().ShouldBeTrue();
        end.FailureDetails.InnerFailure!.ErrorMessage.ShouldBe("broken");
    }

    [Fact]
    public async Task An_activity_or_orchestrator_that_does_not_exist_fails_its_caller()
    {
        Functions.Orchestrator("CallsNothing", context => context.CallActivityAsync<string>("Nothing", "x"));
        await using var hub = await StartAsync();
        (await hub.RunAsync("CallsNothing")).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Failed);
        (await hub.RunAsync("NotThere")).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Failed);
    }

    [Fact]
    public async Task A_failure_of_any_length_is_told_with_its_cause()
    {
        Functions.Activity<string, string>(
            "Fail",
            _ => throw new InvalidOperationException(new string('o', 50_000), new ArgumentException("the cause")));
        Functions.Orchestrator("Fails", context => context.CallActivityAsync<string>("Fail", "x"));
        await using var hub = await StartAsync();
        var failure = (await hub.RunAsync("Fails")).FailureDetails!.InnerFailure!;
        failure.ErrorType.ShouldBe(typeof(InvalidOperationException).FullName);
        failure.InnerFailure!.ErrorMessage.ShouldBe("the cause");
    }

    [Fact]
    public async Task A_result_that_cannot_be_read_as_asked_is_the_callers_failure()
    {
        Functions.Orchestrator("Misreads", context => context.CallActivityAsync<int>("Echo", "not a number"));
        await using var hub = await StartAsync();
        (await hub.RunAsync("Misreads")).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Failed);
    }

    [Fact]
    public async Task One_failure_among_parallel_activities_fails_their_WhenAll_after_all_have_ended()
    {
        Functions.Activity<int, int>("Odd", number => number % 2 == 1 ? number : throw new InvalidOperationException("even"));
        Functions.Orchestrator("Mixed", async context =>
        {
            var calls = Enumerable.Range(1, 4).Select(number => context.CallActivityAsync<int>("Odd", number)).ToList();
            try
            {
                await Task.WhenAll(calls);
                return "none failed";
            }
            catch (TaskFailedException)
            {
                return string.Join(' ', calls.Select(call => call.IsFaulted ? "failed" : "ended"));
            }
        });
        await using var hub = await StartAsync();
        (await hub.RunAsync("Mixed")).ReadOutputAs<string>().ShouldBe("ended failed ended failed");
    }
}
