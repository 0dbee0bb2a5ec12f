using System.Text.Json.Nodes;
using ServerlessDrives.Drives;
using ServerlessDrives.Events;
using ServerlessDrives.Events.Audit;
using ServerlessDrives.Usage;
using ServerlessDrives.Verification;
using ServerlessDrives.Verification.Reports;

namespace ServerlessDrives.Health;

/// <summary>
/// One look at one drive: judged, stored, then told, then remembered. A crash between any two of them is made good at the next look.
/// </summary>
public sealed class DriveCheckup(
    IDrives drives,
    IHealthProbe probe,
    IProbeLeftovers leftovers,
    IHealthSchedules rounds,
    IHealthHistory history,
    IVerification verification,
    IReports reports,
    IEvents events,
    IAuditTrail audit,
    DriveMeters meters,
    TimeProvider clock)
{
    /// <summary>A drive is enrolled just before it is there; one that still isn't after this long never came to be.</summary>
    private static readonly TimeSpan Birth = TimeSpan.FromHours(1);

    /// <summary>What a probe wrote longer ago than this, it will not remove any more.</summary>
    private static readonly TimeSpan LongestProbe = TimeSpan.FromHours(1);

    public async Task CheckAsync(DueLook look, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(look);
        var outcome = look.IsQuiet(clock.GetUtcNow()) ? await probe.LookAsync(look.Target, cancellation) : null;
        if (outcome is HealthOutcome.Reachable)
        {
            HealthMeasures.Looked(HealthStatus.Healthy);
            return;
        }

        if (await drives.FindAsync(look.Target.Organization, look.Target.Drive, cancellation) is not { } read)
        {
            if (clock.GetUtcNow() - look.EnrolledAt > Birth)
                await rounds.WithdrawAsync(look.Target.Drive, cancellation);
            return;
        }

        if (read.Value.State is not DriveState.Connected)
            return;
        if (outcome is not null && read.Value.Credentials != look.Target.Credentials)
            outcome = null;
        await JudgeAsync(look, read, outcome, cancellation);
    }

    /// <param name="outcome">Of the look that was made already; null when none was.</param>
    private async Task JudgeAsync(DueLook look, Versioned<Drive> read, HealthOutcome? outcome, CancellationToken cancellation)
    {
        var (drive, memory, told) = (read.Value, look.Memory, look.Told);
        if (drive.Health.Status != told)
            await TellAsync(drive, told, drive.Health, cancellation);

        var writes = outcome is null && memory.WriteProbeIsDue(clock.GetUtcNow());
        outcome ??= await LookAsync(drive, writes, cancellation);
        var health = memory.Judge(drive.Health, outcome, writes, clock.GetUtcNow());
        memory = memory.After(outcome, writes, clock.GetUtcNow());
        if (health.Status is HealthStatus.Unreachable && drive.Health.Status is not HealthStatus.Unreachable)
        {
            health = await ExplainAsync(drive, health, cancellation);
            if (health.Status is not HealthStatus.Unreachable)
                memory = memory with { Failures = 0 };
        }

        if (!await StoreAsync(read, health, cancellation))
            return;
        HealthMeasures.Looked(health.Status);
        if (health.Status != drive.Health.Status)
            await TellAsync(drive, drive.Health.Status, health, cancellation);
        await rounds.RememberAsync(drive with { Health = health }, memory, health.Status, look.EnrolledAt, cancellation);
    }

    private async Task<HealthOutcome> LookAsync(Drive drive, bool writes, CancellationToken cancellation)
    {
        var looked = await probe.LookAsync(LookTarget.Of(drive), cancellation);
        if (!writes || drive.Access.IsReadOnly || looked is not HealthOutcome.Reachable)
            return looked;
        var written = await probe.WriteAsync(drive, cancellation);
        await leftovers.RemoveAsync(drive, clock.GetUtcNow() - LongestProbe, cancellation);
        return written switch
        {
            HealthOutcome.Refused refused => new HealthOutcome.ReadOnly(refused.Problem),
            var other => other,
        };
    }

    /// <summary>A full verification on the way down: it says why, or that the drive works after all.</summary>
    private async Task<DriveHealth> ExplainAsync(Drive drive, DriveHealth health, CancellationToken cancellation)
    {
        meters.EnterVerification(drive.Organization, drive.Id);
        var id = VerificationId.New(clock);
        var subject = new VerificationSubject(drive.Id.Value, drive.Access, drive.Credentials, drive.BucketOwner);
        var report = await verification.VerifyAsync(id, subject, watch: null, cancellation);
        await reports.SaveAsync(drive.Organization, drive.Id.Value, report, cancellation);
        if (report.Passed)
            return drive.Health with
            {
                Status = HealthStatus.Healthy,
                CheckedAt = clock.GetUtcNow(),
                Since = drive.Health.Status is HealthStatus.Healthy ? drive.Health.Since : health.Since,
                Problem = null,
            };
        return report.Checks.FirstOrDefault(check => check.Status is CheckStatus.Failed) is { } failed
            ? health with { Problem = string.Join(' ', failed.Explanation, failed.Fix) }
            : health;
    }

    /// <returns>False when the drive has changed so that the look says nothing about it any more.</returns>
    private async Task<bool> StoreAsync(Versioned<Drive> read, DriveHealth health, CancellationToken cancellation)
    {
        var looked = read.Value.Authentication;
        while (!await drives.SaveAsync(read.With(read.Value with { Health = health }), cancellation))
        {
            if (
                await drives.FindAsync(read.Value.Organization, read.Value.Id, cancellation)
                    is not { Value.State: DriveState.Connected } again
                || again.Value.Authentication != looked)
                return false;
            read = again;
        }

        return true;
    }

    private async Task TellAsync(Drive drive, HealthStatus before, DriveHealth after, CancellationToken cancellation)
    {
        var at = after.Since;
        HealthMeasures.Changed(before, after.Status);
        await history.NoteAsync(drive.Organization, drive.Id, new(at, after.Status, after.Problem), cancellation);
        var key = $"{drive.Id}-health-{at.UtcTicks}";
        await audit.RecordAsync(
            new(
                drive.Organization,
                Actor.System("health check"),
                "drive.health-changed",
                drive.Id.Value,
                new() { ["status"] = Word(before) },
                new() { ["status"] = Word(after.Status), ["problem"] = after.Problem }),
            key,
            cancellation);
        await events.TellAsync(
            new(key, drive.Organization, EventTypes.HealthChanged, drive.Id.Value, at, new JsonObject
            {
                ["driveId"] = drive.Id.Value,
                ["displayName"] = drive.DisplayName.Value,
                ["before"] = Word(before),
                ["after"] = Word(after.Status),
                ["problem"] = after.Problem,
            }),
            cancellation);
    }

    private static string Word(HealthStatus status) => status.ToString().ToLowerInvariant();
}
