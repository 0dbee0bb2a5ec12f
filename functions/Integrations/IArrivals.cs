using System.Security.Cryptography;
using System.Text;
using ServerlessDrives.Access;
using ServerlessDrives.Drives;

namespace ServerlessDrives.Integrations;

/// <summary>A file as a listing shows it.</summary>
public sealed record ArrivedFile(FilePath Path, string ETag, long Size, DateTimeOffset LastModified)
{
    /// <summary>The same for the same content at the same place and time, and another for any other.</summary>
    public string Key => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Path}\n{ETag}\n{LastModified.UtcTicks}")).AsSpan(0, 16));
}

/// <summary>What has come to a folder of a drive.</summary>
public interface IArrivals
{
    /// <summary>Files below the folder that changed at or after the moment, page by page.</summary>
    IAsyncEnumerable<ArrivedFile> ListAsync(Drive drive, FilePath? folder, DateTimeOffset since, CancellationToken cancellation);

    /// <summary>
    /// When the oldest upload below the folder that is still under way began; null when none is. S3 dates a file of several parts
    /// to the beginning of its upload, so a look must reach back that far once it is there.
    /// </summary>
    Task<DateTimeOffset?> OldestUploadAsync(Drive drive, FilePath? folder, CancellationToken cancellation);
}
