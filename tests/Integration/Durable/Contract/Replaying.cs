using System.Collections.Concurrent;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using ServerlessDrives.Tests.Shared.Durable;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Durable.Contract;

/// <summary>What an orchestrator sees when its code is run again.</summary>
public abstract class Replaying(DurableAzurite? azurite, bool replays = false) : DurableContract(azurite, replays)
{
    [Fact]
    public async Task Clock_guids_and_logs_are_the_same_after_a_replay()
    {
        var seen = new ConcurrentQueue<string>();
        var logs = new CountingLoggers();
        Functions.Orchestrator("Replays", async context =>
        {
            context.CreateReplaySafeLogger("Replays").LogInformation("Once");
            seen.Enqueue($"{context.CurrentUtcDateTime:O} {context.NewGuid()} {context.NewGuid()}");
            return await context.WaitForExternalEvent<string>("go");
        });
        await using var hub = await StartAsync(logs);
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Replays");
        await hub.UntilAsync(id, now => now.IsRunning);
        await hub.RestartAsync();
        await hub.Client.RaiseEventAsync(id, "go", "x");
        await hub.EndOfAsync(id);
        seen.Count.ShouldBe(2);
        seen.Distinct().Count().ShouldBe(1);
        logs.Once.ShouldBe(1);
    }

    [Theory]
    [InlineData("another activity")]
    [InlineData("a timer in its place")]
    [InlineData("nothing")]
    public async Task Code_that_asks_for_something_else_after_a_restart_is_reported_as_not_deterministic(string change)
    {
        var now = string.Empty;
        Functions.Orchestrator("Changes", async context =>
        {
            if (now == "a timer in its place")
                await context.CreateTimer(TimeSpan.FromMilliseconds(1), CancellationToken.None);
            else if (now != "nothing")
                await context.CallActivityAsync<string>(now == "another activity" ? "Double" : "Echo", "1");
            context.SetCustomStatus("waits");
            return await context.WaitForExternalEvent<string>("go");
        });
        await using var hub = await StartAsync();
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Changes");
        await hub.UntilAsync(id, seen => seen.SerializedCustomStatus is not null);
        now = change;
        await hub.RestartAsync();
        await hub.Client.RaiseEventAsync(id, "go", "x");
        var end = await hub.EndOfAsync(id);
        end.RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Failed);
        end.FailureDetails!.ErrorType.ShouldContain("NonDeterministicOrchestration");
    }

    [Fact]
    public async Task A_call_that_is_added_after_a_restart_is_made_since_the_official_worker_compares_only_what_the_history_has()
    {
        var asksForMore = false;
        Functions.Orchestrator("Changes", async context =>
        {
            var first = asksForMore ? context.CallActivityAsync<string>("Echo", "added") : Task.FromResult("none");
            await context.CallActivityAsync<string>("Echo", "1");
            context.SetCustomStatus("waits");
            await context.WaitForExternalEvent<string>("go");
            return await first;
        });
        await using var hub = await StartAsync();
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Changes");
        await hub.UntilAsync(id, seen => seen.SerializedCustomStatus is not null);
        asksForMore = true;
        await hub.RestartAsync();
        await hub.Client.RaiseEventAsync(id, "go", "x");
        // The answer of the one that was asked for then is that of the first now.
        (await hub.EndOfAsync(id)).ReadOutputAs<string>().ShouldBe("1");
    }

    [Fact]
    public async Task What_was_answered_before_a_restart_is_not_asked_again()
    {
        var runs = 0;
        Functions.Activity<string, int>("Runs", _ => Interlocked.Increment(ref runs));
        Functions.Orchestrator("Remembers", async context =>
        {
            var sum = await context.CallActivityAsync<int>("Runs", "x") + await context.CallActivityAsync<int>("Runs", "x");
            context.SetCustomStatus(sum);
            await context.WaitForExternalEvent<string>("go");
            return sum;
        });
        await using var hub = await StartAsync();
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Remembers");
        await hub.UntilAsync(id, now => now.SerializedCustomStatus is not null);
        await hub.RestartAsync();
        await hub.Client.RaiseEventAsync(id, "go", "x");
        (await hub.EndOfAsync(id)).ReadOutputAs<int>().ShouldBe(3);
        runs.ShouldBe(2);
    }

    [Fact]
    public async Task An_orchestrator_that_awaits_anything_else_fails_with_a_sentence()
    {
        Functions.Orchestrator("Strays", async _ =>
        {
            await Task.Delay(50);
            return "";
        });
        await using var hub = await StartAsync();
        (await hub.RunAsync("Strays")).FailureDetails!.ErrorMessage.ShouldContain("wait");
    }

    [Fact]
    public async Task What_waits_goes_on_after_a_restart()
    {
        Functions.Orchestrator("Both", async context =>
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

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (formatter(state, exception) == "Once")
                Interlocked.Increment(ref _once);
        }
    }
}
