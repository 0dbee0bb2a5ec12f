using ServerlessDrives.Drives;

namespace ServerlessDrives.Health;

/// <summary>Looks at a drive as cheaply as can be.</summary>
public interface IHealthProbe
{
    /// <summary>One listing of at most one key below the drive's path.</summary>
    Task<HealthOutcome> LookAsync(Drive drive, CancellationToken cancellation);

    /// <summary>Writes and deletes a small object.</summary>
    Task<HealthOutcome> WriteAsync(Drive drive, CancellationToken cancellation);
}

/// <summary>When which drive is to be looked at: a range of times in each of a fixed number of shards.</summary>
public interface IHealthSchedule
{
    /// <summary>Into how many parts the drives are split.</summary>
    int Shards { get; }

    /// <summary>Puts a drive on the schedule; one that is there already is looked at once more at that time.</summary>
    Task EnrollAsync(OrganizationId organization, DriveId drive, DateTimeOffset due, CancellationToken cancellation);

    /// <summary>What is due in this shard, the longest overdue first.</summary>
    Task<IReadOnlyList<DueCheck>> DueAsync(int shard, DateTimeOffset now, int most, CancellationToken cancellation);

    /// <summary>Moves a check to its next time; in one step.</summary>
    Task RescheduleAsync(DueCheck check, DateTimeOffset due, HealthMemory memory, CancellationToken cancellation);

    /// <summary>Takes a drive off that isn't there any more.</summary>
    Task DropAsync(DueCheck check, CancellationToken cancellation);
}

/// <param name="Mark">The row that says so.</param>
public sealed record DueCheck(int Shard, string Mark, OrganizationId Organization, DriveId Drive, DateTimeOffset Due, HealthMemory Memory);

/// <summary>How drives were, for 30 days.</summary>
public interface IHealthHistory
{
    /// <summary>Notes a change; changes older than <see cref="Kept"/> are forgotten at the same time.</summary>
    Task NoteAsync(OrganizationId organization, DriveId drive, HealthChange change, CancellationToken cancellation);

    /// <summary>Changes in this time, the oldest first, at most 1,000, and the last one before it.</summary>
    Task<IReadOnlyList<HealthChange>> ListAsync(OrganizationId organization, DriveId drive, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellation);

    static readonly TimeSpan Kept = TimeSpan.FromDays(30);
}

/// <summary>From when on a drive was what.</summary>
public sealed record HealthChange(DateTimeOffset At, HealthStatus Status, string? Problem);
