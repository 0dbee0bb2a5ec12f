using Microsoft.Extensions.DependencyInjection;
using ServerlessDrives.Connecting;
using ServerlessDrives.Connecting.Recovery;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Crashes;

/// <summary>On Azure Storage, what is raised before an orchestration's first turn may be lost.</summary>
[Collection(CrashWorld.Name)]
public sealed class EventsBeforeTheStart(CrashWorld world)
{
    [Fact]
    public async Task A_confirmation_that_comes_before_the_flow_has_begun_is_told_again_until_it_has()
    {
        var connections = world.App.Services.GetRequiredService<IConnections>();
        var recovery = world.App.Services.GetRequiredService<RecoverConnection>();
        var (key, flow) = (await world.OpenRoleConnectionAsync(), new SlowToBegin());

        (
            await world
                .App.Services.GetRequiredService<ConfirmStep>()
                .RunAsync(
                    key,
                    new Applied(ConfirmationStep.TrustPolicy, Attempt: null, "ada", "api"),
                    person: null,
                    flow,
                    CancellationToken.None))
            .TryGet(out _, out _)
            .ShouldBeTrue();
        var open = (await PromisesAsync()).ShouldHaveSingleItem();
        await recovery.RecoverAsync(open, flow, CancellationToken.None);
        (await PromisesAsync()).ShouldBe([open]);
        flow.HasBegun = true;
        await recovery.RecoverAsync(open, flow, CancellationToken.None);

        (await PromisesAsync()).ShouldBeEmpty();
        flow.Told.Count.ShouldBe(3);
        flow.Told.Distinct().ShouldHaveSingleItem();

        async Task<List<PendingSignal>> PromisesAsync() =>
            [
                .. (await connections.AbandonedSignalsAsync(DateTimeOffset.UtcNow.AddHours(1), CancellationToken.None)).Where(promise =>
                    promise.Key == key),
            ];
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_flow_that_waits_elsewhere_than_its_row_is_replaced_at_the_first_look_unless_either_has_changed_just_now(
        bool isRecent)
    {
        var connections = world.App.Services.GetRequiredService<IConnections>();
        var recovery = world.App.Services.GetRequiredService<RecoverConnection>();
        var key = await world.OpenRoleConnectionAsync();
        var (now, longAgo) = (DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddHours(-1));
        var opened = (await connections.FindAsync(key, CancellationToken.None))!;
        await connections.SaveAsync(opened.With(opened.Value with { UpdatedAt = isRecent ? now : longAgo }), CancellationToken.None);
        var flow = new Elsewhere(new(IsOver: false, new(opened.Value.Attempt, ConnectionStatus.AwaitingBucketPolicy), longAgo));

        var first = await recovery.LookAsync(key, earlier: null, flow, CancellationToken.None);
        flow.Replaced.ShouldBe(isRecent ? 0 : 1);
        if (first is not null)
            await recovery.LookAsync(key, first, flow, CancellationToken.None);

        flow.Replaced.ShouldBe(1);
    }

    [Fact]
    public async Task A_flow_that_is_at_work_is_left_to_the_task_hub_however_long_it_takes()
    {
        var connections = world.App.Services.GetRequiredService<IConnections>();
        var recovery = world.App.Services.GetRequiredService<RecoverConnection>();
        var key = await world.OpenRoleConnectionAsync();
        var longAgo = DateTimeOffset.UtcNow.AddHours(-1);
        var opened = (await connections.FindAsync(key, CancellationToken.None))!;
        await connections.SaveAsync(opened.With(opened.Value with { UpdatedAt = longAgo }), CancellationToken.None);
        var flow = new Elsewhere(new(IsOver: false, new(opened.Value.Attempt, WaitsAt: null), longAgo));

        var first = await recovery.LookAsync(key, earlier: null, flow, CancellationToken.None);
        (await recovery.LookAsync(key, first, flow, CancellationToken.None)).ShouldBe(first);

        flow.Replaced.ShouldBe(0);
    }

    private sealed class Elsewhere(FlowState state) : IConnectionFlow
    {
        public int Replaced { get; private set; }

        public Task<bool> BeginAsync(ConnectionAttempt attempt, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<FlowState?> FindAsync(ConnectionId connection, CancellationToken cancellation) => Task.FromResult<FlowState?>(state);

        public Task ReplaceAsync(ConnectionAttempt attempt, CancellationToken cancellation)
        {
            Replaced++;
            return Task.CompletedTask;
        }

        public Task<bool> TellAsync(ConnectionId connection, string eventName, CancellationToken cancellation) => Task.FromResult(true);
    }

    private sealed class SlowToBegin : IConnectionFlow
    {
        public bool HasBegun { get; set; }

        public List<string> Told { get; } = [];

        public Task<bool> BeginAsync(ConnectionAttempt attempt, CancellationToken cancellation) => Task.FromResult(true);

        public Task<FlowState?> FindAsync(ConnectionId connection, CancellationToken cancellation) => Task.FromResult<FlowState?>(null);

        public Task ReplaceAsync(ConnectionAttempt attempt, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<bool> TellAsync(ConnectionId connection, string eventName, CancellationToken cancellation)
        {
            Told.Add(eventName);
            return Task.FromResult(HasBegun);
        }
    }
}
