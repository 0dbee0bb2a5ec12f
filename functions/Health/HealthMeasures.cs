using System.Diagnostics.Metrics;
using ServerlessDrives.Drives;

namespace ServerlessDrives.Health;

/// <summary>What looks at drives found, and how drives' health changed.</summary>
internal static class HealthMeasures
{
    private static readonly Counter<long> Looks = Telemetry.Meter.CreateCounter<long>(
        "serverlessdrives.health.checks", "{check}", "Health checks, by the drive's state after them.");

    private static readonly Counter<long> Changes = Telemetry.Meter.CreateCounter<long>(
        "serverlessdrives.health.changes", "{change}", "Changes of a drive's health, by the state that it came to.");

    public static void Looked(HealthStatus status) => Looks.Add(1, new KeyValuePair<string, object?>("status", Telemetry.Word(status)));

    public static void Changed(HealthStatus before, HealthStatus after) =>
        Changes.Add(1, new("before", Telemetry.Word(before)), new("status", Telemetry.Word(after)));
}
