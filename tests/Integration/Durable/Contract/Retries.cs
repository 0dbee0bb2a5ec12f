using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using ServerlessDrives.Tests.Shared.Durable;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Durable.Contract;

/// <summary>Retry policies and handlers.</summary>
public abstract class Retries(DurableAzurite? azurite, bool replays = false) : DurableContract(azurite, replays)
{
    [Fact]
    public async Task A_retry_policy_repeats_until_success()
    {
        var attempts = 0;
        Functions.Activity<string, int>(
            "Flaky",
            _ => Interlocked.Increment(ref attempts) < 3 ? throw new TimeoutException("later") : attempts);
        Functions.Orchestrator(
            "Retries",
            context =>
                context.CallActivityAsync<int>(
                    "Flaky",
                    "x",
                    TaskOptions.FromRetryPolicy(new RetryPolicy(5, TimeSpan.FromMilliseconds(20), 2))));
        await using var hub = await StartAsync();
        (await hub.RunAsync("Retries")).ReadOutputAs<int>().ShouldBe(3);
    }

    [Fact]
    public async Task A_retry_policy_gives_up_after_its_attempts()
    {
        var attempts = 0;
        Functions.Activity<string, int>("Flaky", _ => { Interlocked.Increment(ref attempts); throw new TimeoutException("later"); });
        Functions.Orchestrator("Retries", context => context.CallActivityAsync<int>(
            "Flaky", "x", TaskOptions.FromRetryPolicy(new RetryPolicy(3, TimeSpan.FromMilliseconds(10)))));
        await using var hub = await StartAsync();
        (await hub.RunAsync("Retries")).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Failed);
        attempts.ShouldBe(3);
    }

    [Fact]
    public async Task A_retry_policy_does_not_repeat_what_its_filter_refuses()
    {
        var attempts = 0;
        Functions.Activity<string, int>("Flaky", _ => { Interlocked.Increment(ref attempts); throw new TimeoutException("later"); });
        Functions.Orchestrator("Retries", context => context.CallActivityAsync<int>("Flaky", "x", TaskOptions.FromRetryPolicy(
            new RetryPolicy(3, TimeSpan.FromMilliseconds(10)) { HandleFailure = failure => !failure.IsCausedBy<TimeoutException>() })));
        await using var hub = await StartAsync();
        (await hub.RunAsync("Retries")).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Failed);
        attempts.ShouldBe(1);
    }

    [Fact]
    public async Task A_retry_policy_stops_at_its_timeout()
    {
        var attempts = 0;
        Functions.Activity<string, int>("Flaky", _ => { Interlocked.Increment(ref attempts); throw new TimeoutException("later"); });
        Functions.Orchestrator("Retries", context => context.CallActivityAsync<int>("Flaky", "x", TaskOptions.FromRetryPolicy(
            new RetryPolicy(100, TimeSpan.FromMilliseconds(100), retryTimeout: TimeSpan.FromMilliseconds(350)))));
        await using var hub = await StartAsync();
        (await hub.RunAsync("Retries")).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Failed);
        // At 0, 100, 200 and 300 ms, and once more after the wait that began in time. Azure's queues know whole seconds, so that a shorter
        // timer fires at once there: all that is certain is that the timeout ends what the number of attempts would not.
        attempts.ShouldBeInRange(1, IsOnAzureStorage ? 99 : 5);
    }

    [Fact]
    public async Task A_retry_handler_decides_and_sees_the_last_failure()
    {
        var attempts = 0;
        Functions.Activity<string, int>(
            "Flaky",
            _ =>
            {
                Interlocked.Increment(ref attempts);
                throw new TimeoutException("later");
            });
        Functions.Orchestrator(
            "Retries",
            context =>
                context.CallActivityAsync<int>(
                    "Flaky",
                    "x",
                    TaskOptions.FromRetryHandler(retry => retry.LastAttemptNumber < 4 && retry.LastFailure.IsCausedBy<TimeoutException>()))
        );
        await using var hub = await StartAsync();
        (await hub.RunAsync("Retries")).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Failed);
        attempts.ShouldBe(4);
    }
}
