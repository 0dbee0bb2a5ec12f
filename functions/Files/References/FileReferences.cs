using ServerlessDrives.Access;
using ServerlessDrives.Drives;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Files.References;

/// <summary>A stable id for one file on a drive. It dies with the drive, for good.</summary>
/// <param name="ETag">The file's when the reference was made.</param>
public sealed record FileReference(
    FileId Id,
    OrganizationId Organization,
    DriveId Drive,
    FilePath Path,
    Audience Audience,
    string? ETag,
    string? VersionId,
    UserId CreatedBy,
    DateTimeOffset CreatedAt)
{
    /// <summary>The same reference to the file at its new place; it is unchanged there if it was before.</summary>
    public FileReference Follow(MovedFile moved)
    {
        ArgumentNullException.ThrowIfNull(moved);
        return this with { Path = moved.To, ETag = ETag == moved.FormerETag ? moved.ETag : ETag, VersionId = null };
    }
}

/// <summary>Where a file is now, and what S3 calls its state there.</summary>
/// <param name="FormerETag">Of the file where it was.</param>
public sealed record MovedFile(FilePath To, string FormerETag, string? ETag);

/// <summary>An upload that a caller makes straight to S3.</summary>
/// <param name="Size">Bytes, as announced.</param>
/// <param name="Outcome">The file that it became; null until then.</param>
public sealed record PendingUpload(
    UploadId Id,
    OrganizationId Organization,
    DriveId Drive,
    FilePath Path,
    string S3UploadId,
    long Size,
    UserId CreatedBy,
    DateTimeOffset ExpiresAt,
    StoredFile? Outcome = null)
{
    /// <summary>
    /// For how long it is kept after links for it were last made; null of those that were begun before that could be
    /// said.
    /// </summary>
    public TimeSpan? KeptFor { get; init; }

    public TimeSpan KeptAtLeast => KeptFor ?? TimeSpan.FromHours(1);

    public OpenUpload Open => new(Organization, Drive, Path, S3UploadId, ExpiresAt);
}

/// <summary>A multipart upload that is open at S3, whoever sends its parts.</summary>
/// <param name="S3UploadId">S3's name for it; stays with us.</param>
/// <param name="ExpiresAt">When nobody can be at work on it any more.</param>
public sealed record OpenUpload(OrganizationId Organization, DriveId Drive, FilePath Path, string S3UploadId, DateTimeOffset ExpiresAt)
{
    /// <summary>
    /// When it was about to begin, where S3's name for it isn't known yet and <see cref="S3UploadId"/> is one of ours; null once it is.
    /// </summary>
    public DateTimeOffset? BeginningAt { get; init; }
}

/// <summary>References and uploads, as rows.</summary>
public interface IFileRecords
{
    Task AddAsync(FileReference reference, CancellationToken cancellation);

    Task<FileReference?> FindAsync(OrganizationId organization, FileId id, CancellationToken cancellation);

    /// <summary>Has the references to these files of a drive stand for where the files have been moved to; again is fine.</summary>
    Task FollowAsync(
        OrganizationId organization,
        DriveId drive,
        IReadOnlyDictionary<FilePath, MovedFile> moved,
        CancellationToken cancellation);

    /// <summary>Adds it, or replaces what is there under its id.</summary>
    Task AddAsync(PendingUpload upload, CancellationToken cancellation);

    Task<PendingUpload?> FindAsync(OrganizationId organization, UploadId id, CancellationToken cancellation);

    /// <summary>Removes it; one that isn't there is fine.</summary>
    Task RemoveAsync(PendingUpload upload, CancellationToken cancellation);

    /// <summary>Notes that the upload is open, or until when it is.</summary>
    Task NoteAsync(OpenUpload upload, CancellationToken cancellation);

    /// <summary>Strikes it out; one that isn't there is fine.</summary>
    Task StrikeAsync(OpenUpload upload, CancellationToken cancellation);

    /// <summary>The drive's open uploads.</summary>
    Task<IReadOnlyList<OpenUpload>> UploadsAsync(OrganizationId organization, DriveId drive, CancellationToken cancellation);

    /// <summary>Open uploads of all drives that expired before this moment; the first some hundreds.</summary>
    Task<IReadOnlyList<OpenUpload>> ExpiredUploadsAsync(DateTimeOffset before, CancellationToken cancellation);
}

/// <summary>Finds the file that a reference stands for.</summary>
public sealed class FileReferences(IFileRecords records, IDrives drives)
{
    private static readonly Refusal Removed = new(
        RefusalKind.Gone,
        "drive-removed",
        "The drive of this file was removed, and its references with it. Connecting the same bucket again doesn't bring them back.");

    /// <summary>The reference and its drive; 410 once the drive is gone, 404 to whom the drive's audience doesn't include.</summary>
    public async Task<Result<(FileReference Reference, Drive Drive), Refusal>> FindAsync(
        Person person,
        string? fileId,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(person);
        if (
            !FileId.TryParse(fileId, out var id)
            || await records.FindAsync(person.Organization, id, cancellation) is not { } reference
            || !person.MaySee(reference.Audience))
            return Refusal.NotFound("file");
        return
            await drives.FindAsync(person.Organization, reference.Drive, cancellation) is { Value: { State: DriveState.Connected } drive }
            ? (reference, drive)
            : Removed;
    }
}
