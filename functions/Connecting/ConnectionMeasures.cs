using System.Diagnostics.Metrics;

namespace ServerlessDrives.Connecting;

/// <summary>How many connections come to which status, how long they stay there, and how callback links fare.</summary>
internal static class ConnectionMeasures
{
    private static readonly Counter<long> Connections = Telemetry.Meter.CreateCounter<long>(
        "serverlessdrives.connections", "{connection}", "Connections that came to a status.");

    private static readonly Histogram<double> Steps = Telemetry.Meter.CreateHistogram(
        "serverlessdrives.connection.step.duration", "s", "How long connections stayed at a status, people's time included.", tags: null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [1, 5, 15, 60, 300, 900, 3600, 14_400, 86_400, 259_200, 604_800] });

    private static readonly Counter<long> Callbacks = Telemetry.Meter.CreateCounter<long>(
        "serverlessdrives.callbacks", "{use}", "Uses of callback links, and why they were refused.");

    public static void Started(DriveConnection connection) => Connections.Add(1, StatusOf(connection), MethodOf(connection));

    /// <summary>Counts what changed between two states of one row; nothing when the status is the same.</summary>
    public static void Moved(DriveConnection before, DriveConnection after)
    {
        if (before.Status == after.Status)
            return;
        Steps.Record((after.UpdatedAt - (before.StatusSince ?? before.CreatedAt)).TotalSeconds, StatusOf(before), MethodOf(before));
        Connections.Add(1, StatusOf(after), MethodOf(after));
    }

    public static void CallbackUsed(Refusal? refusal) => Callbacks.Add(
        1, new("outcome", refusal is null ? "accepted" : "refused"), new KeyValuePair<string, object?>("reason", refusal?.Code));

    private static KeyValuePair<string, object?> StatusOf(DriveConnection connection) => new("status", Telemetry.Word(connection.Status));

    private static KeyValuePair<string, object?> MethodOf(DriveConnection connection) => new("method", Telemetry.Word(connection.Method));
}
