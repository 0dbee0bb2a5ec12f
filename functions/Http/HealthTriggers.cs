using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace ServerlessDrives.Http;

/// <summary>Something that the app can't do without.</summary>
public interface IDependency
{
    /// <summary>As the answer of <c>GET /api/health</c> names it.</summary>
    string Name { get; }

    /// <summary>Throws when it doesn't answer.</summary>
    Task AskAsync(CancellationToken cancellation);

    /// <summary>Whether this exception is its way of saying that it doesn't answer.</summary>
    bool Threw(Exception failure) => false;
}

/// <param name="Status"><c>ready</c> or <c>unavailable</c>.</param>
/// <param name="Dependencies">The same of each thing that the app can't do without.</param>
public sealed record HealthView(string Status, IReadOnlyDictionary<string, string> Dependencies);

/// <summary>Whether the app is alive and ready, for load balancers and people; says nothing secret.</summary>
[Section("Operations")]
public sealed class HealthTriggers(IEnumerable<IDependency> dependencies)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    [Function("GetHealth")]
    [Requires(Need.Nobody)]
    [Summary("Whether the app is alive and ready")]
    [Answers<HealthView>(200, "It is.")]
    [Answers<HealthView>(503, "Something that it depends on doesn't answer.")]
    public async Task<IResult> GetAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/health")] HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var asked = await Task.WhenAll(dependencies.Select(dependency => AskAsync(dependency, request.HttpContext.RequestAborted)));
        var ready = asked.All(answer => answer.Ready);
        return Results.Json(
            new HealthView(Word(ready), asked.ToDictionary(answer => answer.Name, answer => Word(answer.Ready))),
            Json.Options,
            statusCode: ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }

    private static string Word(bool ready) => ready ? "ready" : "unavailable";

    private static async Task<(string Name, bool Ready)> AskAsync(IDependency dependency, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        try
        {
            await dependency.AskAsync(patience.Token);
            return (dependency.Name, true);
        }
        catch (Exception) when (!cancellation.IsCancellationRequested)
        {
            return (dependency.Name, false);
        }
    }
}
