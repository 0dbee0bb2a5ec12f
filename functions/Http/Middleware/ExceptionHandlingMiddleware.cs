using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Logging;

namespace ServerlessDrives.Http.Middleware;

/// <summary>
/// Turns what escapes an HTTP function into a problem; the host would answer an empty 500. The text never quotes the exception.
/// </summary>
public sealed class ExceptionHandlingMiddleware(
    IEnumerable<IDependency> dependencies,
    ILogger<ExceptionHandlingMiddleware> log)
    : IFunctionsWorkerMiddleware
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
        catch (Exception gone) when (http.HasCallerLeft())
        {
            // Nobody is there any more to be answered.
            log.LogDebug(gone, "The caller of {Function} left before it was answered.", context.FunctionDefinition.Name);
        }
        catch (BadHttpRequestException unreadable) when (!http.Response.HasStarted)
        {
            // What the web server itself finds wrong with a body: cut off, too slow, badly framed.
            await new Refusal(RefusalKind.Malformed, "malformed", "The request's body didn't arrive as HTTP has it. Send it again.")
                .AsProblem()
                .ExecuteAsync(http);
            log.LogDebug(unreadable, "The body of a request for {Function} can't be read.", context.FunctionDefinition.Name);
        }
        catch (Exception failure) when (!http.Response.HasStarted)
        {
            var passes = Unavailability.IsCauseOf(failure, dependencies);
            if (passes)
                log.LogWarning(failure, "{Function} failed for something that it depends on.", context.FunctionDefinition.Name);
            else
                log.LogError(failure, "{Function} failed.", context.FunctionDefinition.Name);
            await RefusalOf(failure, passes).AsProblem().ExecuteAsync(http);
        }
    }

    private static readonly Refusal Unavailable = new(
        RefusalKind.Unavailable,
        "unavailable",
        "Something that we depend on doesn't answer at the moment. Nothing that you sent is lost; try again.")
    {
        RetryAfter = TimeSpan.FromSeconds(5),
    };

    private static readonly Refusal Internal = new(
        RefusalKind.Unavailable,
        "internal",
        "Something went wrong on our side. Try again; if it stays, tell us the trace id.")
    {
        RetryAfter = TimeSpan.FromSeconds(5),
    };

    private Refusal RefusalOf(Exception failure, bool passes) =>
        dependencies.Select(dependency => dependency.Explain(failure)).FirstOrDefault(outage => outage is { IsFull: true }) is { } full
            ? new(RefusalKind.Unavailable, "storage-full", $"{full.Reason} Send it again when there is room.")
            {
                RetryAfter = TimeSpan.FromSeconds(5),
            }
        : passes ? Unavailable
        : Internal;
}
