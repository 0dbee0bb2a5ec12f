using System.Text.Json.Serialization;
using ServerlessDrives.Access;
using ServerlessDrives.Drives;
using ServerlessDrives.Files.References;
using ServerlessDrives.Files.Versions;

namespace ServerlessDrives.Files;

/// <summary>The files of a drive. What AWS refuses comes back as a refusal with its explanation.</summary>
public interface IDriveFiles
{
    /// <summary>One page of a folder.</summary>
    /// <param name="folder">Null for the drive's own.</param>
    /// <param name="recursive">Everything below, without folders.</param>
    Task<Result<Page<FileEntry>, Refusal>> ListAsync(
        Drive drive,
        FilePath? folder,
        bool recursive,
        int limit,
        string? cursor,
        CancellationToken cancellation);

    /// <summary>Opens the file's content; whoever gets it disposes it.</summary>
    Task<Result<FileContent, Refusal>> OpenAsync(Drive drive, FilePath path, ReadConditions conditions, CancellationToken cancellation);

    /// <summary>The same without content.</summary>
    Task<Result<FileContent, Refusal>> LookAsync(Drive drive, FilePath path, ReadConditions conditions, CancellationToken cancellation);

    /// <summary>Writes the file from a stream of any length; it is there whole or not at all.</summary>
    Task<Result<StoredFile, Refusal>> WriteAsync(Drive drive, FilePath path, FileToWrite file, CancellationToken cancellation);

    /// <summary>Deletes the file; one that isn't there is fine unless the condition says otherwise.</summary>
    Task<Result<Deleted, Refusal>> DeleteAsync(Drive drive, FilePath path, string? ifMatch, CancellationToken cancellation);

    /// <summary>A link that reads the file straight from S3.</summary>
    /// <param name="version">Null for whichever is the newest when the link is followed.</param>
    /// <param name="life">At most; a link ends with the session that signed it.</param>
    /// <param name="downloadName">What a browser saves it as.</param>
    Task<Result<PresignedLink, Refusal>> LinkAsync(
        Drive drive,
        FilePath path,
        VersionId? version,
        TimeSpan life,
        string downloadName,
        CancellationToken cancellation);

    /// <param name="life">How long the links work at most; a link ends with the session that signed it.</param>
    Task<Result<PresignedUpload, Refusal>> BeginUploadAsync(
        Drive drive,
        AnnouncedUpload upload,
        TimeSpan life,
        CancellationToken cancellation);

    /// <summary>Makes the file of its parts, if they are what was announced.</summary>
    /// <param name="size">Bytes that were announced.</param>
    /// <param name="parts">What the caller says that S3 answered; null for whatever has arrived.</param>
    Task<Result<StoredFile, Refusal>> CompleteUploadAsync(
        Drive drive,
        OpenUpload upload,
        long size,
        IReadOnlyList<UploadedPart>? parts,
        CancellationToken cancellation);

    /// <summary>Aborts the upload; one that has ended is fine.</summary>
    Task<Result<Deleted, Refusal>> AbortUploadAsync(Drive drive, OpenUpload upload, CancellationToken cancellation);
}

/// <param name="Type"><c>file</c> or <c>folder</c>.</param>
/// <param name="Path">Below the drive's path; a folder's without a slash at its end.</param>
/// <param name="Addressable">False for keys that other programs made and that name no path here (empty or dotted parts): seen, but not
/// reachable.</param>
public sealed record FileEntry(
    string Type,
    string Path,
    long? Size,
    DateTimeOffset? LastModified,
    [property: JsonPropertyName("etag")] string? ETag,
    bool Addressable = true)
{
    /// <summary>
    /// The path with a code in place of each character that can't be seen; left out where there is none. Show this, and ask for <see
    /// cref="Path"/>.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ShownAs => VisibleText.Reveal(Path) is var shown && shown != Path ? shown : null;
}

/// <summary>What a reader asks for, as HTTP says it.</summary>
/// <param name="Range">The <c>Range</c> header, such as <c>bytes=0-99</c>.</param>
/// <param name="IfRange">Of which state the range is wanted; of another, all is.</param>
public sealed record ReadConditions(
    string? Range,
    string? IfMatch,
    string? IfNoneMatch,
    DateTimeOffset? IfModifiedSince,
    DateTimeOffset? IfUnmodifiedSince,
    string? IfRange = null)
{
    public static readonly ReadConditions None = new(null, null, null, null, null);
}

/// <summary>How much of a file an answer has.</summary>
public enum FileState
{
    Whole,

    /// <summary>The range that was asked for.</summary>
    Part,

    /// <summary>Nothing: the reader has it already.</summary>
    Unchanged,
}

/// <summary>A file that was opened: its state, and its bytes where they were asked for.</summary>
public sealed class FileContent(Stream? body, IDisposable? owner) : IAsyncDisposable
{
    /// <summary>Null when only the state was asked for, or the reader has it already.</summary>
    public Stream? Body => body;

    public required FileState State { get; init; }

    public long? Length { get; init; }
    public string? ContentRange { get; init; }
    public string? ETag { get; init; }
    public string? VersionId { get; init; }
    public DateTimeOffset? LastModified { get; init; }
    public string? ContentType { get; init; }

    /// <summary>Such as <c>gzip</c>, where the file was stored so.</summary>
    public string? ContentEncoding { get; init; }

    public async ValueTask DisposeAsync()
    {
        if (body is not null)
            await body.DisposeAsync();
        owner?.Dispose();
    }
}

/// <param name="Length">Bytes, where it is known ahead.</param>
/// <param name="IfNoneMatch"><c>*</c>: only if there is none yet.</param>
/// <param name="IfMatch">Only over this ETag; <c>*</c>: only if there is one.</param>
/// <param name="Digests">What the content must turn out to be.</param>
public sealed record FileToWrite(
    Stream Content,
    long? Length,
    ContentKind Kind,
    string? IfNoneMatch,
    string? IfMatch,
    ContentDigests Digests);

/// <param name="Created">False when it replaced another.</param>
public sealed record StoredFile(string ETag, string? VersionId, long Size, bool Created);

public sealed record Deleted;

/// <param name="Ends">When the link stops working.</param>
public sealed record PresignedLink(Uri Url, DateTimeOffset Ends);

/// <param name="Size">Bytes.</param>
/// <param name="KeptFor">After how long without new links it is aborted.</param>
/// <param name="MostLinks">For the first parts.</param>
public sealed record AnnouncedUpload(FilePath Path, long Size, ContentKind Kind, TimeSpan KeptFor, int MostLinks);

/// <param name="PartSize">Bytes of every part but the last.</param>
/// <param name="Parts">A link for each, in order, as many as were asked for.</param>
/// <param name="Ends">When the links stop working.</param>
public sealed record PresignedUpload(OpenUpload Upload, long PartSize, IReadOnlyList<Uri> Parts, DateTimeOffset Ends);

/// <param name="ETag">As S3 answered it to the PUT of the part.</param>
public sealed record UploadedPart(int Number, [property: JsonPropertyName("etag")] string ETag);
