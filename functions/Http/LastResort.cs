using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Logging;

namespace ServerlessDrives.Http;

/// <summary>Turns what escapes an HTTP function into a problem; the host would answer an empty 500. The text never quotes the exception.</summary>
public sealed class LastResort(IEnumerable<IDependency> dependencies, ILogger<LastResort> log) : IFunctionsWorkerMiddleware
{
    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(next);
        if (context.GetHttpContext() is not { } http)
        {
            await next(context);
            return;
        }

        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there any more to be answered.
        }
        catch (Exception failure) when (!http.Response.HasStarted)
        {
            log.LogError(failure, "{Function} failed.", context.FunctionDefinition.Name);
            await RefusalOf(failure).AsProblem().ExecuteAsync(http);
        }
    }

    private Refusal RefusalOf(Exception failure)
    {
        var outage = dependencies.Select(dependency => dependency.Explain(failure)).FirstOrDefault(outage => outage is not null);
        if (outage is { IsFull: true })
            return new(RefusalKind.Unavailable, "storage-full", $"{outage.Reason} Send it again when there is room.") { RetryAfter = TimeSpan.FromSeconds(5) };
        return outage is not null || failure is HttpRequestException or TimeoutException or OperationCanceledException
            ? new(RefusalKind.Unavailable, "unavailable", "Something that we depend on doesn't answer at the moment. Nothing that you sent is lost; try again.") { RetryAfter = TimeSpan.FromSeconds(5) }
            : new(RefusalKind.Unavailable, "internal", "Something went wrong on our side. Try again; if it stays, tell us the trace id.") { RetryAfter = TimeSpan.FromSeconds(5) };
    }
}
