using Microsoft.Extensions.DependencyInjection;
using ServerlessDrives.Connecting;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Crashes;

/// <summary>A connection that changes between what a person read and what they say of it.</summary>
[Collection(CrashWorld.Name)]
public sealed class ConfirmationsOfWhatWasRead(CrashWorld world)
{
    [Fact]
    public async Task A_confirmation_of_a_state_or_an_attempt_that_is_over_confirms_nothing()
    {
        var (connections, cancellation) = (world.App.Services.GetRequiredService<IConnections>(), TestContext.Current.CancellationToken);
        var confirm = world.App.Services.GetRequiredService<ConfirmStep>();
        var key = await world.OpenRoleConnectionAsync();
        var read = (await connections.FindAsync(key, cancellation))!;
        (await connections.SaveAsync(read.With(read.Value with { UpdatedAt = DateTimeOffset.UtcNow }), cancellation)).ShouldNotBeNull();
        var flow = new Deaf();

        (await ConfirmAsync(read.Value.Attempt, read.ETag))
            .TryGet(out _, out var changed)
            .ShouldBeFalse();
        changed!.Kind.ShouldBe(RefusalKind.Changed);
        (await ConfirmAsync(read.Value.Attempt + 1, etag: null))
            .TryGet(out _, out var over)
            .ShouldBeFalse();
        over!.Kind.ShouldBe(RefusalKind.Conflict);
        (await connections.FindAsync(key, cancellation))!.Value.Confirmations.ShouldBeEmpty();
        var now = (await connections.FindAsync(key, cancellation))!;
        (await ConfirmAsync(now.Value.Attempt, now.ETag)).TryGet(out _, out _).ShouldBeTrue();

        Task<Result<Versioned<DriveConnection>, Refusal>> ConfirmAsync(int attempt, string? etag) => confirm.RunAsync(
            key,
            new Applied(ConfirmationStep.TrustPolicy, attempt, "ada", "api") { ETag = etag },
            person: null,
            flow,
            cancellation);
    }

    private sealed class Deaf : IConnectionFlow
    {
        public Task<bool> BeginAsync(ConnectionAttempt attempt, CancellationToken cancellation) => Task.FromResult(true);

        public Task<FlowState?> FindAsync(ConnectionId connection, CancellationToken cancellation) => Task.FromResult<FlowState?>(null);

        public Task ReplaceAsync(ConnectionAttempt attempt, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<bool> TellAsync(ConnectionId connection, string eventName, CancellationToken cancellation) => Task.FromResult(true);
    }
}
