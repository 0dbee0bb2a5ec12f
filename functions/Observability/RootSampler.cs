using System.Diagnostics;
using OpenTelemetry.Trace;

namespace ServerlessDrives.Observability;

/// <summary>
/// Keeps what belongs to a trace that is kept; of what begins here, the asked-for part. A call to a server that belongs to nothing
/// (the durable runtime reads its queues all day) begins no trace.
/// </summary>
internal sealed class RootSampler(double ratio) : Sampler
{
    private readonly TraceIdRatioBasedSampler _atTheRoot = new(ratio);

    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters)
    {
        var parent = samplingParameters.ParentContext;
        if (parent.TraceId != default)
            return new(parent.TraceFlags.HasFlag(ActivityTraceFlags.Recorded) ? SamplingDecision.RecordAndSample : SamplingDecision.Drop);
        return
            samplingParameters.Kind is ActivityKind.Client
            || samplingParameters.Name.StartsWith("Azure.", StringComparison.Ordinal)
            || IsOfAClient(samplingParameters.Name)
            ? new(SamplingDecision.Drop)
            : _atTheRoot.ShouldSample(samplingParameters);
    }

    // Azure's clients give their methods' spans no kind: TableClient.QueryEntities.
    private static bool IsOfAClient(string name) => name.IndexOf("Client.", StringComparison.Ordinal) > 0;
}
