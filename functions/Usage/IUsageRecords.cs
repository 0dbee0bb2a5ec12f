namespace ServerlessDrives.Usage;

/// <summary>How drives were used: a row for each drive, day and instance of the app.</summary>
public interface IUsageRecords
{
    /// <summary>For how many days rows are kept, today included.</summary>
    const int KeptDays = 90;

    /// <summary>Replaces what this instance wrote of this drive and day before, so that writing it twice is writing it once.</summary>
    Task WriteAsync(UsageRecord record, CancellationToken cancellation);

    /// <summary>The records of a drive from one day to another, both included.</summary>
    IAsyncEnumerable<UsageRecord> ReadAsync(
        OrganizationId organization,
        DriveId drive,
        DateOnly from,
        DateOnly to,
        CancellationToken cancellation);

    /// <summary>The drive is gone, and its records with it.</summary>
    Task ForgetAsync(OrganizationId organization, DriveId drive, CancellationToken cancellation);

    /// <summary>Deletes the records of all drives from before this day.</summary>
    /// <returns>How many there were.</returns>
    Task<int> DeleteBeforeAsync(DateOnly day, CancellationToken cancellation);
}

/// <param name="Day">In UTC.</param>
/// <param name="Instance">The process that counted.</param>
/// <param name="Counts">Of that process since the day, or the process, began.</param>
public sealed record UsageRecord(OrganizationId Organization, DriveId Drive, DateOnly Day, string Instance, UsageCounts Counts);
