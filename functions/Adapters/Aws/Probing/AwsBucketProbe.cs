using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using ServerlessDrives.Access;
using ServerlessDrives.Access.Policies;
using ServerlessDrives.Adapters.Aws.Writing;
using ServerlessDrives.Files;
using ServerlessDrives.Verification;
using PendingUpload = ServerlessDrives.Verification.PendingUpload;

namespace ServerlessDrives.Adapters.Aws.Probing;

/// <summary>
/// A bucket's calls, one SDK call each, with the requests that files are read and written by (<see cref="S3Bucket"/>). Owns the clients.
/// </summary>
/// <param name="s3">Tries again by itself.</param>
/// <param name="once">Doesn't; what changes something is sent by it, as for files.</param>
internal sealed class AwsBucketProbe(IAmazonS3 s3, IAmazonS3 once, BucketAccess access) : IBucketProbe
{
    public Task<Result<IReadOnlyList<ListedObject>, Fault>> ListAsync(
        string prefix,
        bool recursive,
        AccountId? owner,
        CancellationToken cancellation
    ) =>
        AwsAnswers.AnswerAsync<IReadOnlyList<ListedObject>>(
            async () =>
            {
                var answer = await s3.ListObjectsV2Async(
                    Bucket(owner).List(prefix, recursive ? null : "/", S3Bucket.LargestPage),
                    cancellation);
                return [.. (answer.S3Objects ?? []).Select(found => new ListedObject(found.Key, found.Size.GetValueOrDefault()))];
            },
            cancellation);

    public Task<Result<WrittenObject, Fault>> PutAsync(
        string key,
        byte[] content,
        WriteCondition condition,
        AccountId? owner,
        CancellationToken cancellation
    ) =>
        AwsAnswers.AnswerAsync(
            async () =>
            {
                using var buffer = PartBuffer.Of(content);
                var request = Bucket(owner).Put(key, buffer.Read(), buffer.Sum(), ContentKind.PlainText, once);
                (request.IfNoneMatch, request.IfMatch) = (condition.OnlyIfNew ? "*" : null, condition.OnlyOver);
                var answer = await once.PutObjectAsync(request, cancellation);
                return new WrittenObject(
                    answer.ETag,
                    Text(answer.VersionId),
                    Text(answer.ServerSideEncryptionMethod?.Value),
                    Text(answer.ServerSideEncryptionKeyManagementServiceKeyId));
            },
            cancellation);

    public Task<Result<ReadObject, Fault>> GetAsync(string key, string? version, AccountId? owner, CancellationToken cancellation) =>
        AwsAnswers.AnswerAsync(
            async () =>
            {
                using var answer = await s3.GetObjectAsync(Bucket(owner).Get(key, version), cancellation);
                using var content = new MemoryStream();
                await answer.ResponseStream.CopyToAsync(content, cancellation);
                return new ReadObject(content.ToArray(), Text(answer.VersionId));
            },
            cancellation
        );

    public Task<Result<ReadObject, Fault>> GetFirstByteAsync(
        string key,
        string? version,
        AccountId? owner,
        CancellationToken cancellation
    ) =>
        AwsAnswers.AnswerAsync(
            async () =>
            {
                var request = Bucket(owner).Get(key, version);
                request.ByteRange = new ByteRange(0, 0);
                using var answer = await s3.GetObjectAsync(request, cancellation);
                return new ReadObject([], Text(answer.VersionId));
            },
            cancellation
        );

    public Task<Result<LatestVersion, Fault>> HeadAsync(string key, AccountId? owner, CancellationToken cancellation) =>
        AwsAnswers.AnswerAsync(
            async () =>
            {
                try
                {
                    var answer = await s3.GetObjectMetadataAsync(Bucket(owner).Head(key), cancellation);
                    return new LatestVersion(Exists: true, IsDeleteMarker: false, Text(answer.VersionId));
                }
                catch (AmazonS3Exception missing)
                    when (missing.StatusCode is HttpStatusCode.NotFound && missing.ErrorCode is not "NoSuchBucket")
                {
                    var isMarker = string.Equals(
                        AwsAnswers.HeaderOf(missing, "x-amz-delete-marker"),
                        "true",
                        StringComparison.OrdinalIgnoreCase
                    );
                    return new LatestVersion(Exists: false, isMarker, Text(AwsAnswers.HeaderOf(missing, "x-amz-version-id")));
                }
            },
            cancellation
        );

    public Task<Result<Done, Fault>> GetAclAsync(string key, AccountId? owner, CancellationToken cancellation) =>
        DoAsync(() => s3.GetObjectAclAsync(Bucket(owner).Acl(key), cancellation), cancellation);

