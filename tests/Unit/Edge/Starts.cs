using ServerlessDrives.Connecting;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Unit.Edge;

/// <summary>Many starts at once.</summary>
public sealed class Starts
{
    [Fact]
    public async Task A_start_that_finds_too_many_waiting_is_told_at_once_when_to_come_again_and_the_others_have_their_turns()
    {
        using var limit = new StartLimit(new() { StartsAtOnce = 1, StartsWaiting = 1 });
        var (first, none) = (new TaskCompletionSource(), TestContext.Current.CancellationToken);
        var running = limit.RunAsync(() => DoneAsync(first.Task), none);
        var waiting = limit.RunAsync(() => DoneAsync(Task.CompletedTask), none);
        (await limit.RunAsync(() => DoneAsync(Task.CompletedTask), none)).TryGet(out _, out var refused).ShouldBeFalse();
        refused!.Kind.ShouldBe(RefusalKind.TooMany);
        refused.RetryAfter.ShouldNotBeNull();
        waiting.IsCompleted.ShouldBeFalse();
        first.SetResult();
        (await running).TryGet(out _, out _).ShouldBeTrue();
        (await waiting).TryGet(out _, out _).ShouldBeTrue();
    }

    private static async Task<Result<string, Refusal>> DoneAsync(Task task)
    {
        await task;
        return "done";
    }
}
