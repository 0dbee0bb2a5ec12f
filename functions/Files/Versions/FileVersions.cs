using System.Text.Json.Serialization;
using ServerlessDrives.Access;
using ServerlessDrives.Drives;

namespace ServerlessDrives.Files.Versions;

/// <summary>
/// S3's name of one version of a file: 1 to 1,024 letters, digits and <c>-._~</c>. <c>null</c> names what was stored while the bucket kept
/// no versions.
/// </summary>
[JsonConverter(typeof(ParsedJsonConverter<VersionId>))]
public sealed record VersionId : IParsed<VersionId>
{
    private const int MaxLength = 1024;

    private VersionId(string value) => Value = value;

    public string Value { get; }

    public static Result<VersionId, ParseError> Parse(string? text) =>
        text is { Length: > 0 and <= MaxLength } && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' or '~')
            ? new VersionId(text)
            : new ParseError("S3's version of the file was expected, as GET …/versions lists it.");

    public override string ToString() => Value;
}

/// <summary>The versions of a drive's files, where the bucket keeps them. What AWS refuses comes back with its explanation.</summary>
public interface IFileVersions
{
    /// <summary>One page of a file's versions, the newest first; those of a file that is deleted too.</summary>
    Task<Result<FileVersionsView, Refusal>> ListAsync(
        Drive drive,
        FilePath path,
        int limit,
        string? cursor,
        CancellationToken cancellation
    );

    /// <summary>One page of a folder as <see cref="IDriveFiles.ListAsync"/> lists it, with its deleted files between the others.</summary>
    /// <param name="folder">Null for the drive's own.</param>
    Task<Result<FilesWithDeletedView, Refusal>> ListWithDeletedAsync(
        Drive drive,
        FilePath? folder,
        int limit,
        string? cursor,
        CancellationToken cancellation);

    /// <summary>Opens one version's content; whoever gets it disposes it.</summary>
    Task<Result<FileContent, Refusal>> OpenAsync(
        Drive drive,
        FilePath path,
        VersionId version,
        ReadConditions conditions,
        CancellationToken cancellation);

    /// <summary>The same without content.</summary>
    Task<Result<FileContent, Refusal>> LookAsync(
        Drive drive,
        FilePath path,
        VersionId version,
        ReadConditions conditions,
        CancellationToken cancellation);

    /// <summary>Copies the version within S3 over the file, as its newest version: nothing is lost by it.</summary>
    Task<Result<RestoredFile, Refusal>> RestoreAsync(Drive drive, FilePath path, VersionId version, CancellationToken cancellation);

    /// <summary>Brings a deleted file back as it was.</summary>
    Task<Result<RestoredFile, Refusal>> UndeleteAsync(Drive drive, FilePath path, CancellationToken cancellation);
}

/// <param name="From">The version that it is again.</param>
/// <param name="IsCopy">Whether it is a new version; otherwise it is the one that it was before.</param>
public sealed record RestoredFile(StoredFile File, VersionId From, bool IsCopy);

/// <summary>One version of a file.</summary>
/// <param name="VersionId">S3's, to be used in a URL; <c>null</c> for what was stored while the bucket kept no versions.</param>
/// <param name="Current">Whether it is what a reader of the file gets now.</param>
/// <param name="Deleted">Whether it only says that the file was deleted then: a delete marker, without content.</param>
/// <param name="Size">Bytes; null of a delete marker, as is the ETag.</param>
/// <param name="StoredAt">When it was stored, or the file deleted.</param>
public sealed record FileVersionView(
    VersionId VersionId,
    bool Current,
    bool Deleted,
    long? Size,
    DateTimeOffset? StoredAt,
    [property: JsonPropertyName("etag")] string? ETag);

/// <summary>A page of a file's versions.</summary>
/// <param name="Versioned">False where the bucket keeps no versions and never did, so that what is written over or deleted is
/// gone; null where that can't be told.</param>
public sealed record FileVersionsView(IReadOnlyList<FileVersionView> Items, string? NextCursor, bool? Versioned);

/// <summary>A file or folder, or a file that was deleted.</summary>
/// <param name="Type"><c>file</c> or <c>folder</c>.</param>
/// <param name="Path">As of a folder's list.</param>
/// <param name="Size">Bytes; of a deleted file those of its last version, where that is known.</param>
/// <param name="LastModified">When it was stored; of a deleted file when it was deleted.</param>
/// <param name="Deleted">Whether it is deleted, and can be brought back.</param>
public sealed record FileOrDeletedView(
    string Type,
    string Path,
    long? Size,
    DateTimeOffset? LastModified,
    [property: JsonPropertyName("etag")] string? ETag,
    bool Addressable,
    bool Deleted)
{
    /// <inheritdoc cref="FileEntry.ShownAs"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ShownAs => VisibleText.Reveal(Path) is var shown && shown != Path ? shown : null;
}

/// <summary>A page of a folder with what was deleted in it. It may be empty and have a next one.</summary>
/// <param name="Versioned">False where the bucket keeps no versions and never did; null where nothing in it tells.</param>
public sealed record FilesWithDeletedView(IReadOnlyList<FileOrDeletedView> Items, string? NextCursor, bool? Versioned);
