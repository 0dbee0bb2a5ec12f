using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using ServerlessDrives.Embedded.Cloud;

namespace ServerlessDrives.Embedded.Http;

/// <summary>
/// The host's HTTP, in front of the worker's own server and in the same pipeline: it picks the function, sends the invocation, and lets the
/// request go on to the worker, which runs the function when it has both. So bytes pass through one server only.
/// </summary>
/// <param name="more">What else is served here, beside the functions.</param>
internal sealed class HttpFront(HttpFunctions functions, Action<IEndpointRouteBuilder> more) : IStartupFilter
{
    private const string MethodNotSupported = "405 HTTP Method Not Supported";

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        var worker = app.New();
        next(worker);
        functions.Worker = worker.Build();
        app.UseKnownHostsOnly(app.ApplicationServices.GetRequiredService<IConfiguration>());
        app.Use(HostPaths.AnswerAsync);
        app.Use(functions.WaitUntilLoadedAsync);
        app.UseRouting();
        app.Use(NotFoundForOtherMethodsAsync);
        app.UseEndpoints(routes =>
        {
            more(routes);
            routes.DataSources.Add(functions);
        });
    };

    /// <summary>
    /// The official host knows no 405: a route with other methods only is a route that isn't there. At <c>/</c> it would show its home
    /// page, which <c>infra/azure</c> disables: an empty 204 is left.
    /// </summary>
    private static Task NotFoundForOtherMethodsAsync(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint()?.DisplayName != MethodNotSupported)
            return next(context);
        context.Response.StatusCode = context.Request.Path == "/" ? StatusCodes.Status204NoContent : StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }
}
