using ServerlessDrives.Access;
using ServerlessDrives.Drives;

namespace ServerlessDrives.Adapters.Aws;

/// <summary>One key of a drive's bucket, and the clients to reach it.</summary>
internal sealed record S3Target(DriveClientLease Lease, Drive Drive, FilePath Path)
{
    public string Bucket => Drive.Bucket.Value;

    public string Key { get; } = Drive.Path.KeyOf(Path);

    /// <summary>The owner that was verified; null where the server doesn't say.</summary>
    public string? Owner => Drive.BucketOwner?.Value;
}
