using System.Diagnostics.Metrics;
using ServerlessDrives.Verification.Reports;

namespace ServerlessDrives.Verification;

/// <summary>How verifications end, and check by check why.</summary>
internal static class VerificationMeasures
{
    private static readonly Counter<long> Verifications = Telemetry.Meter.CreateCounter<long>(
        "serverlessdrives.verifications", "{verification}", "Verifications, by whether everything was proven.");

    private static readonly Counter<long> Checks = Telemetry.Meter.CreateCounter<long>(
        "serverlessdrives.verification.checks", "{check}", "Checks, by what came of them.");

    private static readonly Histogram<double> Duration = Telemetry.Meter.CreateHistogram(
        "serverlessdrives.verification.duration", "s", "From a verification's first call to its verdict.", tags: null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120] });

    public static void Ended(VerificationReport report)
    {
        var outcome = new KeyValuePair<string, object?>("outcome", report.Passed ? "passed" : "failed");
        Verifications.Add(1, outcome);
        if (report.CompletedAt is { } completed)
            Duration.Record((completed - report.StartedAt).TotalSeconds, outcome);
        foreach (var check in report.Checks)
            Checks.Add(
                1,
                new("check", check.Name),
                new("outcome", Telemetry.Word(check.Status)),
                new KeyValuePair<string, object?>("error.type", check.AwsErrorCode));
    }
}
