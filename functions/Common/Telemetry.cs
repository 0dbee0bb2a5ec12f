using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace ServerlessDrives.Common;

/// <summary>Where the rooms' own spans and measures come from. Nothing is made of them until <c>Observability</c> listens.</summary>
public static class Telemetry
{
    /// <summary>The name of the source and of the meter.</summary>
    public const string Name = "ServerlessDrives";

    public static ActivitySource Source { get; } = new(Name);

    public static Meter Meter { get; } = new(Name);

    /// <summary>The trace that is being told now, as W3C's <c>traceparent</c>; null where nobody listens.</summary>
    public static string? TraceParent => Activity.Current is { IdFormat: ActivityIdFormat.W3C } current ? current.Id : null;

    /// <summary>Links what happens now to the trace in which it began, be it days ago, and names what it is about.</summary>
    /// <param name="traceParent">As <see cref="TraceParent"/> gave it; null and what can't be read link to nothing.</param>
    /// <param name="tag">Such as <c>serverlessdrives.connection.id</c>.</param>
    public static void Continue(string? traceParent, string tag, string value)
    {
        if (Activity.Current is not { } current)
            return;
        current.SetTag(tag, value);
        if (ActivityContext.TryParse(traceParent, traceState: null, isRemote: true, out var began) && began.TraceId != current.TraceId
            && current.Links.All(link => link.Context.TraceId != began.TraceId))
            current.AddLink(new ActivityLink(began));
    }

    /// <summary>A word as the API writes it: <c>awaitingTrustPolicy</c>.</summary>
    public static string Word<T>(T value)
        where T : struct, Enum
    {
        var text = value.ToString();
        return char.ToLowerInvariant(text[0]) + text[1..];
    }
}

/// <summary>What an orchestration or an activity is given to do, in the trace that it belongs to.</summary>
public interface ITraced
{
    /// <summary>
    /// The trace of the request that it began with, as W3C's <c>traceparent</c>. A host that doesn't trace hands on none. Null where nobody
    /// listened, and in what began before this was kept.
    /// </summary>
    string? Trace { get; }
}
