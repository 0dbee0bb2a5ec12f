using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using ServerlessDrives.Tests.Shared;

namespace ServerlessDrives.Tests.Benchmarks.Costs;

/// <summary>
/// What the app in this process asks of others, counted where it leaves: HTTP requests by the port that they go to, secrets by the vault
/// client's calls, and executions as the worker sees them. What the measuring itself asks for isn't counted.
/// </summary>
internal sealed class WireCounts : IDisposable
{
    private static readonly AsyncLocal<bool> Measuring = new();
    private static readonly Dictionary<string, string> Groups = GroupsOfFunctions();

    private readonly MeterListener _requests = new();
    private readonly ActivityListener _spans;
    private readonly ConcurrentDictionary<int, string> _ports = new();
    private readonly ConcurrentDictionary<string, long> _counts = new();
    private readonly ConcurrentQueue<(string Group, DateTime Began, DateTime Ended)> _runs = new();

    public WireCounts()
    {
        _requests.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name is "http.client.request.duration" or "serverlessdrives.health.checks")
                listener.EnableMeasurementEvents(instrument);
        };
        _requests.SetMeasurementEventCallback<double>((_, _, tags, _) => Request(tags));
        _requests.SetMeasurementEventCallback<long>((_, checks, _, _) => Add("health checks", checks));
        _requests.Start();
        _spans = new ActivityListener
        {
            ShouldListenTo = source =>
                source.Name == "Microsoft.Azure.Functions.Worker" || source.Name.Contains("KeyVault", StringComparison.Ordinal),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = Ended,
        };
        ActivitySource.AddActivityListener(_spans);
    }

    /// <summary>Runs what prepares or drives the measuring, whose own requests don't count.</summary>
    public static async Task<T> UncountedAsync<T>(Func<Task<T>> act)
    {
        Measuring.Value = true;
        return await act();
    }

    /// <summary>Learns where the app's surroundings are.</summary>
    public void Know(InProcessApp app)
    {
        foreach (var part in app.StorageConnectionString.Split(';'))
        {
            if (part.Split('=', 2) is [var name, var address] && name.EndsWith("Endpoint", StringComparison.Ordinal))
                _ports[new Uri(address).Port] = $"{name[..^"Endpoint".Length].ToLowerInvariant()} requests";
        }

        _ports[app.Administrator().Endpoint.Port] = "AWS calls";
    }

    public Counts Now() => new(new Dictionary<string, long>(_counts), DateTime.UtcNow);

    /// <summary>
    /// Seconds that are paid for of each group that scales by itself: while anything of it runs, at least a second at a time, in steps of
    /// 100 ms.
    /// </summary>
    public double PaidSeconds(DateTime from, DateTime to) => _runs
        .Where(run => run.Began >= from && run.Ended <= to)
        .GroupBy(run => run.Group)
        .Sum(group =>
        {
            var (paid, until) = (0d, DateTime.MinValue);
            foreach (var (_, began, ended) in group.OrderBy(run => run.Began))
            {
                var least = began + TimeSpan.FromSeconds(Math.Max(1, Math.Ceiling((ended - began).TotalSeconds * 10) / 10));
                if (least <= until)
                    continue;
                paid += (least - (began > until ? began : until)).TotalSeconds;
                until = least;
            }

            return paid;
        });

    public void Dispose()
    {
        _requests.Dispose();
        _spans.Dispose();
    }

    private void Request(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (Measuring.Value)
            return;
        foreach (var (name, value) in tags)
        {
            if (name == "server.port" && _ports.TryGetValue(Convert.ToInt32(value, CultureInfo.InvariantCulture), out var service))
                Add(service, 1);
        }
    }

    private void Ended(Activity span)
    {
        if (span.OperationName.StartsWith("SecretClient.", StringComparison.Ordinal))
            Add("vault calls", 1);
        if (span.OperationName != "Invoke")
            return;
        // Orchestrators alone aren't named.
        var function = span.GetTagItem("faas.name") as string;
        var group = function is null ? "durable" : Groups[function];
        Add("executions", 1);
        if (group == "durable")
            Add("turns and activities", 1);
        _runs.Enqueue((group, span.StartTimeUtc, span.StartTimeUtc + span.Duration));
    }

    private void Add(string what, long more) => _counts.AddOrUpdate(what, more, (_, known) => known + more);

    /// <summary>Flex Consumption scales requests together, Durable Functions together, and every other function by itself.</summary>
    private static Dictionary<string, string> GroupsOfFunctions() => (
        from type in typeof(ServerlessDrivesApplication).Assembly.GetTypes()
        from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static)
        let name = method.GetCustomAttribute<FunctionAttribute>()?.Name
        where name is not null
        let triggers = method.GetParameters().SelectMany(parameter => parameter.GetCustomAttributes()).ToList()
        select (
            Name: name,
            Group: triggers.OfType<HttpTriggerAttribute>().Any() ? "http"
            : triggers.Any(trigger => trigger is ActivityTriggerAttribute or OrchestrationTriggerAttribute) ? "durable"
            : name)).ToDictionary(function => function.Name, function => function.Group, StringComparer.Ordinal);
}

/// <summary>What had been counted at a moment.</summary>
internal sealed record Counts(IReadOnlyDictionary<string, long> All, DateTime At)
{
    public long this[string what] => All.GetValueOrDefault(what);
}
