using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace ServerlessDrives.Embedded.Functions;

/// <summary>Serves the catalog's HTTP functions under their routes, answering as the official host does where the app could notice.</summary>
internal sealed class HttpFunctions(FunctionCatalog catalog, FunctionInvoker invoker, ILogger log, CancellationToken stopping)
{
    private const string MethodNotSupported = "405 HTTP Method Not Supported";

    /// <param name="routePrefix">From host.json: <c>extensions.http.routePrefix</c>.</param>
    public void Map(IEndpointRouteBuilder routes, string routePrefix)
    {
        var functions = catalog.TriggeredBy<HttpTriggerAttribute>()
            .Select(function => new HttpRoute(function.Entry, Join(routePrefix, function.Trigger.Route ?? function.Entry.Name), function.Trigger.Methods))
            .ToList();
        RouteOverlaps.Refuse(functions);
        foreach (var function in functions)
        {
            var endpoint = function.Methods is { Count: > 0 } methods
                ? routes.MapMethods(function.Pattern, methods, context => AnswerAsync(function.Entry, context))
                : routes.Map(function.Pattern, context => AnswerAsync(function.Entry, context));
            endpoint.WithDisplayName(function.Entry.Name);
        }
    }

    /// <summary>The official host knows no 405: a route with other methods only is a route that isn't there.</summary>
    public static Task NotFoundForOtherMethods(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint()?.DisplayName != MethodNotSupported)
            return next(context);
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    private async Task AnswerAsync(FunctionEntry entry, HttpContext http)
    {
        using var cancelled = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, stopping);
        try
        {
            await invoker.InvokeAsync(entry, http.Request, invocation => WriteAsync(invocation, http), cancelled.Token);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            http.Abort();
        }
        catch (Exception failure)
        {
            log.LogError(failure, "{Function} failed.", entry.Name);
            if (http.Response.HasStarted)
                http.Abort();
            else
                http.Response.StatusCode = StatusCodes.Status500InternalServerError;
        }
    }

    private static Task WriteAsync(Invocation invocation, HttpContext http) => invocation switch
    {
        { Ran: false } => Task.CompletedTask,
        { Answer: IResult result } => result.ExecuteAsync(http),
        { Answer: IActionResult result } => result.ExecuteResultAsync(new ActionContext(http, http.GetRouteData(), new ActionDescriptor())),
        _ => Task.CompletedTask,
    };

    private static string Join(string prefix, string route) => prefix.Length == 0 ? $"/{route}" : $"/{prefix.Trim('/')}/{route}";
}

/// <param name="Pattern">The route with its prefix, in ASP.NET Core's syntax.</param>
/// <param name="Methods">Null or empty for all.</param>
internal sealed record HttpRoute(FunctionEntry Entry, string Pattern, IReadOnlyList<string>? Methods)
{
    public bool IsCatchAll => Pattern.StartsWith("/{*", StringComparison.Ordinal);
}
