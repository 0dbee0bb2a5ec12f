using System.Diagnostics;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Context.Features;
using Microsoft.Azure.Functions.Worker.Middleware;

namespace ServerlessDrives.Http.Middleware;

/// <summary>
/// Puts each invocation into the trace of the request that it belongs to, where the host didn't: with tracing of its own off, the Functions
/// host gives every invocation a trace of its own, or none.
/// </summary>
public sealed class TraceOfTheRequest : IFunctionsWorkerMiddleware
{
    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(next);
        if (!Telemetry.Source.HasListeners())
        {
            await next(context);
            return;
        }

        // The request reaches the worker by itself, beside its invocation, with the caller's trace in its headers.
        if (context.GetHttpContext()?.Features.Get<IHttpActivityFeature>()?.Activity is { } request)
        {
            if (Activity.Current?.TraceId != request.TraceId)
                Activity.Current = request;
            await next(context);
            return;
        }

        var belongsTo = await ParentAsync(context);
        using var span = belongsTo is { } parent && Activity.Current?.TraceId != parent.TraceId
            ? Telemetry.Source.StartActivity(context.FunctionDefinition.Name, ActivityKind.Internal, parent)
            : null;
        await next(context);
    }

    /// <summary>Where an orchestration's turn or an activity belongs, by what it was given; null for all else.</summary>
    private static async ValueTask<ActivityContext?> ParentAsync(FunctionContext context)
    {
        var trigger = context.FunctionDefinition.InputBindings.Values.FirstOrDefault(binding =>
            binding.Type.EndsWith("Trigger", StringComparison.OrdinalIgnoreCase));
        var trace = trigger?.Type.ToUpperInvariant() switch
        {
            "ORCHESTRATIONTRIGGER" => DurableTurn.TraceOf((await context.BindInputAsync<object>(trigger)).Value as string),
            "ACTIVITYTRIGGER" when context.Features.Get<IFunctionInputBindingFeature>() is { } inputs =>
                (await inputs.BindFunctionInputAsync(context)).Values.OfType<ITraced>().FirstOrDefault()?.Trace,
            _ => null,
        };
        return ActivityContext.TryParse(trace, traceState: null, isRemote: true, out var parent) ? parent : null;
    }
}
