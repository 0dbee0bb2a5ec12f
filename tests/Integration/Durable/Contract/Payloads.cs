using Microsoft.DurableTask;
using ServerlessDrives.Tests.Shared.Durable;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Durable.Contract;

/// <summary>What travels: sizes and names.</summary>
public abstract class Payloads(DurableAzurite? azurite, bool replays = false) : DurableContract(azurite, replays)
{
    [Theory]
    [InlineData(100_000)]
    [InlineData(1_000_000)]
    public async Task Large_inputs_outputs_events_and_results_arrive_whole(int length)
    {
        var text = new string('é', length > 100_000 ? Many(length) : length);
        Functions.Orchestrator("Large", async context =>
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
    public async Task Ids_of_any_characters_and_of_different_case_are_different_instances()
    {
        await using var hub = await StartAsync();
        string[] ids = ["Order/7#ü?\\ \t", "order/7#ü?\\ \t", "con_01|x", "con_01!007Cx"];
        // Microsoft's provider tells active instances apart by ID without regard to case (OrchestrationSessionManager), so an event can
        // get lost while two instances are active whose IDs differ only in case. On that provider they run one after the other.
        foreach (var together in IsOnAzureStorage ? ids.Chunk(1) : [ids])
        {
            foreach (var id in together)
                await hub.Client.ScheduleNewOrchestrationInstanceAsync("Wait", null, new StartOrchestrationOptions(id));
            foreach (var id in together)
                await hub.Client.RaiseEventAsync(id, "go", id);
            foreach (var id in together)
                (await hub.EndOfAsync(id)).ReadOutputAs<string>().ShouldBe(id);
        }
    }
}
