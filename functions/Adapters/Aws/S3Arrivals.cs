using System.Runtime.CompilerServices;
using ServerlessDrives.Access;
using ServerlessDrives.Drives;
using ServerlessDrives.Integrations;

namespace ServerlessDrives.Adapters.Aws;

/// <summary>What has come to folders, by listing them.</summary>
internal sealed class S3Arrivals(DriveClients clients) : IArrivals
{
    public async IAsyncEnumerable<ArrivedFile> ListAsync(Drive drive, FilePath? folder, DateTimeOffset since, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var lease = clients.Lease(drive);
        string? token = null;
        do
        {
            var page = await lease.S3.ListObjectsV2Async(
                new() { BucketName = drive.Bucket.Value, Prefix = PrefixOf(drive, folder), ContinuationToken = token, ExpectedBucketOwner = drive.BucketOwner?.Value }, cancellation);
            foreach (var found in page.S3Objects ?? [])
            {
                var changed = new DateTimeOffset(found.LastModified.GetValueOrDefault().ToUniversalTime());
                if (changed >= since && drive.Path.TryFileOf(found.Key, out var path) && !path.Value.StartsWith(".serverless-drives/", StringComparison.Ordinal))
                    yield return new(path, found.ETag, found.Size.GetValueOrDefault(), changed);
            }

            token = page.IsTruncated == true ? page.NextContinuationToken : null;
        }
        while (token is not null);
    }

    public async Task<DateTimeOffset?> OldestUploadAsync(Drive drive, FilePath? folder, CancellationToken cancellation)
    {
        using var lease = clients.Lease(drive);
        DateTimeOffset? oldest = null;
        string? key = null, upload = null;
        do
        {
            var page = await lease.S3.ListMultipartUploadsAsync(
                new Amazon.S3.Model.ListMultipartUploadsRequest { BucketName = drive.Bucket.Value, Prefix = PrefixOf(drive, folder), KeyMarker = key, UploadIdMarker = upload, ExpectedBucketOwner = drive.BucketOwner?.Value }, cancellation);
            foreach (var open in page.MultipartUploads ?? [])
            {
                var began = new DateTimeOffset(open.Initiated.GetValueOrDefault().ToUniversalTime());
                oldest = began < (oldest ?? DateTimeOffset.MaxValue) ? began : oldest;
            }

            (key, upload) = page.IsTruncated == true ? (page.NextKeyMarker, page.NextUploadIdMarker) : (null, null);
        }
        while (key is not null);
        return oldest;
    }

    private static string PrefixOf(Drive drive, FilePath? folder) => drive.Path.Prefix + (folder is null ? "" : folder.Value + "/");
}
