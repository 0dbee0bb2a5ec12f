using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Logging;

namespace ServerlessDrives.Http.Middleware;

/// <summary>
/// Says of everything that is logged and traced in an invocation which function it was, and which drive, connection or the like it was
/// about.
/// </summary>
public sealed class InvocationScope(ILogger<InvocationScope> log) : IFunctionsWorkerMiddleware
{
    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(next);
        // An orchestrator is replayed, and may await nothing but its context; its own logger says which instance it is.
        if (
            context.FunctionDefinition.InputBindings.Values.Any(binding =>
                string.Equals(binding.Type, "orchestrationTrigger", StringComparison.OrdinalIgnoreCase)))
        {
            await next(context);
            return;
        }

        var http = context.GetHttpContext();
        if (http is not null)
            http.TraceIdentifier = TraceOf(context, http);
        var about = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["faas.name"] = context.FunctionDefinition.Name,
            ["faas.invocation_id"] = context.InvocationId,
        };
        foreach (var (name, value) in http?.Request.RouteValues ?? [])
        {
            // Ids are ours; a path is the customer's.
            if (name.EndsWith("Id", StringComparison.Ordinal) && value is string { Length: > 0 and < 100 } id)
                about[$"serverlessdrives.{name[..^2]}.id"] = id;
        }

        foreach (var (name, value) in about)
            Activity.Current?.SetTag(name, value);
        using (log.BeginScope(about))
            await next(context);
    }

    /// <summary>
    /// What problems say to tell the operator. Kestrel's own number of the request is in nobody's logs; the invocation's id is in the
    /// host's.
    /// </summary>
    private static string TraceOf(FunctionContext context, HttpContext http)
    {
        if (Activity.Current is { IdFormat: ActivityIdFormat.W3C } current)
            return current.TraceId.ToHexString();
        // Where nothing is exported there is no activity here; the host's, or the caller's, is the trace all the same.
        foreach (var parent in (string?[])[context.TraceContext.TraceParent, http.Request.Headers.TraceParent])
        {
            if (ActivityContext.TryParse(parent, traceState: null, out var began))
                return began.TraceId.ToHexString();
        }

        return context.InvocationId;
    }
}
