using Microsoft.AspNetCore.Http.Features;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;

namespace ServerlessDrives.Http;

/// <summary>
/// Refuses requests whose path has a <c>.</c> or <c>..</c> segment, however it is written. The server has resolved them before anybody
/// is asked, so what is meant and what is reached could differ. Behind a host that resolves them earlier there is nothing left to see.
/// </summary>
public sealed class DotSegments : IFunctionsWorkerMiddleware
{
    public Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(next);
        return context.GetHttpContext() is { } http && http.Features.Get<IHttpRequestFeature>()?.RawTarget is { } target && HasOne(target)
            ? Refusal
                .Invalid("path", "The path has a part that is “.” or “..”. It is refused, never resolved: write the whole path.")
                .AsProblem()
                .ExecuteAsync(http)
            : next(context);
    }

    private static bool HasOne(string target)
    {
        var path = target.AsSpan();
        if (path.IndexOf('?') is >= 0 and var query)
            path = path[..query];
        if (path.IndexOf("/.", StringComparison.Ordinal) < 0 && path.IndexOf("%2e", StringComparison.OrdinalIgnoreCase) < 0)
            return false;
        foreach (var part in path.Split('/'))
        {
            if (
                path[part] is { Length: <= 6 } segment
                && segment.ToString().Replace("%2e", ".", StringComparison.OrdinalIgnoreCase) is "." or "..")
                return true;
        }

        return false;
    }
}
