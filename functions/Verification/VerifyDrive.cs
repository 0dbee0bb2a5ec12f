using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using ServerlessDrives.Drives;
using ServerlessDrives.Usage;
using ServerlessDrives.Verification.Reports;

namespace ServerlessDrives.Verification;

/// <summary>Verifies a drive that is connected already: all checks, and what they come to is its health.</summary>
public sealed class VerifyDrive(
    IDrives drives,
    IVerification verification,
    IReports reports,
    IEnumerable<IDriveEventHandler> handlers,
    IPendingDriveWork work,
    DriveMeters meters,
    TimeProvider clock)
{
    public static string InstanceOf(VerificationId verification) => $"verify-{verification}";

    /// <returns>Whether the drive passed.</returns>
    [Function("VerifyDrive")]
    public static Task<bool> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context) =>
        context.CallActivityAsync<bool>("ProveDrive", context.GetInput<VerifyDriveInput>(), DurableRetryPolicies.Attended);

    [Function("ProveDrive")]
    public async Task<bool> ProveDrive([ActivityTrigger] VerifyDriveInput input, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(input);
        var passed = await ProveAsync(input, cancellation);
        await work.DoneAsync("VerifyDrive", InstanceOf(input.Verification), cancellation);
        return passed;
    }

    private async Task<bool> ProveAsync(VerifyDriveInput input, CancellationToken cancellation)
    {
        if (await drives.FindAsync(input.Organization, input.Drive, cancellation) is not { Value: { State: DriveState.Connected } drive })
            return false;

        meters.EnterVerification(drive.Organization, drive.Id);
        await using var progress = new ReportProgress(reports, input.Organization, input.Drive.Value, input.Verification, clock);
        var subject = new VerificationSubject(drive.Id.Value, drive.Access, drive.Credentials, drive.BucketOwner);
        var report = await verification.VerifyAsync(input.Verification, subject, progress.Watch, cancellation);
        if (await SaveAsync(input, report, cancellation) is { } changed)
        {
            foreach (var handler in handlers)
                await handler.VerifiedAsync(changed, cancellation);
        }

        // The report is completed last: whoever sees it complete also sees the drive's new health and history.
        await progress.CompleteAsync(report, cancellation);
        return report.Passed;
    }

    /// <summary>Stores the result of the checks as the drive's health, whatever else about the drive has changed meanwhile.</summary>
    /// <returns>The drive if the handlers are to be told: its status changed, or an earlier run had stored it; otherwise null.</returns>
    private async Task<Drive?> SaveAsync(VerifyDriveInput input, VerificationReport report, CancellationToken cancellation)
    {
        while (await drives.FindAsync(input.Organization, input.Drive, cancellation) is { Value.State: DriveState.Connected } read)
        {
            var verified = read.Value with { Health = HealthAfter(report, read.Value.Health), LastVerification = report.Id };
            if (!await drives.SaveAsync(read.With(verified), cancellation))
                continue;
            // An earlier run of this verification may have ended before it told the handlers, so they are told again.
            var isRepeated = read.Value.LastVerification == report.Id;
            return isRepeated || verified.Health.Since != read.Value.Health.Since ? verified : null;
        }

        return null;
    }

    private DriveHealth HealthAfter(VerificationReport report, DriveHealth before)
    {
        var now = clock.GetUtcNow();
        var status = report switch
        {
            { Passed: true } => HealthStatus.Healthy,
            { Checks: var checks } when checks.All(check => check.Status is not CheckStatus.Passed and not CheckStatus.Failed) =>
                HealthStatus.Unknown,
            _ => Reads(report) ? HealthStatus.Degraded : HealthStatus.Unreachable,
        };
        var failed = report.Checks.FirstOrDefault(check => check.Status is CheckStatus.Failed);
        return new(
            status,
            now,
            status == before.Status ? before.Since : now,
            failed is null ? null : string.Join(' ', failed.Explanation, failed.Fix));
    }

    private static bool Reads(VerificationReport report) =>
        report.Checks.Any(check => check is { Name: "objects-listable", Status: CheckStatus.Passed });
}

public sealed record VerifyDriveInput(OrganizationId Organization, DriveId Drive, VerificationId Verification) : ITraced
{
    /// <inheritdoc/>
    public string? Trace { get; init; }
}