    public Task<Result<Done, Fault>> PutAclAsync(string key, AccountId? owner, CancellationToken cancellation) =>
        DoAsync(() => s3.PutObjectAclAsync(Bucket(owner).PrivateAcl(key), cancellation), cancellation);

    public Task<Result<RemovedObject, Fault>> DeleteAsync(string key, string? version, AccountId? owner, CancellationToken cancellation) =>
        DeleteAsync(key, version, ifMatch: null, owner, cancellation);

    public Task<Result<RemovedObject, Fault>> DeleteWhatIsThereAsync(string key, AccountId? owner, CancellationToken cancellation) =>
        DeleteAsync(key, version: null, "*", owner, cancellation);

    private Task<Result<RemovedObject, Fault>> DeleteAsync(
        string key,
        string? version,
        string? ifMatch,
        AccountId? owner,
        CancellationToken cancellation
    ) =>
        AwsAnswers.AnswerAsync(
            async () =>
            {
                var answer = await s3.DeleteObjectAsync(Bucket(owner).Delete(key, version, ifMatch), cancellation);
                // Deleting a marker by its version id is also answered with x-amz-delete-marker, but leaves none.
                var isMarker = version is null && string.Equals(answer.DeleteMarker, "true", StringComparison.OrdinalIgnoreCase);
                return new RemovedObject(isMarker ? Text(answer.VersionId) : null);
            },
            cancellation);

    public Task<Result<string, Fault>> BeginUploadAsync(string key, AccountId? owner, CancellationToken cancellation) =>
        AwsAnswers.AnswerAsync(
            async () =>
                (
                    await once.InitiateMultipartUploadAsync(Bucket(owner).Begin(key, ContentKind.PlainText, withSum: true), cancellation)
                ).UploadId,
            cancellation);

    public Task<Result<string, Fault>> UploadPartAsync(
        string key,
        string uploadId,
        byte[] content,
        AccountId? owner,
        CancellationToken cancellation
    ) =>
        AwsAnswers.AnswerAsync(
            async () =>
            {
                using var buffer = PartBuffer.Of(content);
                return (
                    await s3.UploadPartAsync(
                        Bucket(owner).Part(key, uploadId, number: 1, buffer.Read(), buffer.Length, buffer.Sum(), s3),
                        cancellation)
                ).ETag;
            },
            cancellation);

    public Task<Result<int, Fault>> ListPartsAsync(string key, string uploadId, AccountId? owner, CancellationToken cancellation) =>
        AwsAnswers.AnswerAsync(
            async () => (await s3.ListPartsAsync(Bucket(owner).Parts(key, uploadId), cancellation)).Parts?.Count ?? 0,
            cancellation
        );

    public Task<Result<IReadOnlyList<PendingUpload>, Fault>> ListUploadsAsync(
        string prefix,
        AccountId? owner,
        CancellationToken cancellation
    ) =>
        AwsAnswers.AnswerAsync<IReadOnlyList<PendingUpload>>(
            async () =>
            {
                var answer = await s3.ListMultipartUploadsAsync(Bucket(owner).Uploads(prefix), cancellation);
                return [.. (answer.MultipartUploads ?? []).Select(upload => new PendingUpload(upload.Key, upload.UploadId))];
            },
            cancellation);

    public Task<Result<CompletedUpload, Fault>> CompleteUploadAsync(
        string key,
        string uploadId,
        string partETag,
        byte[] content,
        AccountId? owner,
        CancellationToken cancellation
    ) =>
        AwsAnswers.AnswerAsync(
            async () =>
            {
                using var buffer = PartBuffer.Of(content);
                var part = new PartETag(1, partETag) { ChecksumCRC32C = Crc32C.Text(buffer.Sum()) };
                return new CompletedUpload(
                    Text(
                        (
                            await once.CompleteMultipartUploadAsync(
                                Bucket(owner).Complete(key, uploadId, [part], buffer.Sum(), buffer.Length),
                                cancellation)
                        ).VersionId));
            },
            cancellation);

    public Task<Result<Done, Fault>> AbortUploadAsync(string key, string uploadId, AccountId? owner, CancellationToken cancellation) =>
        DoAsync(() => s3.AbortMultipartUploadAsync(Bucket(owner).Abort(key, uploadId), cancellation), cancellation);

    public void Dispose()
    {
        s3.Dispose();
        once.Dispose();
    }

    private S3Bucket Bucket(AccountId? owner) => S3Bucket.Of(access, owner);

    private static Task<Result<Done, Fault>> DoAsync<T>(Func<Task<T>> call, CancellationToken cancellation) => AwsAnswers.AnswerAsync(
        async () =>
        {
            await call();
            return Done.Instance;
        },
        cancellation);

    private static string? Text(string? value) => string.IsNullOrEmpty(value) ? null : value;
}
