using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using ServerlessDrives.Drives;

namespace ServerlessDrives.Usage;

/// <summary>Deletes what was counted longer than 90 days ago: once a day, by one scan of its own table, filtered by the server.</summary>
public sealed class SweepUsage(IUsageRecords records, DriveUsage usage, ILogger<SweepUsage> log)
{
    [Function("SweepUsage")]
    public async Task RunAsync([TimerTrigger("0 23 2 * * *")] TimerInfo timer, CancellationToken cancellation)
    {
        if (await records.DeleteBeforeAsync(usage.Today.AddDays(1 - IUsageRecords.KeptDays), cancellation) is > 0 and var deleted)
            log.LogInformation("Deleted {Count} rows of usage that were older than {Days} days.", deleted, IUsageRecords.KeptDays);
    }
}

/// <summary>
/// What was counted of a drive goes with it. Another instance may write what it counted in the last minute of it afterwards; that stays
/// unseen, and goes after 90 days.
/// </summary>
internal sealed class UsageOfRemovedDrives(DriveUsage usage) : IDriveEventHandler
{
    public Task ConnectedAsync(Drive drive, CancellationToken cancellation) => Task.CompletedTask;

    public Task RemovedAsync(Drive drive, UserId by, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(drive);
        return usage.ForgetAsync(drive.Organization, drive.Id, cancellation);
    }
}
