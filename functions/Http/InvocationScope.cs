using System.Diagnostics;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Logging;

namespace ServerlessDrives.Http;

/// <summary>Says of everything that is logged and traced in an invocation which function it was, and which drive, connection or the like it was about.</summary>
public sealed class InvocationScope(ILogger<InvocationScope> log) : IFunctionsWorkerMiddleware
{
    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(next);
        // An orchestrator is replayed, and may await nothing but its context; its own logger says which instance it is.
        if (context.FunctionDefinition.InputBindings.Values.Any(binding => string.Equals(binding.Type, "orchestrationTrigger", StringComparison.OrdinalIgnoreCase)))
        {
            await next(context);
            return;
        }

        var about = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["faas.name"] = context.FunctionDefinition.Name,
            ["faas.invocation_id"] = context.InvocationId,
        };
        foreach (var (name, value) in context.GetHttpContext()?.Request.RouteValues ?? [])
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
}
