using System.Threading.RateLimiting;

namespace ServerlessDrives.Connecting;

/// <summary>
/// How many connections this process starts at once. More wait for their turn, since storage answers many at once later than a few after
/// each other; and when too many wait, the next is told to come again rather than kept waiting.
/// </summary>
public sealed class StartLimit(ConnectionOptions options) : IDisposable
{
    private static readonly Refusal Busy = new(
        RefusalKind.TooMany,
        "too-many-requests",
        "Many connections are being started at the moment. Nothing was started; send the same request again.")
    {
        RetryAfter = TimeSpan.FromSeconds(5),
    };

    private readonly ConcurrencyLimiter _limiter = new(
        new()
        {
            PermitLimit = options.StartsAtOnce,
            QueueLimit = options.StartsWaiting,
            QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
        });

    public async Task<Result<T, Refusal>> RunAsync<T>(Func<Task<Result<T, Refusal>>> start, CancellationToken cancellation)
        where T : notnull
    {
        ArgumentNullException.ThrowIfNull(start);
        using var turn = await _limiter.AcquireAsync(cancellationToken: cancellation);
        return turn.IsAcquired ? await start() : Busy;
    }

    public void Dispose() => _limiter.Dispose();
}
