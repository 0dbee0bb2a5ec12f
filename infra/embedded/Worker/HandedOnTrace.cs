using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using ServerlessDrives.Embedded.Worker.Protocol;

namespace ServerlessDrives.Embedded.Worker;

/// <summary>
/// Which trace a worker is told that an invocation belongs to: the one that it does, or, as the official host says it with
/// <c>telemetryMode</c> unset, something else.
/// </summary>
internal sealed record HandedOnTrace(TraceHandover Way)
{
    /// <exception cref="StartRefusedException">There is no such way.</exception>
    public static HandedOnTrace Of(IConfiguration configuration) =>
        configuration["LocalHost:Traces"] is not { Length: > 0 } text ? new(TraceHandover.Own)
        : Enum.TryParse<TraceHandover>(text, ignoreCase: true, out var known) && Enum.IsDefined(known) ? new(known)
        : throw new StartRefusedException(
            $"LocalHost:Traces is '{text}'; {string.Join(" or ", Enum.GetNames<TraceHandover>())} was expected.");

    public RpcTraceContext Now() => Way switch
    {
        TraceHandover.None => new(),
        TraceHandover.Apart => Unrecorded(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom()),
        _ when Activity.Current is not { IdFormat: ActivityIdFormat.W3C } => new(),
        TraceHandover.Unrecorded => Unrecorded(Activity.Current.TraceId, Activity.Current.SpanId),
        _ => new() { TraceParent = Activity.Current.Id, TraceState = Activity.Current.TraceStateString ?? "" },
    };

    private static RpcTraceContext Unrecorded(ActivityTraceId trace, ActivitySpanId span) =>
        new() { TraceParent = $"00-{trace.ToHexString()}-{span.ToHexString()}-00" };
}

internal enum TraceHandover
{
    /// <summary>This host traces: the trace that it sees, with its own spans in it.</summary>
    Own,

    /// <summary>The trace that it sees, as one that isn't recorded.</summary>
    Unrecorded,

    /// <summary>A trace of its own for each invocation, unrecorded.</summary>
    Apart,

    /// <summary>None.</summary>
    None,
}
