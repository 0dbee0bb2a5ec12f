using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using ServerlessDrives.Tests.Shared.Durable;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Durable.Contract;

/// <summary>Reading what there is.</summary>
public abstract class Queries(DurableAzurite? azurite, bool replays = false) : DurableContract(azurite, replays)
{
    [Fact]
    public async Task A_query_filters_by_prefix_status_and_time_and_pages()
    {
        await using var hub = await StartAsync();
        foreach (var id in Enumerable.Range(0, 7).Select(number => $"a-{number}").Append("b-0"))
            await hub.Client.ScheduleNewOrchestrationInstanceAsync("Wait", null, new StartOrchestrationOptions(id));
        await hub.Client.TerminateInstanceAsync("a-0");
        await hub.EndOfAsync("a-0");
        var pages = new List<int>();
        await foreach (var page in hub.Client.GetAllInstancesAsync(new OrchestrationQuery(InstanceIdPrefix: "a-", PageSize: 3)).AsPages())
            pages.Add(page.Values.Count);
        pages.ShouldBe([3, 3, 1]);
        (await AllAsync(hub, new OrchestrationQuery(Statuses: [OrchestrationRuntimeStatus.Terminated]))).ShouldBe(["a-0"]);
        (await AllAsync(hub, new OrchestrationQuery(CreatedTo: DateTimeOffset.UnixEpoch))).ShouldBeEmpty();
        (await AllAsync(hub, new OrchestrationQuery(CreatedFrom: DateTimeOffset.UnixEpoch))).Count.ShouldBe(8);
    }

    [Fact]
    public async Task The_custom_status_can_be_read_while_it_runs_and_after()
    {
        Functions.Orchestrator("Says", async context =>
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
    public async Task A_query_goes_on_from_a_continuation_token_and_brings_inputs_only_if_asked()
    {
        await using var hub = await StartAsync();
        foreach (var number in Enumerable.Range(0, 3))
            await hub.Client.ScheduleNewOrchestrationInstanceAsync("Wait", number, new StartOrchestrationOptions($"q-{number}"));
        string? token = null;
        await foreach (var page in hub.Client.GetAllInstancesAsync(new OrchestrationQuery(PageSize: 2)).AsPages())
        {
            token = page.ContinuationToken;
            page.Values[0].SerializedInput.ShouldBeNull();
            break;
        }

        var rest = new List<string?>();
        await foreach (
            var instance in hub.Client.GetAllInstancesAsync(
                new OrchestrationQuery(PageSize: 2, FetchInputsAndOutputs: true, ContinuationToken: token)))
            rest.Add(instance.SerializedInput);
        rest.ShouldBe(["2"]);
    }

    [Fact]
    public async Task A_custom_status_of_any_size_is_replaced_by_the_next()
    {
        // By the documentation it has at most 16 KB; ours takes any.
        var length = IsOnAzureStorage ? 7_000 : 100_000;
        Functions.Orchestrator("Says", async context =>
        {
            foreach (var letter in "abc")
            {
                context.SetCustomStatus(new string(letter, length));
                await context.CallActivityAsync<string>("Echo", "x");
            }

            return "";
        });
        await using var hub = await StartAsync();
        (await hub.RunAsync("Says")).ReadCustomStatusAs<string>().ShouldBe(new string('c', length));
    }

    private static async Task<List<string>> AllAsync(IDurableHub hub, OrchestrationQuery query)
    {
        var ids = new List<string>();
        await foreach (var instance in hub.Client.GetAllInstancesAsync(query))
            ids.Add(instance.InstanceId);
        return ids;
    }
}
