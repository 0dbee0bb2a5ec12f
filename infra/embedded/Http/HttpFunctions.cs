using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;
using ServerlessDrives.Embedded.Worker;
using ServerlessDrives.Embedded.Worker.Protocol;

namespace ServerlessDrives.Embedded.Http;

/// <summary>The app's HTTP functions as endpoints, answering as the official host does where the app could notice.</summary>
internal sealed class HttpFunctions(WorkerChannel worker, HostJson host, ILogger<HttpFunctions> log) : EndpointDataSource, IDisposable
{
    /// <summary>By this header the worker joins a request and an invocation.</summary>
    private const string InvocationId = "x-ms-invocation-id";

    private const string ForwardedFor = "X-Forwarded-For";

    /// <summary>What the official host says of a request by headers it says itself; nobody else may.</summary>
    private static readonly string[] SaidByTheHost =
    [
        InvocationId,
        ForwardedFor,
        "X-Forwarded-Host",
        "X-Forwarded-Proto",
        "X-Forwarded-Prefix",
    ];

    private readonly TaskCompletionSource _loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stopping = new();
    private readonly RequestQueue _queue = new(host);
    private CancellationTokenSource _changed = new();
    private IReadOnlyList<Endpoint> _endpoints = [];

    /// <summary>The worker's own pipeline.</summary>
    public RequestDelegate Worker { get; set; } = _ => Task.CompletedTask;

    public override IReadOnlyList<Endpoint> Endpoints => _endpoints;

    public override IChangeToken GetChangeToken() => new CancellationChangeToken(_changed.Token);

    /// <summary>Serves these functions from now on.</summary>
    /// <exception cref="StartRefusedException">Two of their routes can match the same path.</exception>
    public void Serve(IEnumerable<LoadedFunction> functions)
    {
        var routes = functions
            .Where(function => function.TriggerType is LoadedFunction.HttpTrigger)
            .Select(function => HttpRoute.Of(function, host.RoutePrefix))
            .ToList();
        RouteOverlaps.Refuse(routes);
        _endpoints = [.. routes.Select(EndpointOf)];
        var changed = Interlocked.Exchange(ref _changed, new());
        changed.Cancel();
        changed.Dispose();
        _loaded.TrySetResult();
    }

    public void Dispose()
    {
        _changed.Dispose();
        _stopping.Dispose();
        _queue.Dispose();
    }

    /// <summary>Asks what runs to come to its end: long polls answer what they know.</summary>
    public void Stop() => _stopping.Cancel();

    public Task WaitUntilLoadedAsync(HttpContext http, RequestDelegate next) =>
        _loaded.Task.IsCompletedSuccessfully ? next(http) : WaitAsync(http, next);

    private async Task WaitAsync(HttpContext http, RequestDelegate next)
    {
        await _loaded.Task.WaitAsync(http.RequestAborted);
        await next(http);
    }

    private RouteEndpoint EndpointOf(HttpRoute route)
    {
        var builder = new RouteEndpointBuilder(
            http => _queue.RunAsync(http, admitted => AnswerAsync(route.Function, admitted)),
            RoutePatternFactory.Parse(route.Pattern),
            order: 0)
        {
            DisplayName = route.Function.Name,
        };
        if (route.Methods is { Count: > 0 } methods)
            builder.Metadata.Add(new HttpMethodMetadata(methods));
        return (RouteEndpoint)builder.Build();
    }

    private async Task AnswerAsync(LoadedFunction function, HttpContext http)
    {
        if (http.Request.ContentLength > host.LargestBody)
        {
            http.Response.StatusCode = StatusCodes.Status500InternalServerError;
            return;
        }

        var id = Guid.NewGuid().ToString();
        var metadata = MetadataOf(http.Request);
        foreach (var header in SaidByTheHost)
            http.Request.Headers.Remove(header);
        http.Request.Headers[InvocationId] = id;
        using var cancelled = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, _stopping.Token);
        var invocation = worker.InvokeAsync(function, id, new() { Http = new() }, metadata, cancelled.Token);
        // The worker routes by itself, to the same function.
        http.SetEndpoint(null);
        http.Request.RouteValues.Clear();
        try
        {
            await Worker(http);
            var answer = await invocation;
            if (answer.Result.Status is StatusResult.Types.Status.Failure)
                throw new FunctionFailedException(answer.Result.Exception);
        }
        catch (Exception) when (http.RequestAborted.IsCancellationRequested)
        {
            http.Abort();
        }
        catch (Exception failure)
        {
            log.LogError(failure, "{Function} failed.", function.Name);
            if (http.Response.HasStarted)
                http.Abort();
            else
                http.Response.StatusCode = StatusCodes.Status500InternalServerError;
        }
    }

    /// <summary>
    /// What the official host says of a request beside the request. It sends all headers, too; here only where a front end has named the
    /// caller.
    /// </summary>
    private static List<KeyValuePair<string, string>> MetadataOf(HttpRequest request)
    {
        var metadata = new List<KeyValuePair<string, string>>();
        foreach (var (name, value) in request.RouteValues)
            metadata.Add(new(name, Convert.ToString(value, CultureInfo.InvariantCulture) ?? ""));
        foreach (var (name, value) in request.Query)
            metadata.Add(new(name, value.ToString()));
        if (request.Headers.ContainsKey(ForwardedFor))
            metadata.Add(
                new(
                    "Headers",
                    JsonSerializer.Serialize(request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString()))));
        return metadata;
    }
}

/// <param name="Pattern">The route with its prefix, in ASP.NET Core's syntax.</param>
/// <param name="Methods">Null or empty for all.</param>
internal sealed record HttpRoute(LoadedFunction Function, string Pattern, IReadOnlyList<string>? Methods)
{
    public bool IsCatchAll => Pattern.StartsWith("/{*", StringComparison.Ordinal);

    public static HttpRoute Of(LoadedFunction function, string prefix)
    {
        var route = function.Trigger.TryGetProperty("route", out var given) && given.GetString() is { } text ? text : function.Name;
        var methods = function.Trigger.TryGetProperty("methods", out var listed)
            ? listed.EnumerateArray().Select(method => method.GetString()!.ToUpperInvariant()).ToList()
            : null;
        return new(function, prefix.Length == 0 ? $"/{route}" : $"/{prefix.Trim('/')}/{route}", methods);
    }
}
