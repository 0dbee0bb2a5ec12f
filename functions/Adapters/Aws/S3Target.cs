using ServerlessDrives.Access;
using ServerlessDrives.Adapters.Aws.Sessions;
using ServerlessDrives.Drives;
using ServerlessDrives.Files.Versions;
using ServerlessDrives.Verification.Reports;

namespace ServerlessDrives.Adapters.Aws;

/// <summary>One key of a drive's bucket, and the clients to reach it.</summary>
/// <param name="Version">Of the key; null for whichever is the newest.</param>
internal sealed record S3Target(DriveClientLease Lease, Drive Drive, FilePath Path, VersionId? Version = null)
{
    public S3Bucket Bucket { get; } = S3Bucket.Of(Drive);

    public string Key { get; } = Drive.Path.KeyOf(Path);

    /// <summary>What reading it needs.</summary>
    public KnownCheck Reading => Version is null ? KnownCheck.ObjectReadable : KnownCheck.VersionReadable;
}
