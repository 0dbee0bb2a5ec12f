using ServerlessDrives.Access;
using ServerlessDrives.Access.Policies;
using ServerlessDrives.Drives;

namespace ServerlessDrives.Health;

/// <summary>Looks at a drive as cheaply as can be.</summary>
public interface IHealthProbe
{
    /// <summary>One listing of at most one key below the drive's path.</summary>
    Task<HealthOutcome> LookAsync(LookTarget target, CancellationToken cancellation);

    /// <summary>Writes and deletes a small object.</summary>
    Task<HealthOutcome> WriteAsync(Drive drive, CancellationToken cancellation);
}

/// <summary>
/// Which drives are looked at: in each of a fixed number of shards a row for each drive, in the order of their turns (<see
/// cref="HealthSchedule"/>), with all that a look needs. A drive that is well costs one row of a range query, and no write.
/// </summary>
public interface IHealthSchedules
{
    /// <summary>Into how many parts the drives are split.</summary>
    int Shards { get; }

    /// <summary>Has the drive looked at from now on, as it is; what is remembered of it from earlier looks is kept.</summary>
    Task EnrollAsync(Drive drive, DateTimeOffset now, CancellationToken cancellation);

    /// <summary>The drive isn't looked at any more; one that wasn't is fine.</summary>
    Task WithdrawAsync(DriveId drive, CancellationToken cancellation);

    /// <summary>
    /// The drives of a shard with keys in these ranges, in their order; the first are read at once, the others as they are taken, some
    /// ahead, so that it doesn't matter how many there are.
    /// </summary>
    IAsyncEnumerable<DueLook> DueAsync(int shard, IReadOnlyList<KeyRange> ranges, int most, CancellationToken cancellation);

    /// <summary>Remembers what a look came to; nothing is remembered of a drive that was withdrawn meanwhile.</summary>
    /// <param name="drive">As it is after the look.</param>
    /// <param name="told">As of <see cref="DueLook"/>; so is the rest.</param>
    Task RememberAsync(Drive drive, HealthMemory memory, HealthStatus told, DateTimeOffset enrolledAt, CancellationToken cancellation);

    /// <summary>How far each shard has come; none for those that never began.</summary>
    Task<IReadOnlyDictionary<int, SweepPosition>> PositionsAsync(CancellationToken cancellation);

    /// <summary>Notes how far some shards have come, all at once.</summary>
    Task AdvanceAsync(IReadOnlyDictionary<int, SweepPosition> positions, CancellationToken cancellation);
}

/// <summary>What a look at a drive takes of it.</summary>
/// <param name="Owner">Whom the bucket must belong to; null where the server doesn't say.</param>
public sealed record LookTarget(
    OrganizationId Organization,
    DriveId Drive,
    DriveCredentials Credentials,
    BucketAccess Access,
    AccountId? Owner)
{
    public static LookTarget Of(Drive drive)
    {
        ArgumentNullException.ThrowIfNull(drive);
        return new(drive.Organization, drive.Id, drive.Credentials, drive.Access, drive.BucketOwner);
    }
}

/// <param name="Key">Its place and id.</param>
/// <param name="Start">When the round of this turn began.</param>
/// <param name="Target">As it was when it was last enrolled or looked at closely.</param>
/// <param name="Told">The health that the world was last told of.</param>
/// <param name="EnrolledAt">Since when it is looked at.</param>
public sealed record DueLook(
    string Key,
    DateTimeOffset Start,
    LookTarget Target,
    HealthMemory Memory,
    HealthStatus Told,
    DateTimeOffset EnrolledAt)
{
    /// <summary>Whether there is nothing to do but look: it was well, and writing isn't due to be tried.</summary>
    public bool IsQuiet(DateTimeOffset now) => Told is HealthStatus.Healthy && Memory.Failures == 0 && !Memory.WriteProbeIsDue(now);
}

/// <summary>How drives were, for 30 days.</summary>
public interface IHealthHistory
{
    /// <summary>Notes a change; changes older than <see cref="Kept"/> are forgotten at the same time.</summary>
    Task NoteAsync(OrganizationId organization, DriveId drive, HealthChange change, CancellationToken cancellation);

    /// <summary>Changes in this time, the oldest first, at most 1,000, and the last one before it.</summary>
    Task<IReadOnlyList<HealthChange>> ListAsync(
        OrganizationId organization,
        DriveId drive,
        DateTimeOffset from,
        DateTimeOffset to,
        CancellationToken cancellation);

    /// <summary>The drive is gone, and its history with it.</summary>
    Task ForgetAsync(OrganizationId organization, DriveId drive, CancellationToken cancellation);

    static readonly TimeSpan Kept = TimeSpan.FromDays(30);
}

/// <summary>From when on a drive was what.</summary>
public sealed record HealthChange(DateTimeOffset At, HealthStatus Status, string? Problem);
