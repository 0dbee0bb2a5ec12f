using ServerlessDrives.Access;
using ServerlessDrives.Verification.Reports;

namespace ServerlessDrives.Verification.Proofs;

/// <summary>
/// Repeats calls that may succeed after a while. All calls of one verification share a time limit that starts at the first refusal, so many
/// take no longer than one.
/// </summary>
/// <param name="stopped">Cancelled when somebody stops the waiting: what is waited for is asked once more, and that answer counts.</param>
internal sealed class PropagationRetry(
    VerificationOptions options,
    TimeProvider clock,
    VerificationReportBuilder builder,
    CancellationToken stopped)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>Passing troubles are given this many further tries even when the allowance is used up: one 503 never decides.</summary>
    private const int TriesForPassingTroubles = 3;

    private readonly Lock _lock = new();
    private DateTimeOffset? _firstRefusal;

    /// <summary>Asks until there is an answer, a fault that time doesn't heal, or no time left.</summary>
    public Task<Result<T, Fault>> AskAsync<T>(Func<CancellationToken, Task<Result<T, Fault>>> call, CancellationToken cancellation)
        where T : notnull
        => AskAsync(call, answer => answer.Error is null, cancellation);

    /// <param name="hoped">What an answer is like that needs no second try.</param>
    public async Task<Result<T, Fault>> AskAsync<T>(
        Func<CancellationToken, Task<Result<T, Fault>>> call,
        Func<Result<T, Fault>, bool> hoped,
        CancellationToken cancellation)
        where T : notnull
    {
        using var waiting = builder.BeginAsking();
        for (var attempt = 1; ; attempt++)
        {
            var answer = await call(cancellation);
            if (hoped(answer))
                return answer;
            var passing = answer.Error is { IsPassing: true };
            if (!passing && answer.Error is { MayBePropagation: false })
                return answer;
            var pause = PauseAfter(attempt);
            var until = UntilFor(answer.Error);
            if ((stopped.IsCancellationRequested || clock.GetUtcNow() + pause > until) && !(passing && attempt <= TriesForPassingTroubles))
                return answer;
            if (!passing)
                waiting.For(answer.Error, attempt, until);
            await PauseAsync(pause, passing, cancellation);
        }
    }

    private async Task PauseAsync(TimeSpan pause, bool passing, CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, passing ? CancellationToken.None : stopped);
        try
        {
            await Task.Delay(pause, clock, either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // The waiting was stopped: the call is made once more at once, so that the latest answer counts.
        }
    }

    private TimeSpan PauseAfter(int attempt)
    {
        var pause = TimeSpan.FromTicks(Math.Min(options.FirstPause.Ticks << Math.Min(attempt - 1, 16), LongestPause.Ticks));
        return pause * (0.8 + (Random.Shared.NextDouble() * 0.4));
    }

    private DateTimeOffset UntilFor(Fault? fault)
    {
        lock (_lock)
        {
            _firstRefusal ??= clock.GetUtcNow();
            return _firstRefusal.Value
                + (
                    fault is { IsKnownSoon: true } && options.ShortWait < options.PropagationWait
                        ? options.ShortWait
                        : options.PropagationWait);
        }
    }
}
