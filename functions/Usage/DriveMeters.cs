using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace ServerlessDrives.Usage;

/// <summary>
/// What this instance has counted and not forgotten: a few numbers in memory for each drive that was used today or yesterday.
/// </summary>
public sealed class DriveMeters(IOptions<UsageOptions> options, TimeProvider clock)
{
    private readonly AsyncLocal<DriveMeter?> _present = new();

    /// <summary>The meter of the drive that is being verified or looked at; null where calls are made for no drive.</summary>
    public DriveMeter? Present => _present.Value;

    /// <summary>Today, in UTC.</summary>
    public DateOnly Today => DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);

    internal ConcurrentDictionary<(OrganizationId Organization, DriveId Drive, DateOnly Day), UsageCounter> Counters { get; } = new();

    /// <summary>Counts for a drive that is being used.</summary>
    public DriveMeter Of(OrganizationId organization, DriveId drive) => new(this, organization, drive, UsageChange.Use);

    /// <summary>From here on, and in what is called from here, calls that belong to no other drive count for this one.</summary>
    public void EnterVerification(OrganizationId organization, DriveId drive) => _present.Value = Of(organization, drive);

    /// <summary>The same for a health check, which is no reason to write anything within the minute.</summary>
    public void EnterHealthCheck(OrganizationId organization, DriveId drive) =>
        _present.Value = new(this, organization, drive, UsageChange.HealthCheck);

    internal UsageCounter CounterOf(OrganizationId organization, DriveId drive) =>
        Counters.GetOrAdd((organization, drive, Today), static _ => new());

    /// <summary>How a drive is called in metrics; null where they don't tell drives apart.</summary>
    internal string? TagOf(DriveId drive) => options.Value.MetricsByDrive ? drive.Value : null;
}
