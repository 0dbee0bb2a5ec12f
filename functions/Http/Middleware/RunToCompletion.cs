using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;

namespace ServerlessDrives.Http.Middleware;

/// <summary>
/// Carries through what a request changes, whether or not its caller stays to hear of it: only reads are cancelled with their callers. A
/// body that ends early still ends its function, since reading it fails; and every call that a function makes has a time limit of its own.
/// </summary>
public sealed class RunToCompletion : IFunctionsWorkerMiddleware
{
    public Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(next);
        if (context.GetHttpContext() is { } http && !HttpMethods.IsGet(http.Request.Method) && !HttpMethods.IsHead(http.Request.Method))
        {
            http.Items[typeof(RunToCompletion)] = http.RequestAborted;
            http.RequestAborted = CancellationToken.None;
        }

        return next(context);
    }
}

/// <summary>Whether anybody is left to be answered.</summary>
public static class CallerPresence
{
    public static bool HasCallerLeft(this HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        return http.RequestAborted.IsCancellationRequested
            || (
                http.Items.TryGetValue(typeof(RunToCompletion), out var known)
                && known is CancellationToken { IsCancellationRequested: true });
    }
}
