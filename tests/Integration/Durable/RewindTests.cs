using DurableTask.Core;
using DurableTask.Core.History;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using ServerlessDrives.Embedded.Durable;
using ServerlessDrives.Embedded.Durable.Sqlite;
using ServerlessDrives.Tests.Shared.Durable;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Durable;

/// <summary>Rewinding failed orchestrations, on our storage provider.</summary>
public sealed class RewindTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("durable-");
    private readonly TestFunctions _functions = new();
    private bool _works;

    public RewindTests() => _functions
        .Activity<string, string>("Works", text => _works ? text : throw new InvalidOperationException("not yet"))
        .Orchestrator("Calls", context => context.CallActivityAsync<string>("Works", "done"))
        .Orchestrator("Wait", context => context.WaitForExternalEvent<string>("go"))
        .Orchestrator("Parent", context => context.CallSubOrchestratorAsync<string>(
            context.GetInput<string>()!, null, new TaskOptions().WithInstanceId("callee")));

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_rewound_orchestration_is_not_over_until_it_ends_again()
    {
        using var mayGoOn = new ManualResetEventSlim();
        await using var hub = await StartAsync();
        await FailsAsync(hub, "Calls", "one");
        _works = true;
        // The rewind is the first commit, and its turn the second.
        var commits = 0;
        hub.Storage().Commits.Crash = moment =>
        {
            if (moment is CommitMoment.Before && ++commits == 2)
                mayGoOn.Wait(TimeSpan.FromSeconds(10));
        };
        await RewindAsync(hub, "one");
        var rewound = (await hub.Client.GetInstanceAsync("one", getInputsAndOutputs: true))!;
        rewound.RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Pending);
        rewound.FailureDetails.ShouldBeNull();
        rewound.SerializedOutput.ShouldBeNull();
        await Should.ThrowAsync<InvalidOperationException>(() => RewindAsync(hub, "one"));
        var end = hub.EndOfAsync("one");
        mayGoOn.Set();
        (await end).ReadOutputAs<string>().ShouldBe("done");
    }

    [Fact]
    public async Task What_comes_with_a_rewind_is_taken_after_it()
    {
        _functions.Orchestrator("CallsAndWaits", async context =>
            await context.CallActivityAsync<string>("Works", "a") + await context.WaitForExternalEvent<string>("go"));
        await using var hub = await StartAsync();
        await FailsAsync(hub, "CallsAndWaits", "one");
        _works = true;
        await hub.Storage().SendTaskOrchestrationMessageBatchAsync(
            ToOne(new ExecutionRewoundEvent(-1, "it works now")),
            ToOne(new EventRaisedEvent(-1, "\"b\"") { Name = "go" }),
            ToOne(new ExecutionRewoundEvent(-1, "again")));
        (await hub.EndOfAsync("one")).ReadOutputAs<string>().ShouldBe("ab");

        static TaskMessage ToOne(HistoryEvent happened) => new() { OrchestrationInstance = new() { InstanceId = "one" }, Event = happened };
    }

    [Fact]
    public async Task A_rewound_caller_gets_the_result_of_a_sub_orchestration_that_was_rewound_before_it()
    {
        await using var hub = await StartAsync();
        await FailsAsync(hub, "Parent", "parent", "Calls");
        _works = true;
        foreach (var id in new[] { "callee", "parent" })
        {
            await RewindAsync(hub, id);
            (await hub.EndOfAsync(id)).ReadOutputAs<string>().ShouldBe("done");
        }
    }

    [Fact]
    public async Task A_rewound_caller_of_a_terminated_sub_orchestration_fails_again()
    {
        await using var hub = await StartAsync();
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Parent", "Wait", new StartOrchestrationOptions("parent"));
        await hub.UntilAsync("callee", now => now.IsRunning);
        await hub.Client.TerminateInstanceAsync("callee");
        (await hub.EndOfAsync("parent")).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Failed);
        await RewindAsync(hub, "parent");
        (await hub.EndOfAsync("parent")).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Failed);
    }

    [Fact]
    public async Task A_rewound_caller_of_what_is_purged_or_not_its_own_fails_again_and_leaves_others_alone()
    {
        await using var hub = await StartAsync();
        await FailsAsync(hub, "Parent", "first", "Calls");
        (await hub.Client.PurgeInstanceAsync("callee")).PurgedInstanceCount.ShouldBe(1);
        await FailsAgainAsync("first");
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Wait", null, new StartOrchestrationOptions("callee"));
        await FailsAsync(hub, "Parent", "second", "Wait");
        await hub.Client.RaiseEventAsync("callee", "go", "on");
        var end = await hub.EndOfAsync("callee");
        await FailsAgainAsync("second");
        (await hub.EndOfAsync("callee")).LastUpdatedAt.ShouldBe(end.LastUpdatedAt);

        async Task FailsAgainAsync(string id)
        {
            await RewindAsync(hub, id);
            var failure = (await hub.EndOfAsync(id)).FailureDetails!.InnerFailure!;
            failure.ErrorMessage.ShouldBe("There is no sub-orchestration 'callee' that could be rewound.");
        }
    }

    private static Task RewindAsync(TestHub hub, string id) =>
        hub.Client.RewindInstanceAsync(id, "it works now", TestContext.Current.CancellationToken);

    private static async Task FailsAsync(TestHub hub, string orchestrator, string id, string? input = null) =>
        (await hub.RunAsync(orchestrator, input, id)).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Failed);

    private async Task<TestHub> StartAsync()
    {
        var hub = new TestHub(_functions, new DurableHubOptions { Folder = _folder.FullName, RetryDelay = TimeSpan.FromMilliseconds(50) });
        await hub.StartAsync();
        return hub;
    }
}
