using System.Text.Json.Nodes;
using ServerlessDrives.Drives;
using ServerlessDrives.Events;
using ServerlessDrives.Verification;

namespace ServerlessDrives.Health;

/// <summary>One look at one drive: judged, stored, then told.</summary>
public sealed class DriveCheckup(
    IDrives drives, IHealthProbe probe, IHealthSchedule schedule, IHealthHistory history, IVerification verification, IReports reports,
    IEvents events, IAuditTrail audit, HealthOptions options, TimeProvider clock)
{
    public async Task CheckAsync(DueCheck due, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(due);
        if (await drives.FindAsync(due.Organization, due.Drive, cancellation) is not { } read)
        {
            await schedule.DropAsync(due, cancellation);
            return;
        }

        var memory = due.Memory;
        if (read.Value.State is DriveState.Connected)
        {
            var writes = memory.WriteProbeIsDue(clock.GetUtcNow());
            var outcome = await LookAsync(read.Value, writes, cancellation);
            var health = memory.Judge(read.Value.Health, outcome, writes, clock.GetUtcNow());
            if (health.Status is HealthStatus.Unreachable && read.Value.Health.Status is not HealthStatus.Unreachable)
                health = await ExplainAsync(read.Value, health, cancellation);
            await StoreAsync(read, health, cancellation);
            memory = health.Status is HealthStatus.Healthy && outcome is HealthOutcome.Refused ? HealthMemory.None with { WriteProbedAt = memory.WriteProbedAt } : memory.After(outcome, writes, clock.GetUtcNow());
        }

        await schedule.RescheduleAsync(due, NextTime(), memory, cancellation);
    }

    /// <summary>A tenth of the interval is left to chance, so that drives that were connected together aren't looked at together.</summary>
    private DateTimeOffset NextTime() => clock.GetUtcNow() + (options.Every * (0.95 + (Random.Shared.NextDouble() / 10)));

    private async Task<HealthOutcome> LookAsync(Drive drive, bool writes, CancellationToken cancellation)
    {
        var looked = await probe.LookAsync(drive, cancellation);
        if (!writes || looked is not HealthOutcome.Reachable)
            return looked;
        return await probe.WriteAsync(drive, cancellation) switch
        {
            HealthOutcome.Refused refused => new HealthOutcome.ReadOnly(refused.Problem),
            var other => other,
        };
    }

    /// <summary>A full verification on the way down: it says why, or that the drive works after all.</summary>
    private async Task<DriveHealth> ExplainAsync(Drive drive, DriveHealth health, CancellationToken cancellation)
    {
        var id = VerificationId.New(clock);
        var subject = new VerificationSubject(drive.Id.Value, drive.Bucket, drive.Region, drive.Path, drive.Encryption, drive.Credentials, drive.BucketOwner);
        var report = await verification.VerifyAsync(id, subject, progress: null, cancellation);
        await reports.SaveAsync(drive.Organization, drive.Id.Value, report, cancellation);
        if (report.Passed)
            return drive.Health with { Status = HealthStatus.Healthy, CheckedAt = clock.GetUtcNow(), Problem = null };
        return report.Checks.FirstOrDefault(check => check.Status is CheckStatus.Failed) is { } failed
            ? health with { Problem = string.Join(' ', failed.Explanation, failed.Fix) }
            : health;
    }

    private async Task StoreAsync(Versioned<Drive> read, DriveHealth health, CancellationToken cancellation)
    {
        var before = read.Value.Health;
        while (!await drives.SaveAsync(read.With(read.Value with { Health = health }), cancellation))
        {
            if (await drives.FindAsync(read.Value.Organization, read.Value.Id, cancellation) is not { Value.State: DriveState.Connected } again)
                return;
            read = again;
        }

        if (health.Status != before.Status)
            await TellAsync(read.Value, before, health, cancellation);
    }

    private async Task TellAsync(Drive drive, DriveHealth before, DriveHealth after, CancellationToken cancellation)
    {
        var at = after.Since;
        await history.NoteAsync(drive.Organization, drive.Id, new(at, after.Status, after.Problem), cancellation);
        var key = $"{drive.Id}-health-{at.UtcTicks}";
        await audit.RecordAsync(
            drive.Organization, Actor.System("health check"), "drive.health-changed", drive.Id.Value, new() { ["status"] = Word(before.Status) }, new() { ["status"] = Word(after.Status), ["problem"] = after.Problem }, key, cancellation);
        await events.TellAsync(
            new(key, drive.Organization, EventTypes.HealthChanged, drive.Id.Value, at, new JsonObject
            {
                ["driveId"] = drive.Id.Value,
                ["displayName"] = drive.DisplayName.Value,
                ["before"] = Word(before.Status),
                ["after"] = Word(after.Status),
                ["problem"] = after.Problem,
            }),
            cancellation);
    }

    private static string Word(HealthStatus status) => status.ToString().ToLowerInvariant();
}
