using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace ServerlessDrives.Http;

/// <summary>Something that the app can't do without.</summary>
public interface IDependency
{
    /// <summary>As the answer of <c>GET /api/health</c> names it.</summary>
    string Name { get; }

    /// <summary>Throws when it doesn't answer, or can't store anything.</summary>
    Task AskAsync(CancellationToken cancellation);

    /// <returns>What an exception of its own means; null for one that isn't.</returns>
    Outage? Explain(Exception failure);
}

/// <summary>What is wrong with a dependency.</summary>
/// <param name="Reason">A sentence for people; says nothing secret.</param>
/// <param name="IsFull">It answers, and has no room for what it is to store.</param>
public sealed record Outage(string Reason, bool IsFull = false);

/// <param name="Status"><c>ready</c> or <c>unavailable</c>.</param>
/// <param name="Dependencies">The same of each thing that the app can't do without.</param>
/// <param name="Reasons">Why, for each that is unavailable.</param>
/// <param name="Version">Of the app, as the changelog names it.</param>
public sealed record HealthView(
    string Status, IReadOnlyDictionary<string, string> Dependencies, IReadOnlyDictionary<string, string> Reasons, string Version);

/// <summary>Whether the app is alive and ready, for load balancers and people; says nothing secret.</summary>
[Section("Operations")]
public sealed class HealthTriggers(IEnumerable<IDependency> dependencies)
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(5);

    [Function("GetHealth")]
    [Requires(Need.Nobody)]
    [Summary("Whether the app is alive and ready")]
    [Answers<HealthView>(200, "It is.")]
    [Answers<HealthView>(503, "Something that it depends on doesn't answer, or has no room; reasons says what.")]
    public async Task<IResult> GetAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/health")] HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var asked = await Task.WhenAll(dependencies.Select(dependency => AskAsync(dependency, request.HttpContext.RequestAborted)));
        var ready = asked.All(answer => answer.Outage is null);
        return Results.Json(
            new HealthView(
                Word(ready),
                asked.ToDictionary(answer => answer.Name, answer => Word(answer.Outage is null)),
                asked.Where(answer => answer.Outage is not null).ToDictionary(answer => answer.Name, answer => answer.Outage!.Reason),
                ServerlessDrivesApplication.Version),
            Json.Options,
            statusCode: ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }

    private static string Word(bool ready) => ready ? "ready" : "unavailable";

    private static async Task<(string Name, Outage? Outage)> AskAsync(IDependency dependency, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(TimeLimit);
        try
        {
            await dependency.AskAsync(patience.Token);
            return (dependency.Name, null);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return (dependency.Name, new Outage($"It did not answer within {TimeLimit.TotalSeconds:0} seconds."));
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested)
        {
            return (dependency.Name, dependency.Explain(failure) ?? new Outage("It could not be asked."));
        }
    }
}
