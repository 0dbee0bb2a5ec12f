namespace ServerlessDrives.Files.Operations;

public enum FileOperationKind
{
    Move,
    Copy,
    Delete,
}

public enum FileOperationStatus
{
    Running,

    /// <summary>All that there was to do is done, but for what is listed as left.</summary>
    Completed,

    /// <summary>Somebody cancelled it; what was done stays done.</summary>
    Cancelled,

    /// <summary>It could not go on; its problem says why.</summary>
    Stopped,
}

/// <param name="Files">How many, markers of empty folders included.</param>
public sealed record FileAmount(long Files, long Bytes)
{
    public static readonly FileAmount None = new(0, 0);

    public static FileAmount operator +(FileAmount one, FileAmount other)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        return new(one.Files + other.Files, one.Bytes + other.Bytes);
    }

    public static FileAmount operator -(FileAmount one, FileAmount other)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        return new(one.Files - other.Files, one.Bytes - other.Bytes);
    }

    public static FileAmount Add(FileAmount left, FileAmount right) => left + right;

    public static FileAmount Subtract(FileAmount left, FileAmount right) => left - right;
}

/// <summary>The keys that are worked on now; noted before the first of them is touched, so that a repetition knows them again.</summary>
/// <param name="Until">The last of them.</param>
/// <param name="Amount">All of them together.</param>
/// <param name="IsLast">Whether nothing lay behind them.</param>
public sealed record OperationPage(DriveKey Until, FileAmount Amount, bool IsLast);

/// <summary>A large file that is copied in parts over several steps.</summary>
/// <param name="S3UploadId">S3's name for the upload; stays with us.</param>
public sealed record PartwiseCopy(string ETag, string S3UploadId);

/// <summary>A move, copy or deletion of a file or of all that lies below a folder, as its row keeps it.</summary>
/// <param name="ToDrive">The drive that it is moved or copied to; null for a deletion.</param>
/// <param name="From">A file, or a folder with a slash at its end.</param>
/// <param name="To">What <paramref name="From"/> becomes; null for a deletion.</param>
public sealed record FileOperation(
    OperationId Id,
    OrganizationId Organization,
    FileOperationKind Kind,
    DriveId Drive,
    DriveKey From,
    DriveId? ToDrive,
    DriveKey? To,
    UserId StartedBy,
    DateTimeOffset StartedAt)
{
    public FileOperationStatus Status { get; init; } = FileOperationStatus.Running;

    /// <summary>Where a key goes, of what is moved or copied.</summary>
    public DriveKey TargetOf(DriveKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.Moved(From, To!);
    }

    /// <summary>What lay there when it was counted, as far as it has been.</summary>
    public FileAmount Total { get; init; } = FileAmount.None;

    public bool IsCounted { get; init; }

    /// <summary>How far it is counted.</summary>
    public DriveKey? CountedTo { get; init; }

    /// <summary>What is done, without the page that is worked on.</summary>
    public FileAmount Done { get; init; } = FileAmount.None;

    /// <summary>What is done of the page that is worked on, as far as it was noted.</summary>
    public FileAmount DoneOfPage { get; init; } = FileAmount.None;

    /// <summary>What was looked at and not done; each is listed.</summary>
    public FileAmount Left { get; init; } = FileAmount.None;

    /// <summary>Where the last page ended.</summary>
    public DriveKey? DoneTo { get; init; }

    /// <summary>From 0.</summary>
    public int PageNumber { get; init; }

    public OperationPage? Page { get; init; }

    public PartwiseCopy? Partwise { get; init; }

    public UserId? CancelledBy { get; init; }

    /// <summary>Why it was stopped.</summary>
    public OperationProblem? Problem { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    public bool IsRunning => Status is FileOperationStatus.Running;

    /// <summary>The page is done but for what is left of it.</summary>
    /// <param name="left">Of the page.</param>
    public FileOperation EndPage(FileAmount left) => this with
    {
        Done = Done + Page!.Amount - left,
        DoneOfPage = FileAmount.None,
        Left = Left + left,
        DoneTo = Page.Until,
        PageNumber = PageNumber + 1,
        Page = null,
        Partwise = null,
    };

    public FileOperation End(FileOperationStatus status, OperationProblem? problem, DateTimeOffset now) => this with
    {
        Status = status,
        Problem = problem,
        EndedAt = now,
        Done = Done + DoneOfPage,
        DoneOfPage = FileAmount.None,
    };
}

/// <param name="Code">As of a problem.</param>
/// <param name="Detail">A sentence that says why, and what to change where something can be.</param>
public sealed record OperationProblem(string Code, string Detail);

/// <summary>A file that an operation left as it was, or under both names.</summary>
/// <param name="Reason">The code of a problem: <c>exists</c>, <c>changed</c>, <c>aws-access-denied</c>…</param>
/// <param name="Detail">The same in a sentence.</param>
/// <param name="IsUnderBoth">Whether its copy is there too.</param>
public sealed record LeftFile(DriveKey From, DriveKey? To, long Size, string Reason, string Detail, bool IsUnderBoth);

/// <summary>Operations, as rows.</summary>
public interface IFileOperations
{
    /// <summary>Adds it, unless it is there already.</summary>
    Task AddAsync(FileOperation operation, CancellationToken cancellation);

    Task<Versioned<FileOperation>?> FindAsync(
        OrganizationId organization,
        DriveId drive,
        OperationId id,
        CancellationToken cancellation);

    /// <returns>What is stored now; null where it isn't what was read any more.</returns>
    Task<Versioned<FileOperation>?> SaveAsync(Versioned<FileOperation> operation, CancellationToken cancellation);

    /// <summary>The drive's operations in the order of their beginning.</summary>
    /// <param name="running">Only those that haven't ended.</param>
    Task<Page<FileOperation>> ListAsync(
        OrganizationId organization,
        DriveId drive,
        bool running,
        int limit,
        string? cursor,
        CancellationToken cancellation);

    /// <summary>Deletes it and what it lists as left; one that isn't there is fine.</summary>
    Task DeleteAsync(FileOperation operation, CancellationToken cancellation);

    /// <summary>Notes what is left of a page; the same file is noted once.</summary>
    Task AddLeftAsync(FileOperation operation, IReadOnlyCollection<LeftFile> left, CancellationToken cancellation);

    /// <summary>What is noted as left of the page that is worked on.</summary>
    Task<IReadOnlyList<LeftFile>> LeftOfPageAsync(FileOperation operation, CancellationToken cancellation);

    /// <summary>What is left, page by page of the operation.</summary>
    Task<Page<LeftFile>> LeftAsync(FileOperation operation, int limit, string? cursor, CancellationToken cancellation);
}

/// <summary>Changes operations that others may change at the same time.</summary>
internal static class FileOperationChanges
{
    /// <summary>Makes the change to what is stored by then; nothing is changed of one that has ended.</summary>
    /// <returns>What is stored now; null where there is no such operation any more.</returns>
    public static async Task<Versioned<FileOperation>?> ChangeAsync(
        this IFileOperations operations,
        Versioned<FileOperation> read,
        Func<FileOperation, FileOperation> change,
        CancellationToken cancellation)
    {
        for (Versioned<FileOperation>? now = read; now is not null;)
        {
            if (!now.Value.IsRunning)
                return now;
            if (await operations.SaveAsync(now.With(change(now.Value)), cancellation) is { } saved)
                return saved;
            now = await operations.FindAsync(read.Value.Organization, read.Value.Drive, read.Value.Id, cancellation);
        }

        return null;
    }
}
