using System.Diagnostics;
using OpenTelemetry.Trace;

namespace ServerlessDrives.Observability;

/// <summary>
/// Keeps what belongs to a trace that is kept; of what nobody has decided to keep, the asked-for part. A call to a server that belongs to
/// nothing (the durable runtime reads its queues all day) begins no trace.
/// </summary>
internal sealed class TraceSampler(double ratio) : Sampler
{
    // By the trace's id, so that all spans of a trace are decided alike, in each instance.
    private readonly TraceIdRatioBasedSampler _undecided = new(ratio);

    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters)
    {
        var parent = samplingParameters.ParentContext;
        if (parent.TraceFlags.HasFlag(ActivityTraceFlags.Recorded))
            return new(SamplingDecision.RecordAndSample);
        if (parent.TraceId != default)
            return IsOfThisProcess(parent) ? new(SamplingDecision.Drop) : _undecided.ShouldSample(samplingParameters);
        return
            samplingParameters.Kind is ActivityKind.Client
            || samplingParameters.Name.StartsWith("Azure.", StringComparison.Ordinal)
            || IsOfAClient(samplingParameters.Name)
            ? new(SamplingDecision.Drop)
            : _undecided.ShouldSample(samplingParameters);
    }

    /// <summary>
    /// A parent that isn't recorded was decided against if it is ours. The Functions host's says nothing: where the host doesn't trace, it
    /// hands on every request and every invocation unrecorded. (The worker doesn't mark what it takes from an invocation as remote.)
    /// </summary>
    private static bool IsOfThisProcess(ActivityContext parent) =>
        !parent.IsRemote && Activity.Current is { } current && current.SpanId == parent.SpanId && current.TraceId == parent.TraceId;

    // Azure's clients give their methods' spans no kind: TableClient.QueryEntities.
    private static bool IsOfAClient(string name) => name.IndexOf("Client.", StringComparison.Ordinal) > 0;
}
