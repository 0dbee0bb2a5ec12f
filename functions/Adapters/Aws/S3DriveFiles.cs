using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using Microsoft.AspNetCore.Http;
using ServerlessDrives.Access;
using ServerlessDrives.Drives;
using ServerlessDrives.Files;
using ServerlessDrives.Verification;

namespace ServerlessDrives.Adapters.Aws;

/// <summary>The files of drives in S3: reading, listing, deleting, links. Writing is <see cref="S3Writer"/>'s.</summary>
internal sealed class S3DriveFiles(DriveClients clients, S3Writer writer, TimeProvider clock) : IDriveFiles
{
    public async Task<Result<Page<FileEntry>>> ListAsync(Drive drive, FilePath? folder, bool recursive, int limit, string? cursor, CancellationToken cancellation)
    {
        using var lease = clients.Lease(drive);
        var prefix = drive.Path.Prefix + (folder is null ? "" : folder.Value + "/");
        var listed = await AwsAnswers.AnswerAsync(
            () => lease.S3.ListObjectsV2Async(
                new()
                {
                    BucketName = drive.Bucket.Value,
                    Prefix = prefix,
                    Delimiter = recursive ? null : "/",
                    MaxKeys = limit,
                    ContinuationToken = cursor,
                    ExpectedBucketOwner = drive.BucketOwner?.Value,
                },
                cancellation),
            cancellation);
        if (!listed.TryGet(out var answer, out var fault))
        {
            return fault is Fault.Refused { Status: 400, Code: "InvalidArgument" } && cursor is not null
                ? Refusal.Invalid("cursor", "This cursor doesn't belong to this list; leave it out to begin anew.")
                : S3Refusals.Of(drive, KnownCheck.ObjectsListable, fault);
        }

        var folders = (answer.CommonPrefixes ?? []).Select(found => Entry(drive, "folder", found.TrimEnd('/'), null));
        // A key that is the folder itself is the marker that consoles make for an empty one.
        var files = (answer.S3Objects ?? []).Where(found => found.Key != prefix).Select(found => Entry(drive, "file", found.Key, found));
        return new Page<FileEntry>([.. folders.Concat(files).OrderBy(entry => entry.Path, StringComparer.Ordinal)], answer.IsTruncated == true ? answer.NextContinuationToken : null);
    }

    public async Task<Result<FileContent>> OpenAsync(Drive drive, FilePath path, ReadConditions conditions, CancellationToken cancellation)
    {
        var lease = clients.Lease(drive);
        try
        {
            var request = new GetObjectRequest
            {
                BucketName = drive.Bucket.Value,
                Key = drive.Path.KeyOf(path),
                ExpectedBucketOwner = drive.BucketOwner?.Value,
                EtagToMatch = conditions.IfMatch,
                EtagToNotMatch = conditions.IfNoneMatch,
                ModifiedSinceDate = conditions.IfModifiedSince?.UtcDateTime,
                UnmodifiedSinceDate = conditions.IfUnmodifiedSince?.UtcDateTime,
                ByteRange = RangeOf(conditions.Range),
                ChecksumMode = ChecksumMode.ENABLED,
            };
            if (!(await AwsAnswers.AnswerAsync(() => lease.S3.GetObjectAsync(request, cancellation), cancellation)).TryGet(out var answer, out var fault))
                return NotOpened(drive, conditions, fault);
            var content = new FileContent(answer.ResponseStream, new Both(answer, lease))
            {
                Status = answer.HttpStatusCode is HttpStatusCode.PartialContent ? StatusCodes.Status206PartialContent : StatusCodes.Status200OK,
                Length = answer.ContentLength,
                ContentRange = answer.HttpStatusCode is HttpStatusCode.PartialContent ? answer.ContentRange : null,
                ETag = answer.ETag,
                VersionId = VersionOf(answer.VersionId),
                LastModified = answer.LastModified,
                ContentType = answer.Headers.ContentType,
            };
            lease = null;
            return content;
        }
        finally
        {
            lease?.Dispose();
        }
    }

    public async Task<Result<FileContent>> LookAsync(Drive drive, FilePath path, ReadConditions conditions, CancellationToken cancellation)
    {
        using var lease = clients.Lease(drive);
        var request = new GetObjectMetadataRequest
        {
            BucketName = drive.Bucket.Value,
            Key = drive.Path.KeyOf(path),
            ExpectedBucketOwner = drive.BucketOwner?.Value,
            EtagToMatch = conditions.IfMatch,
            EtagToNotMatch = conditions.IfNoneMatch,
            ModifiedSinceDate = conditions.IfModifiedSince?.UtcDateTime,
            UnmodifiedSinceDate = conditions.IfUnmodifiedSince?.UtcDateTime,
        };
        if (!(await AwsAnswers.AnswerAsync(() => lease.S3.GetObjectMetadataAsync(request, cancellation), cancellation)).TryGet(out var answer, out var fault))
            return NotOpened(drive, conditions, fault);
        return new FileContent(null, null)
        {
            Status = StatusCodes.Status200OK,
            Length = answer.ContentLength,
            ETag = answer.ETag,
            VersionId = VersionOf(answer.VersionId),
            LastModified = answer.LastModified,
            ContentType = answer.Headers.ContentType,
        };
    }

