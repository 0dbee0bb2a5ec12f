using ServerlessDrives.Adapters.Aws.Sessions;
using ServerlessDrives.Adapters.Aws.Writing;
using ServerlessDrives.Drives;
using ServerlessDrives.Health;

namespace ServerlessDrives.Adapters.Aws.Probing;

/// <summary>
/// Removes what probes that were killed left in a bucket: objects and uploads in our own folder below the drive's path, where nothing but
/// probes is ever written. What the drive's permissions don't let us list or delete stays for the next time.
/// </summary>
internal sealed class S3ProbeLeftovers(DriveClients clients) : IProbeLeftovers
{
    public const string Folder = ".serverless-drives/";

    /// <summary>As many as one listing has; the rest is for the next time.</summary>
    private const int AtATime = 1000;

    private static readonly string[] Ours = ["health-", "verification-"];

    public async Task RemoveAsync(Drive drive, DateTimeOffset before, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(drive);
        using var lease = clients.Lease(drive);
        var (bucket, folder) = (S3Bucket.Of(drive), drive.Path.Prefix + Folder);
        var objects = await lease.AskAsync(
            (s3, token) => s3.ListObjectsV2Async(bucket.List(folder, delimiter: null, AtATime), token), S3Outcomes.TimeLimit, cancellation);
        foreach (var found in objects.TryGet(out var listed, out _) ? listed.S3Objects ?? [] : [])
        {
            if (IsOurs(found.Key, folder) && IsBefore(found.LastModified, before))
                await lease.AskAsync(
                    (s3, token) => s3.DeleteObjectAsync(bucket.Delete(found.Key), token),
                    S3Outcomes.TimeLimit,
                    cancellation);
        }

        var uploads = await lease.AskAsync(
            (s3, token) => s3.ListMultipartUploadsAsync(bucket.Uploads(folder), token), S3Outcomes.TimeLimit, cancellation);
        foreach (var found in uploads.TryGet(out var pending, out _) ? pending.MultipartUploads ?? [] : [])
        {
            if (!IsOurs(found.Key, folder) || !IsBefore(found.Initiated, before))
                continue;
            await lease.AskAsync(
                (s3, token) => s3.AbortMultipartUploadAsync(bucket.Abort(found.Key, found.UploadId), token),
                S3Outcomes.TimeLimit,
                cancellation);
        }
    }

    private static bool IsOurs(string key, string folder) =>
        Ours.Any(name => key.AsSpan(folder.Length).StartsWith(name, StringComparison.Ordinal));

    private static bool IsBefore(DateTime? moment, DateTimeOffset before) =>
        moment is { } at && new DateTimeOffset(at.ToUniversalTime()) < before;
}
