using Grpc.Core;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Time.Testing;
using ServerlessDrives.Embedded.Durable;
using ServerlessDrives.Embedded.Durable.Sqlite;
using ServerlessDrives.Tests.Shared.Durable;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Durable;

/// <summary>What our storage provider promises beyond the contract.</summary>
public sealed class SqliteProviderTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("durable-");

    private readonly TestFunctions _functions = new TestFunctions()
        .Activity<string, string>("Echo", text => text)
        .Orchestrator("Wait", context => context.WaitForExternalEvent<string>("go"));

    private DurableHubOptions Options => new() { Folder = _folder.FullName, RetryDelay = TimeSpan.FromMilliseconds(50) };

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_long_history_survives_being_put_down_and_taken_up()
    {
        _functions.Orchestrator("Long", async context =>
        {
            var sum = 0;
            for (var step = 0; step < 100; step++)
                sum += (await context.CallActivityAsync<string>("Echo", new string('x', 1500))).Length;
            await context.WaitForExternalEvent<string>("go");
            return sum;
        });
        await using var hub = await StartAsync(Options with { HistoryCacheBytes = 0, MostSessions = 0 });
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Long");
        await hub.Client.RaiseEventAsync(id, "go", "x");
        (await hub.EndOfAsync(id)).ReadOutputAs<int>().ShouldBe(150_000);
    }

    [Fact]
    public async Task A_second_hub_in_a_folder_is_refused_with_a_sentence_until_the_first_has_stopped()
    {
        await using var first = await StartAsync(Options);
        var refused = await Should.ThrowAsync<HubInUseException>(() => StartAsync(Options));
        refused.Message.ShouldContain(_folder.FullName);
        refused.Message.ShouldContain("in use by another process");
        var id = await first.Client.ScheduleNewOrchestrationInstanceAsync("Wait");
        await first.StopAsync();
        await using var second = await StartAsync(Options);
        await second.Client.RaiseEventAsync(id, "go", "on");
        (await second.EndOfAsync(id)).ReadOutputAs<string>().ShouldBe("on");
    }

    [Fact]
    public async Task Work_of_a_worker_that_is_gone_is_done_again()
    {
        var (turns, calls) = (0, 0);
        _functions.Activity<string, int>("Dies", _ => Interlocked.Increment(ref calls) < 3 ? throw new WorkerGoneException() : calls);
        _functions.Orchestrator(
            "Calls",
            context => Interlocked.Increment(ref turns) < 3 ? throw new WorkerGoneException() : context.CallActivityAsync<int>("Dies", "x")
        );
        await using var hub = await StartAsync(Options);
        (await hub.RunAsync("Calls")).ReadOutputAs<int>().ShouldBe(3);
    }

    [Fact]
    public async Task Timers_scheduled_starts_and_what_orchestrators_see_follow_the_clock_that_is_given()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
        _functions.Orchestrator("Sleeps", async context =>
        {
            var began = context.CurrentUtcDateTime;
            context.SetCustomStatus("sleeps");
            await context.CreateTimer(TimeSpan.FromDays(7), CancellationToken.None);
            return new[] { began, context.CurrentUtcDateTime };
        });
        await using var hub = await StartAsync(Options, clock);
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync(
            "Sleeps",
            null,
            new StartOrchestrationOptions(StartAt: clock.GetUtcNow().AddDays(1)));
        (await hub.Client.GetInstanceAsync(id))!.CreatedAt.ShouldBe(clock.GetUtcNow());
        clock.Advance(TimeSpan.FromDays(1));
        await hub.UntilAsync(id, now => now.SerializedCustomStatus is not null);
        for (var day = 0; day < 7; day++)
        {
            (await hub.Client.GetInstanceAsync(id))!.IsRunning.ShouldBeTrue();
            clock.Advance(TimeSpan.FromDays(1));
            // The SDK cuts a long timer into several.
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        (await hub.EndOfAsync(id))
            .ReadOutputAs<DateTime[]>()
            .ShouldBe([new(2030, 1, 2, 0, 0, 0, DateTimeKind.Utc), new(2030, 1, 9, 0, 0, 0, DateTimeKind.Utc)]);
        var history = await hub.Client.GetOrchestrationHistoryAsync(id, TestContext.Current.CancellationToken);
        history.ShouldAllBe(happened => happened.Timestamp.Year == 2030);
    }

    [Fact]
    public async Task An_instance_that_is_terminated_before_its_start_never_begins()
    {
        var began = false;
        _functions.Orchestrator("Begins", _ => Task.FromResult(began = true));
        await using var hub = await StartAsync(Options);
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync(
            "Begins",
            null,
            new StartOrchestrationOptions(StartAt: DateTimeOffset.UtcNow.AddSeconds(1)));
        await hub.Client.TerminateInstanceAsync(id, "never mind");
        var end = (await hub.Client.GetInstanceAsync(id, getInputsAndOutputs: true))!;
        end.RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Terminated);
        end.ReadOutputAs<string>().ShouldBe("never mind");
        await Task.Delay(1500, TestContext.Current.CancellationToken);
        began.ShouldBeFalse();
    }

    [Fact]
    public async Task A_failed_orchestration_can_be_rewound_and_an_ended_one_restarted()
    {
        var works = false;
        _functions.Activity<string, string>("Works", text => works ? text : throw new InvalidOperationException("not yet"));
        _functions.Orchestrator(
            "Calls",
            async context =>
                await context.CallActivityAsync<string>("Echo", "a")
                + await context.CallActivityAsync<string>("Works", context.GetInput<string>()!));
        await using var hub = await StartAsync(Options);
        (await hub.RunAsync("Calls", "b", "one")).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Failed);
        works = true;
        await hub.Client.RewindInstanceAsync("one", "it works now", TestContext.Current.CancellationToken);
        var rewound = await hub.UntilAsync("one", now => now.RuntimeStatus is OrchestrationRuntimeStatus.Completed);
        rewound.ReadOutputAs<string>().ShouldBe("ab");
        await Should.ThrowAsync<InvalidOperationException>(() =>
            hub.Client.RewindInstanceAsync("one", "again", TestContext.Current.CancellationToken));

        (await hub.Client.RestartAsync("one", cancellation: TestContext.Current.CancellationToken)).ShouldBe("one");
        (await hub.EndOfAsync("one")).ReadOutputAs<string>().ShouldBe("ab");
        (await hub.EndOfAsync(await hub.Client.RestartAsync("one", restartWithNewInstanceId: true, TestContext.Current.CancellationToken)))
            .ReadInputAs<string>()
            .ShouldBe("b");
    }

    [Fact]
    public async Task A_hub_that_is_created_anew_is_empty_and_works()
    {
        await using var hub = await StartAsync(Options);
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Wait", null, new StartOrchestrationOptions("one"));
        await hub.UntilAsync("one", now => now.IsRunning);
        await hub.Storage().CreateIfNotExistsAsync();
        (await hub.Client.GetInstanceAsync("one")).ShouldNotBeNull();
        await hub.Storage().CreateAsync();
        (await hub.Client.GetInstanceAsync("one")).ShouldBeNull();
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Wait", null, new StartOrchestrationOptions("one"));
        await hub.Client.RaiseEventAsync("one", "go", "on");
        (await hub.EndOfAsync("one")).ReadOutputAs<string>().ShouldBe("on");
    }

    [Fact]
    public async Task While_the_disk_is_full_clients_are_told_so_and_work_waits_until_there_is_room()
    {
        using var mayEnd = new SemaphoreSlim(0);
        var runs = 0;
        _functions.Activity<string, string>(
            "Large",
            async _ =>
            {
                await mayEnd.WaitAsync();
                Interlocked.Increment(ref runs);
                return new string('x', 200_000);
            });
        _functions.Orchestrator("Calls", async context => (await context.CallActivityAsync<string>("Large", "x")).Length);
        await using var hub = await StartAsync(Options);
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Calls");
        await hub.UntilAsync(id, now => now.IsRunning);

        await hub.LimitPagesAsync(1);
        var refused = await Should.ThrowAsync<RpcException>(() =>
            hub.Client.ScheduleNewOrchestrationInstanceAsync("Wait", new string('x', 200_000), new StartOrchestrationOptions("other")));
        refused.StatusCode.ShouldBe(StatusCode.Unavailable);
        refused.Status.Detail.ShouldContain("full");
        (await hub.Client.GetInstanceAsync("other")).ShouldBeNull();
        mayEnd.Release();
        await Task.Delay(300, TestContext.Current.CancellationToken);
        (await hub.Client.GetInstanceAsync(id))!.IsRunning.ShouldBeTrue();

        await hub.LimitPagesAsync(1_000_000);
        (await hub.EndOfAsync(id)).ReadOutputAs<int>().ShouldBe(200_000);
        runs.ShouldBe(1);
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Wait", new string('x', 200_000), new StartOrchestrationOptions("other"));
    }

    private async Task<TestHub> StartAsync(DurableHubOptions options, TimeProvider? clock = null)
    {
        var hub = new TestHub(_functions, options) { Clock = clock ?? TimeProvider.System };
        await hub.StartAsync();
        return hub;
    }
}