    public Task<Result<StoredFile>> WriteAsync(Drive drive, FilePath path, FileToWrite file, CancellationToken cancellation) => writer.WriteAsync(drive, path, file, cancellation);

    public async Task<Result<Deleted>> DeleteAsync(Drive drive, FilePath path, string? ifMatch, CancellationToken cancellation)
    {
        using var lease = clients.Lease(drive);
        var request = new DeleteObjectRequest { BucketName = drive.Bucket.Value, Key = drive.Path.KeyOf(path), ExpectedBucketOwner = drive.BucketOwner?.Value, IfMatch = ifMatch };
        var deleted = await AwsAnswers.AnswerAsync(() => lease.S3.DeleteObjectAsync(request, cancellation), cancellation);
        return deleted.Fault is { } fault ? S3Refusals.Of(drive, KnownCheck.ObjectDeletable, fault) : new Deleted();
    }

    public async Task<Result<Uri>> LinkAsync(Drive drive, FilePath path, TimeSpan life, string? downloadName, CancellationToken cancellation)
    {
        using var lease = clients.Lease(drive);
        var request = new GetPreSignedUrlRequest
        {
            BucketName = drive.Bucket.Value,
            Key = drive.Path.KeyOf(path),
            Verb = HttpVerb.GET,
            Expires = clock.GetUtcNow().UtcDateTime + life,
            Protocol = ProtocolOf(lease.S3),
        };
        if (downloadName is not null)
            request.ResponseHeaderOverrides.ContentDisposition = new System.Net.Http.Headers.ContentDispositionHeaderValue("attachment") { FileNameStar = downloadName }.ToString();
        return new Uri(await lease.S3.GetPreSignedURLAsync(request));
    }

    public Task<Result<PresignedUpload>> BeginUploadAsync(Drive drive, FilePath path, long size, string? contentType, TimeSpan life, CancellationToken cancellation) =>
        writer.BeginPresignedAsync(drive, path, size, contentType, life, cancellation);

    public Task<Result<StoredFile>> CompleteUploadAsync(Drive drive, FilePath path, string s3UploadId, IReadOnlyList<UploadedPart> parts, CancellationToken cancellation) =>
        writer.CompletePresignedAsync(drive, path, s3UploadId, parts, cancellation);

    public Task<Result<Deleted>> AbortUploadAsync(Drive drive, FilePath path, string s3UploadId, CancellationToken cancellation) =>
        writer.AbortPresignedAsync(drive, path, s3UploadId, cancellation);

    internal static Protocol ProtocolOf(IAmazonS3 s3) => s3.Config.ServiceURL?.StartsWith("http:", StringComparison.OrdinalIgnoreCase) == true ? Protocol.HTTP : Protocol.HTTPS;

    internal static string? VersionOf(string? version) => string.IsNullOrEmpty(version) || version == "null" ? null : version;

    private static Result<FileContent> NotOpened(Drive drive, ReadConditions conditions, Fault fault) => fault is Fault.Refused { Status: 304 }
        ? new FileContent(null, null) { Status = StatusCodes.Status304NotModified, ETag = conditions.IfNoneMatch }
        : S3Refusals.Of(drive, KnownCheck.ObjectReadable, fault);

    private static FileEntry Entry(Drive drive, string type, string key, S3Object? found) => new(
        type, key[drive.Path.Prefix.Length..], found?.Size, found?.LastModified is { } at ? new DateTimeOffset(at.ToUniversalTime()) : null, found?.ETag, drive.Path.TryFileOf(key, out _));

    /// <summary>One range, as S3 takes it; several, or anything else, is left out, which HTTP allows.</summary>
    private static ByteRange? RangeOf(string? header) =>
        header is not null && header.StartsWith("bytes=", StringComparison.OrdinalIgnoreCase) && !header.Contains(',', StringComparison.Ordinal) ? new ByteRange(header) : null;

    private sealed class Both(IDisposable first, IDisposable second) : IDisposable
    {
        public void Dispose()
        {
            first.Dispose();
            second.Dispose();
        }
    }
}
