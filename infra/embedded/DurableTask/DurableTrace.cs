using System.Diagnostics;

namespace ServerlessDrives.Embedded.DurableTask;

/// <summary>
/// Spans of durable work, named as the official SDK names them. An orchestration that waits for days can't keep a span open (a restart would
/// lose it), so each turn is a span: all of one instance hang below the span that started it, whose context is in the instance's row.
/// </summary>
internal static class DurableTrace
{
    private static readonly ActivitySource Source = new("Microsoft.DurableTask");

    public static string? Here => Activity.Current is { IdFormat: ActivityIdFormat.W3C } current ? current.Id : null;

    /// <summary>A client sends something to an instance.</summary>
    public static Activity? Sends(string kind, string name, string instanceId) =>
        Tagged(Source.StartActivity($"{kind}:{name}", ActivityKind.Producer), kind, name, instanceId);

    /// <summary>The engine runs a turn or an activity.</summary>
    /// <param name="trace">The instance's, as W3C's <c>traceparent</c>.</param>
    /// <param name="causes">Traces that what arrived came from.</param>
    public static Activity? Runs(string kind, string name, string instanceId, string? trace, IEnumerable<string?> causes)
    {
        if (!Source.HasListeners())
            return null;
        var parent = ActivityContext.TryParse(trace, traceState: null, isRemote: true, out var started) ? started : default;
        var links = new List<ActivityLink>();
        foreach (var cause in causes)
        {
            if (ActivityContext.TryParse(cause, traceState: null, isRemote: true, out var raised) && raised != parent)
                links.Add(new ActivityLink(raised));
        }

        return Tagged(Source.StartActivity($"{kind}:{name}", ActivityKind.Server, parent, tags: null, links), kind, name, instanceId);
    }

    private static Activity? Tagged(Activity? span, string kind, string name, string instanceId) => span?
        .SetTag("durabletask.type", kind)
        .SetTag("durabletask.task.name", name)
        .SetTag("durabletask.task.instance_id", instanceId);
}
