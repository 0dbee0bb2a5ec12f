using System.Diagnostics.Metrics;

namespace ServerlessDrives.Files;

/// <summary>What moves through us between callers and drives; what presigned links move, we don't see.</summary>
internal static class FileMeasures
{
    private static readonly Counter<long> Moved = Telemetry.Meter.CreateCounter<long>(
        "serverlessdrives.files.io", "By", "Bytes of files that moved through the app.");

    public static void Read(long bytes) => Moved.Add(bytes, new KeyValuePair<string, object?>("direction", "read"));

    public static void Written(long bytes) => Moved.Add(bytes, new KeyValuePair<string, object?>("direction", "write"));
}
