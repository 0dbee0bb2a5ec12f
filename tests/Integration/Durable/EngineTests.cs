using ServerlessDrives.Tests.Shared.Durable;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Durable;

/// <summary>What the embedded engine promises beyond the contract.</summary>
public sealed class EngineTests(DurableAzurite azurite)
{
    private readonly TestFunctions _functions = new TestFunctions().Activity<string, string>("Echo", text => text);

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
        await using var hub = await TestHub.StartAsync(azurite, _functions, new() { LiveInstances = 0 });
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Long");
        await hub.Client.RaiseEventAsync(id, "go", "x");
        (await hub.EndOfAsync(id)).ReadOutputAs<int>().ShouldBe(150_000);
    }
}
