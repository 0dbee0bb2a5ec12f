using ServerlessDrives.Tests.Shared.Durable;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Durable.Contract;

/// <summary>Durable timers.</summary>
public abstract class Timers(DurableAzurite? azurite, bool replays = false) : DurableContract(azurite, replays)
{
    [Fact]
    public async Task A_timer_fires_after_its_time_and_not_before()
    {
        Functions.Orchestrator("Sleeps", async context =>
        {
            var began = context.CurrentUtcDateTime;
            await context.CreateTimer(TimeSpan.FromMilliseconds(300), CancellationToken.None);
            return (context.CurrentUtcDateTime - began).TotalMilliseconds;
        });
        await using var hub = await StartAsync();
        (await hub.RunAsync("Sleeps")).ReadOutputAs<double>().ShouldBeInRange(300 - MillisecondsEarly, 10_000);
    }

    [Fact]
    public async Task Timers_fire_in_the_order_of_their_times()
    {
        int[] times = IsOnAzureStorage ? [4000, 1000, 2500] : [200, 50, 120];
        Functions.Orchestrator("Sorts", async context =>
        {
            var order = new List<int>();
            await Task.WhenAll(times.Select(async after =>
            {
                await context.CreateTimer(TimeSpan.FromMilliseconds(after), CancellationToken.None);
                order.Add(after);
            }));
            return string.Join(' ', order);
        });
        await using var hub = await StartAsync();
        (await hub.RunAsync("Sorts")).ReadOutputAs<string>().ShouldBe(string.Join(' ', times.Order()));
    }

    [Fact]
    public async Task A_timer_of_ten_years_waits_over_restarts_and_can_be_cancelled()
    {
        Functions.Orchestrator("Patient", async context =>
        {
            using var stop = new CancellationTokenSource();
            var late = context.CreateTimer(TimeSpan.FromDays(3650), stop.Token);
            var sooner = context.WaitForExternalEvent<string>("enough");
            var first = await Task.WhenAny(late, sooner);
            stop.Cancel();
            return $"{first == sooner} {late.IsCanceled}";
        });
        await using var hub = await StartAsync();
        var id = await hub.Client.ScheduleNewOrchestrationInstanceAsync("Patient");
        await hub.UntilAsync(id, now => now.IsRunning);
        await hub.RestartAsync();
        await hub.Client.RaiseEventAsync(id, "enough", "x");
        (await hub.EndOfAsync(id)).ReadOutputAs<string>().ShouldBe("True True");
    }

    [Fact]
    public async Task A_timer_in_the_past_fires_at_once()
    {
        Functions.Orchestrator("Late", async context =>
        {
            await context.CreateTimer(context.CurrentUtcDateTime.AddDays(-1), CancellationToken.None);
            return "fired";
        });
        await using var hub = await StartAsync();
        (await hub.RunAsync("Late")).ReadOutputAs<string>().ShouldBe("fired");
    }
}
