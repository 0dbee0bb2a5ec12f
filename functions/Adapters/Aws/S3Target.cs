using ServerlessDrives.Access;
using ServerlessDrives.Drives;

namespace ServerlessDrives.Adapters.Aws;

/// <summary>One key of a drive's bucket, and the clients to reach it.</summary>
internal sealed record S3Target(DriveClientLease Lease, Drive Drive, FilePath Path)
{
    public S3Bucket Bucket { get; } = S3Bucket.Of(Drive);

    public string Key { get; } = Drive.Path.KeyOf(Path);
}
