using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Runtime.CompilerServices;
using Amazon.S3;
using Amazon.S3.Model;
using Microsoft.Extensions.Options;
using ServerlessDrives.Access;
using ServerlessDrives.Adapters.Aws.Sessions;
using ServerlessDrives.Drives;
using ServerlessDrives.Integrations.Upstreams;
using ServerlessDrives.Verification.Reports;

namespace ServerlessDrives.Adapters.Aws.Listing;

/// <summary>What has come to folders, by listing them.</summary>
internal sealed class S3Arrivals(DriveClients clients, IOptions<AwsOptions> options, TimeProvider clock) : IArrivals
{
    /// <summary>How long a drive that may not list versions isn't asked to again.</summary>
    private static readonly TimeSpan Refused = TimeSpan.FromHours(1);

    private const int MostRefused = 10_000;

    /// <summary>Files of one page of what is there.</summary>
    private const int PresentAtATime = 200;

    private readonly ConcurrentDictionary<DriveId, DateTimeOffset> _refused = new();

    /// <summary>For a page, its tries together.</summary>
    private TimeSpan TimeLimit => options.Value.CallTimeout * 3;

    public async IAsyncEnumerable<ArrivedFile> ListAsync(
        Drive drive,
        FilePath? folder,
        DateTimeOffset since,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var lease = clients.Lease(drive);
        var page = await FirstVersionsAsync(lease, drive, folder, cancellation);
        if (page is null)
        {
            await foreach (var file in ListPresentAsync(lease, drive, folder, since, cancellation))
                yield return file;
            yield break;
        }

        while (true)
        {
            foreach (var found in page.Versions ?? [])
            {
                if (found.IsDeleteMarker != true && IsArrival(drive, found, since, out var path, out var changed))
                    yield return new(path, found.ETag, found.Size.GetValueOrDefault(), changed, S3DriveFiles.VersionOf(found.VersionId))
                    {
                        IsPresent = found.IsLatest == true,
                    };
            }

            if (page.IsTruncated != true)
                yield break;
            var (key, version) = (page.NextKeyMarker, page.NextVersionIdMarker);
            page = await AskAsync(
                lease,
                drive,
                KnownCheck.ObjectsListable,
                (s3, token) => s3.ListVersionsAsync(VersionsOf(drive, folder, key, version), token),
                cancellation);
        }
    }

    public async Task<PresentFiles> PresentAsync(Drive drive, FilePath? folder, string? after, CancellationToken cancellation)
    {
        using var lease = clients.Lease(drive);
        var page = await AskAsync(
            lease,
            drive,
            KnownCheck.ObjectsListable,
            (s3, token) =>
                s3.ListObjectsV2Async(
                    S3Bucket.Of(drive).List(PrefixOf(drive, folder), delimiter: null, PresentAtATime, after: after),
                    token),
            cancellation);
        var files = new List<ArrivedFile>();
        foreach (var found in page.S3Objects ?? [])
        {
            if (IsArrival(drive, found, DateTimeOffset.MinValue, out var path, out var changed))
                files.Add(new(path, found.ETag, found.Size.GetValueOrDefault(), changed));
        }

        return new(files, page.IsTruncated == true ? page.S3Objects![^1].Key : null);
    }

    public async Task<ArrivedFile?> FindAsync(Drive drive, FilePath path, string? versionId, CancellationToken cancellation)
    {
        using var lease = clients.Lease(drive);
        try
        {
            var found = await lease.S3.GetObjectMetadataAsync(S3Bucket.Of(drive).Head(drive.Path.KeyOf(path), versionId), cancellation);
            return new(
                path,
                found.ETag,
                found.ContentLength,
                new(found.LastModified.GetValueOrDefault().ToUniversalTime()),
                S3DriveFiles.VersionOf(found.VersionId));
        }
        catch (AmazonS3Exception gone)
            when (gone.StatusCode
                    is HttpStatusCode.NotFound
                        or HttpStatusCode.Forbidden
                        or HttpStatusCode.MethodNotAllowed
                        or HttpStatusCode.BadRequest)
        {
            return null;
        }
    }

