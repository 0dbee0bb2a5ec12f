using System.Diagnostics.Metrics;

namespace ServerlessDrives.Usage;

/// <summary>The same as metrics, for whoever collects them.</summary>
internal static class UsageMeasures
{
    private static readonly Counter<long> Requests = Telemetry.Meter.CreateCounter<long>(
        "serverlessdrives.s3.requests", "{request}", "Requests to S3 for drives, repetitions included, by kind.");

    private static readonly Counter<long> Moved = Telemetry.Meter.CreateCounter<long>(
        "serverlessdrives.s3.io", "By", "Bytes of bodies sent to S3 (in) and read from it (out) for drives.");

    public static void Asked(RequestKind kind, string? drive)
    {
        if (Requests.Enabled)
            Requests.Add(1, new("kind", Telemetry.Word(kind)), Tag(drive));
    }

    public static void Sent(long bytes, string? drive) => Move(bytes, "in", drive);

    public static void Received(long bytes, string? drive) => Move(bytes, "out", drive);

    private static void Move(long bytes, string direction, string? drive)
    {
        if (Moved.Enabled)
            Moved.Add(bytes, new("direction", direction), Tag(drive));
    }

    private static KeyValuePair<string, object?> Tag(string? drive) => new("serverlessdrives.drive.id", drive ?? "all");
}
