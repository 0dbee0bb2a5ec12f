using System.Security.Cryptography;
using System.Text;
using ServerlessDrives.Access;
using ServerlessDrives.Drives;

namespace ServerlessDrives.Integrations.Upstreams;

/// <summary>A version of a file as S3 shows it.</summary>
/// <param name="VersionId">Null where the bucket keeps no versions, or the way it was found doesn't say.</param>
public sealed record ArrivedFile(FilePath Path, string ETag, long Size, DateTimeOffset LastModified, string? VersionId = null)
{
    /// <summary>Whether it is what the file is now, and not an older version of it.</summary>
    public bool IsPresent { get; init; } = true;

    /// <summary>
    /// The same for the same content at the same place and time, however it was heard of, and another for any other. Without the version's
    /// id, which a plain listing lacks: what it tells of must be known again when a notification comes.
    /// </summary>
    public string Key =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Path}\n{ETag}\n{LastModified.UtcTicks}")).AsSpan(0, 16));
}

/// <summary>S3 doesn't let a folder be looked at; the message says what it means and what to change in AWS.</summary>
public sealed class FolderUnreadableException(string message) : Exception(message);

/// <param name="Next">The key behind which it goes on; null at the end.</param>
public sealed record PresentFiles(IReadOnlyList<ArrivedFile> Files, string? Next);

/// <summary>What has come to a folder of a drive.</summary>
/// <remarks>Its listings throw a <see cref="FolderUnreadableException"/> where S3 refuses them, or can't be reached in a few
/// tries.</remarks>
public interface IArrivals
{
    /// <summary>
    /// Files below the folder that changed at or after the moment, page by page. Every version of them where the bucket keeps versions and
    /// the drive may list them (<c>s3:ListBucketVersions</c>, which isn't among what a drive needs); otherwise what each file is now. Of
    /// one file the newest comes first.
    /// </summary>
    IAsyncEnumerable<ArrivedFile> ListAsync(Drive drive, FilePath? folder, DateTimeOffset since, CancellationToken cancellation);

    /// <summary>Some hundred files as they are now, in the order of their keys.</summary>
    /// <param name="after">Behind which of S3's keys; null for the first.</param>
    Task<PresentFiles> PresentAsync(Drive drive, FilePath? folder, string? after, CancellationToken cancellation);

    /// <summary>One version of one file; null when it isn't there, or not for this drive to see.</summary>
    /// <param name="versionId">Null for the file as it is now.</param>
    Task<ArrivedFile?> FindAsync(Drive drive, FilePath path, string? versionId, CancellationToken cancellation);

    /// <summary>
    /// When the oldest upload below the folder that is still under way began; null when none is. S3 dates a file of several parts
    /// to the beginning of its upload, so a look must reach back that far once it is there.
    /// </summary>
    Task<DateTimeOffset?> OldestUploadAsync(Drive drive, FilePath? folder, CancellationToken cancellation);
}
