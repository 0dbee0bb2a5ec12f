using Microsoft.Extensions.DependencyInjection;
using ServerlessDrives.Connecting;
using ServerlessDrives.Connecting.Recovery;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Crashes;

/// <summary>On Azure Storage, what is raised before an orchestration's first turn may be lost.</summary>
public sealed class EventsBeforeTheStart(CrashWorld world) : IClassFixture<CrashWorld>
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
