using ServerlessDrives.Drives;

namespace ServerlessDrives.Files.Operations;

/// <summary>A key and what it is at this moment.</summary>
/// <param name="Size">Bytes.</param>
public sealed record KeyState(DriveKey Key, string ETag, long Size)
{
    public FileAmount Amount => new(1, Size);
}

/// <param name="IsLast">Whether nothing lies behind them.</param>
public sealed record KeyPage(IReadOnlyList<KeyState> Keys, bool IsLast);

/// <summary>What came of copying one file.</summary>
public enum CopyOutcome
{
    Copied,

    /// <summary>Something else is at the target.</summary>
    Exists,

    /// <summary>The source isn't what it was, or is gone.</summary>
    SourceChanged,
}

/// <param name="ETag">Of the copy; null where there is none, or S3 doesn't say.</param>
public sealed record CopiedFile(CopyOutcome Outcome, string? ETag);

/// <param name="State">Null to begin with.</param>
/// <param name="Bytes">That are copied so far.</param>
/// <param name="Copied">Null while parts are missing.</param>
public sealed record PartwiseStep(PartwiseCopy? State, long Bytes, CopiedFile? Copied);

/// <summary>One file on its way from a drive to another place, on the same drive or another one.</summary>
public sealed record FileToCopy(Drive From, KeyState Source, Drive To, DriveKey Target);

/// <summary>What operations on many files ask of S3, by keys. What AWS refuses comes back as a refusal with its explanation.</summary>
public interface IFileCopies
{
    /// <summary>
    /// Whether S3 copies between the two by itself: only where one session that we have anyway may read the one and write the other.
    /// </summary>
    bool CopiesWithin(Drive from, Drive to);

    /// <summary>The keys below a folder, or the file, in S3's order.</summary>
    /// <param name="below">A folder, or a file.</param>
    /// <param name="after">Behind which key; null for all.</param>
    Task<Result<KeyPage, Refusal>> ListAsync(Drive drive, DriveKey below, DriveKey? after, int limit, CancellationToken cancellation);

    /// <summary>Which of these are there, and what they are.</summary>
    /// <param name="keys">In S3's order.</param>
    Task<Result<IReadOnlyDictionary<DriveKey, KeyState>, Refusal>> FindAsync(
        Drive drive,
        IReadOnlyList<DriveKey> keys,
        CancellationToken cancellation);

    /// <summary>
    /// Copies within S3, never over something: the state of the source that is named and no other, encrypted as the target drive says.
    /// </summary>
    Task<Result<CopiedFile, Refusal>> CopyWithinAsync(FileToCopy file, CancellationToken cancellation);

    /// <summary>
    /// Goes on with a copy in parts for a while: within S3 where that is possible, through us otherwise. It shows up whole at the end.
    /// </summary>
    /// <param name="state">Where the last step ended; null to begin.</param>
    /// <param name="time">After which no further part is begun.</param>
    Task<Result<PartwiseStep, Refusal>> CopyPartsAsync(FileToCopy file, PartwiseCopy? state, TimeSpan time, CancellationToken cancellation);

    /// <summary>Gives a copy in parts up; one that has ended is fine.</summary>
    Task AbandonAsync(FileToCopy file, PartwiseCopy state, CancellationToken cancellation);

    /// <summary>
    /// Whether the file at the target has just the content that the source has: by their ETags or checksums, or else byte by byte.
    /// </summary>
    Task<Result<bool, Refusal>> IsSameAsync(FileToCopy file, KeyState present, CancellationToken cancellation);

    /// <summary>Writes an empty object that shows a folder where nothing is yet.</summary>
    /// <returns>Whether it is there now; false where it was there already.</returns>
    Task<Result<bool, Refusal>> MakeMarkerAsync(Drive drive, DriveKey folder, CancellationToken cancellation);

    /// <summary>Deletes what is there under these keys; what isn't there is fine.</summary>
    /// <param name="onlyUnchanged">Whether only what still is what was seen.</param>
    /// <returns>What was not deleted, and why.</returns>
    Task<Result<IReadOnlyDictionary<DriveKey, Refusal>, Refusal>> DeleteAsync(
        Drive drive,
        IReadOnlyList<KeyState> keys,
        bool onlyUnchanged,
        CancellationToken cancellation);
}
