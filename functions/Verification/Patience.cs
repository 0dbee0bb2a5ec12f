namespace ServerlessDrives.Verification;

/// <summary>Asks again what may only need time. All questions of one verification share one allowance, so that many refusals don't wait longer than one.</summary>
internal sealed class Patience(VerificationOptions options, TimeProvider clock)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>Passing troubles are given this many further tries even when the allowance is used up: one 503 never decides.</summary>
    private const int TriesForPassingTroubles = 3;

    private readonly Lock _lock = new();
    private long? _firstRefusal;

    /// <summary>Asks until there is an answer, a fault that time doesn't heal, or no time left.</summary>
    public Task<Answer<T>> AskAsync<T>(Func<CancellationToken, Task<Answer<T>>> call, CancellationToken cancellation)
        where T : notnull
        => AskAsync(call, answer => answer.Fault is null, cancellation);

    /// <param name="hoped">What an answer is like that needs no second try.</param>
    public async Task<Answer<T>> AskAsync<T>(Func<CancellationToken, Task<Answer<T>>> call, Func<Answer<T>, bool> hoped, CancellationToken cancellation)
        where T : notnull
    {
        for (var attempt = 1; ; attempt++)
        {
            var answer = await call(cancellation);
            if (hoped(answer))
                return answer;
            var passing = answer.Fault is { IsPassing: true };
            if (!passing && answer.Fault is { MayBePropagation: false })
                return answer;
            var pause = PauseAfter(attempt);
            if (!HasTimeFor(pause) && !(passing && attempt <= TriesForPassingTroubles))
                return answer;
            await Task.Delay(pause, clock, cancellation);
        }
    }

    private TimeSpan PauseAfter(int attempt)
    {
        var pause = TimeSpan.FromTicks(Math.Min(options.FirstPause.Ticks << Math.Min(attempt - 1, 16), LongestPause.Ticks));
        return pause * (0.8 + (Random.Shared.NextDouble() * 0.4));
    }

    private bool HasTimeFor(TimeSpan pause)
    {
        lock (_lock)
        {
            _firstRefusal ??= clock.GetTimestamp();
            return clock.GetElapsedTime(_firstRefusal.Value) + pause <= options.PropagationWait;
        }
    }
}
