using System.Threading.RateLimiting;

namespace ServerlessDrives.Http.Limits;

/// <summary>How much each caller without an account may do: a bucket of tokens for each, which fills up again.</summary>
/// <param name="burst">Tokens in a full bucket.</param>
/// <param name="eachSecond">Tokens that come back.</param>
/// <param name="exhausted">The sentence for somebody whose bucket is empty.</param>
public sealed class Allowance(int burst, int eachSecond, string exhausted) : IDisposable
{
    private static readonly TimeSpan ComeBackAfter = TimeSpan.FromSeconds(10);

    private readonly PartitionedRateLimiter<string> _buckets = PartitionedRateLimiter.Create<string, string>(key =>
        RateLimitPartition.GetTokenBucketLimiter(
            key,
            _ =>
                new()
                {
                    TokenLimit = burst,
                    TokensPerPeriod = eachSecond,
                    ReplenishmentPeriod = TimeSpan.FromSeconds(1),
                    QueueLimit = 0,
                    AutoReplenishment = true,
                }));

    /// <param name="key">Whose bucket: a caller's address, or whatever else is slowed down by itself.</param>
    /// <returns>Null when there was a token, which is taken.</returns>
    public Refusal? Take(string key)
    {
        using var taken = _buckets.AttemptAcquire(key);
        return taken.IsAcquired ? null : Exhausted;
    }

    /// <summary>Looks, and takes nothing.</summary>
    /// <returns>Null when there is one left.</returns>
    // Asked for no token at all, a bucket says yes with the tenth of one that came back meanwhile.
    public Refusal? Look(string key) => _buckets.GetStatistics(key) is { CurrentAvailablePermits: < 1 } ? Exhausted : null;

    public void Dispose() => _buckets.Dispose();

    private Refusal Exhausted => new(RefusalKind.TooMany, "too-many-requests", exhausted) { RetryAfter = ComeBackAfter };
}