    private async IAsyncEnumerable<ArrivedFile> ListPresentAsync(
        DriveClientLease lease,
        Drive drive,
        FilePath? folder,
        DateTimeOffset since,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        string? token = null;
        do
        {
            var from = token;
            var page = await AskAsync(
                lease,
                drive,
                KnownCheck.ObjectsListable,
                (s3, patience) =>
                    s3.ListObjectsV2Async(
                        S3Bucket.Of(drive).List(PrefixOf(drive, folder), delimiter: null, S3Bucket.LargestPage, from),
                        patience),
                cancellation);
            foreach (var found in page.S3Objects ?? [])
            {
                if (IsArrival(drive, found, since, out var path, out var changed))
                    yield return new(path, found.ETag, found.Size.GetValueOrDefault(), changed);
            }

            token = page.IsTruncated == true ? page.NextContinuationToken : null;
        }
        while (token is not null);
    }

    /// <returns>Null when this drive may not list versions, or its server has none.</returns>
    private async Task<ListVersionsResponse?> FirstVersionsAsync(
        DriveClientLease lease,
        Drive drive,
        FilePath? folder,
        CancellationToken cancellation)
    {
        if (_refused.TryGetValue(drive.Id, out var until) && clock.GetUtcNow() < until)
            return null;
        var answer = await lease.AskAsync(
            (s3, token) => s3.ListVersionsAsync(VersionsOf(drive, folder, null, null), token),
            TimeLimit,
            cancellation);
        if (answer.Error is not Fault.Refused { Status: 403 or 405 or 501 })
            return ValueOf(answer, drive, KnownCheck.ObjectsListable);
        if (_refused.Count >= MostRefused)
            _refused.Clear();
        _refused[drive.Id] = clock.GetUtcNow() + Refused;
        return null;
    }

    private static ListVersionsRequest VersionsOf(Drive drive, FilePath? folder, string? key, string? version) =>
        S3Bucket.Of(drive).Versions(PrefixOf(drive, folder), key, version);

    private static bool IsArrival(
        Drive drive,
        S3Object found,
        DateTimeOffset since,
        [NotNullWhen(true)] out FilePath? path,
        out DateTimeOffset changed)
    {
        path = null;
        changed = new(found.LastModified.GetValueOrDefault().ToUniversalTime());
        return changed >= since
            && drive.Path.TryFileOf(found.Key, out path)
            && !path.Value.StartsWith(".serverless-drives/", StringComparison.Ordinal);
    }

    public async Task<DateTimeOffset?> OldestUploadAsync(Drive drive, FilePath? folder, CancellationToken cancellation)
    {
        using var lease = clients.Lease(drive);
        DateTimeOffset? oldest = null;
        string? key = null, upload = null;
        do
        {
            var (fromKey, fromUpload) = (key, upload);
            var page = await AskAsync(
                lease,
                drive,
                KnownCheck.UploadsListable,
                (s3, token) =>
                    s3.ListMultipartUploadsAsync(S3Bucket.Of(drive).Uploads(PrefixOf(drive, folder), fromKey, fromUpload), token),
                cancellation);
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

    /// <param name="call">Makes a new request each time.</param>
    private async Task<T> AskAsync<T>(
        DriveClientLease lease,
        Drive drive,
        KnownCheck tried,
        Func<IAmazonS3, CancellationToken, Task<T>> call,
        CancellationToken cancellation)
        where T : notnull => ValueOf(await lease.AskAsync(call, TimeLimit, cancellation), drive, tried);

    private static T ValueOf<T>(Result<T, Fault> answer, Drive drive, KnownCheck tried)
        where T : notnull =>
        answer.TryGet(out var value, out var fault) ? value : throw new FolderUnreadableException(S3Refusals.Explain(drive, tried, fault));

    private static string PrefixOf(Drive drive, FilePath? folder) => drive.Path.Prefix + (folder is null ? "" : folder.Value + "/");
}
