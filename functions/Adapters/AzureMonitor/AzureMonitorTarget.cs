using Azure.Monitor.OpenTelemetry.Exporter;
using Microsoft.Extensions.Configuration;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace ServerlessDrives.Adapters.AzureMonitor;

/// <summary>The Application Insights resource that takes our telemetry.</summary>
/// <param name="ByIdentity">Whether the resource takes no keys, so that the managed identity signs in.</param>
internal sealed record AzureMonitorTarget(string ConnectionString, bool ByIdentity)
{
    /// <returns>Null where <c>APPLICATIONINSIGHTS_CONNECTION_STRING</c> is not set.</returns>
    public static AzureMonitorTarget? Of(IConfiguration configuration) =>
        configuration["APPLICATIONINSIGHTS_CONNECTION_STRING"] is { Length: > 0 } connection
            ? new(
                connection,
                configuration["APPLICATIONINSIGHTS_AUTHENTICATION_STRING"]
                    ?.Contains("Authorization=AAD", StringComparison.OrdinalIgnoreCase) == true)
            : null;

    public void Export(TracerProviderBuilder tracing) => tracing.AddAzureMonitorTraceExporter(Apply);

    public void Export(MeterProviderBuilder metrics) => metrics.AddAzureMonitorMetricExporter(Apply);

    public void Export(LoggerProviderBuilder logging) => logging.AddAzureMonitorLogExporter(Apply);

    private void Apply(AzureMonitorExporterOptions options)
    {
        options.ConnectionString = ConnectionString;
        if (ByIdentity)
            options.Credential = new Azure.Identity.DefaultAzureCredential();
    }
}
