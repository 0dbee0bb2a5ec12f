using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using ServerlessDrives.Adapters.AzureMonitor;
using ServerlessDrives.Http.Middleware;

namespace ServerlessDrives.Observability;

/// <summary>
/// Sends traces, metrics and logs where the settings say: to an OTLP collector with <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>, to Azure Monitor
/// with <c>APPLICATIONINSIGHTS_CONNECTION_STRING</c>, to the console with <c>ServerlessDrives:Telemetry:Console</c>. Without any of them
/// nothing listens.
/// </summary>
public static class ObservabilityComposition
{
    public static FunctionsApplicationBuilder AddObservability(this FunctionsApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.UseMiddleware<TraceOfTheRequest>();
        builder.UseMiddleware<InvocationScope>();
        // Their messages carry the address, and with it the path of a file. The first one's scope does, too, and is there unless nothing of
        // it is asked for.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        builder.Logging.AddFilter("System.Net.Http.HttpClient", LogLevel.Warning);
        // Two lines for every answer, with its status and a type's name: they would be most of what an operator pays for.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Http.Result", LogLevel.Warning);

        var targets = TelemetryTargets.Of(builder.Configuration);
        if (!targets.Any)
            return builder;

        // Azure's clients trace only those who ask for it, while their conventions may still change.
        AppContext.SetSwitch("Azure.Experimental.EnableActivitySource", isEnabled: true);
        // The host would send on what it sees of our logs, and everything would be there twice.
        builder.Services.Configure<WorkerOptions>(options =>
        {
            options.Capabilities["WorkerOpenTelemetryEnabled"] = bool.TrueString;
            if (targets.AzureMonitor is not null)
                options.Capabilities["WorkerApplicationInsightsLoggingEnabled"] = bool.TrueString;
        });
        builder
            .Services.AddOpenTelemetry()
            .ConfigureResource(resource =>
                resource.AddService(
                    "serverless-drives",
                    serviceVersion: typeof(ObservabilityComposition).Assembly.GetName().Version?.ToString()))
            .WithTracing(tracing => Traces(tracing, targets))
            .WithMetrics(metrics => Metrics(metrics, targets))
            .WithLogging(logging => Logs(logging, targets), options => options.IncludeScopes = true);
        return builder;
    }

    private static void Traces(TracerProviderBuilder tracing, TelemetryTargets targets)
    {
        tracing
            .AddSource(Telemetry.Name, "Microsoft.Azure.Functions.Worker", "Microsoft.DurableTask", "Azure.*", "System.Net.Http")
            .AddAspNetCoreInstrumentation()
            .AddProcessor(new UrlRedactionProcessor());
        if (targets.Otlp)
            tracing.AddOtlpExporter();
        if (targets.Console)
            tracing.AddConsoleExporter();
        targets.AzureMonitor?.Export(tracing);
        // Azure Monitor's exporter sets a sampler of its own when the provider is built; whoever comes last decides.
        tracing.SetSamplerLast(new TraceSampler(targets.SampleRatio));
    }

    private static void SetSamplerLast(this TracerProviderBuilder tracing, Sampler sampler)
    {
        if (tracing is not IDeferredTracerProviderBuilder deferred)
            throw new InvalidOperationException("This version of OpenTelemetry builds its provider at once.");
        deferred.Configure((_, last) => last.SetSampler(sampler));
    }

    private static void Metrics(MeterProviderBuilder metrics, TelemetryTargets targets)
    {
        metrics.AddMeter(Telemetry.Name, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime");
        if (targets.Otlp)
            metrics.AddOtlpExporter();
        if (targets.Console)
            metrics.AddConsoleExporter((_, reader) => reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = 60_000);
        targets.AzureMonitor?.Export(metrics);
    }

    // Logs reach one machine's console anyway.
    private static void Logs(LoggerProviderBuilder logging, TelemetryTargets targets)
    {
        if (targets.Otlp)
            logging.AddOtlpExporter();
        targets.AzureMonitor?.Export(logging);
    }
}

/// <summary>Where telemetry goes.</summary>
/// <param name="SampleRatio">The part that is kept of the traces that no caller has decided to keep, from 0 to 1.</param>
internal sealed record TelemetryTargets(bool Otlp, bool Console, AzureMonitorTarget? AzureMonitor, double SampleRatio)
{
    public bool Any => Otlp || Console || AzureMonitor is not null;

    public static TelemetryTargets Of(IConfiguration configuration)
    {
        var ratio = configuration.GetValue("ServerlessDrives:Telemetry:SampleRatio", 1.0);
        if (ratio is not (>= 0 and <= 1))
            throw new InvalidOperationException("ServerlessDrives:Telemetry:SampleRatio must be between 0 and 1.");
        return new(
            !string.IsNullOrWhiteSpace(configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]),
            configuration.GetValue("ServerlessDrives:Telemetry:Console", defaultValue: false),
            AzureMonitorTarget.Of(configuration),
            ratio);
    }
}
