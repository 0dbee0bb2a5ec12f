using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;

namespace ServerlessDrives.Embedded.Http;

/// <summary>
/// How many requests of functions run at once, and how many more wait for their turn, as host.json sets it. A long poll counts as long as
/// it waits, so that too low a limit is seen here as in Azure.
/// </summary>
internal sealed class RequestQueue : IDisposable
{
    private readonly ConcurrencyLimiter? _limiter;

    public RequestQueue(HostJson host)
    {
        if (host.MaxConcurrentRequests is null && host.MaxOutstandingRequests is null)
            return;
        var outstanding = host.MaxOutstandingRequests ?? int.MaxValue;
        var concurrent = Math.Min(host.MaxConcurrentRequests ?? int.MaxValue, outstanding);
        _limiter = new(
            new()
            {
                PermitLimit = concurrent,
                QueueLimit = outstanding - concurrent,
                QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
            });
    }

    public Task RunAsync(HttpContext http, RequestDelegate next) => _limiter is null ? next(http) : InTurnAsync(_limiter, http, next);

    public void Dispose() => _limiter?.Dispose();

    private static async Task InTurnAsync(ConcurrencyLimiter limiter, HttpContext http, RequestDelegate next)
    {
        using var turn = await limiter.AcquireAsync(cancellationToken: http.RequestAborted);
        if (turn.IsAcquired)
            await next(http);
        else
            http.Response.StatusCode = StatusCodes.Status429TooManyRequests;
    }
}
