using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using ServerlessDrives.Access;
using ServerlessDrives.Verification;

namespace ServerlessDrives.Adapters.Aws;

/// <summary>A bucket's calls, one SDK call each. Owns the client.</summary>
internal sealed class AwsBucketProbe(IAmazonS3 s3, BucketName bucket) : IBucketProbe
{
    private readonly string _bucket = bucket.Value;

    public Task<Answer<IReadOnlyList<string>>> ListAsync(string prefix, AccountId? owner, CancellationToken cancellation) => AwsAnswers.AnswerAsync<IReadOnlyList<string>>(
        async () =>
        {
            var answer = await s3.ListObjectsV2Async(new() { BucketName = _bucket, Prefix = prefix, MaxKeys = 2, ExpectedBucketOwner = owner?.Value }, cancellation);
            return [.. (answer.S3Objects ?? []).Select(found => found.Key)];
        },
        cancellation);

    public Task<Answer<WrittenObject>> PutAsync(string key, byte[] content, Encryption encryption, AccountId? owner, CancellationToken cancellation) => AwsAnswers.AnswerAsync(
        async () =>
        {
            using var stream = new MemoryStream(content, writable: false);
            var request = new PutObjectRequest { BucketName = _bucket, Key = key, InputStream = stream, IfNoneMatch = "*", ExpectedBucketOwner = owner?.Value, ContentType = "text/plain" };
            if (encryption is Encryption.SseS3)
                request.ServerSideEncryptionMethod = ServerSideEncryptionMethod.AES256;
            if (encryption is Encryption.SseKms kms)
                (request.ServerSideEncryptionMethod, request.ServerSideEncryptionKeyManagementServiceKeyId) = (ServerSideEncryptionMethod.AWSKMS, kms.Key.Value);
            var answer = await s3.PutObjectAsync(request, cancellation);
            return new WrittenObject(Text(answer.VersionId), Text(answer.ServerSideEncryptionMethod?.Value), Text(answer.ServerSideEncryptionKeyManagementServiceKeyId));
        },
        cancellation);

    public Task<Answer<byte[]>> GetAsync(string key, string? version, AccountId? owner, CancellationToken cancellation) => AwsAnswers.AnswerAsync(
        async () =>
        {
            using var answer = await s3.GetObjectAsync(new() { BucketName = _bucket, Key = key, VersionId = version, ExpectedBucketOwner = owner?.Value }, cancellation);
            using var content = new MemoryStream();
            await answer.ResponseStream.CopyToAsync(content, cancellation);
            return content.ToArray();
        },
        cancellation);

    public Task<Answer<LatestVersion>> HeadAsync(string key, AccountId? owner, CancellationToken cancellation) => AwsAnswers.AnswerAsync(
        async () =>
        {
            try
            {
                var answer = await s3.GetObjectMetadataAsync(new() { BucketName = _bucket, Key = key, ExpectedBucketOwner = owner?.Value }, cancellation);
                return new LatestVersion(Exists: true, IsDeleteMarker: false, Text(answer.VersionId));
            }
            catch (AmazonS3Exception missing) when (missing.StatusCode is HttpStatusCode.NotFound && missing.ErrorCode is not "NoSuchBucket")
            {
                var isMarker = string.Equals(AwsAnswers.HeaderOf(missing, "x-amz-delete-marker"), "true", StringComparison.OrdinalIgnoreCase);
                return new LatestVersion(Exists: false, isMarker, Text(AwsAnswers.HeaderOf(missing, "x-amz-version-id")));
            }
        },
        cancellation);

    public Task<Answer<Done>> GetAclAsync(string key, AccountId? owner, CancellationToken cancellation) =>
        DoAsync(() => s3.GetObjectAclAsync(new() { BucketName = _bucket, Key = key, ExpectedBucketOwner = owner?.Value }, cancellation), cancellation);

    public Task<Answer<Done>> PutAclAsync(string key, AccountId? owner, CancellationToken cancellation) =>
        DoAsync(() => s3.PutObjectAclAsync(new() { BucketName = _bucket, Key = key, ACL = S3CannedACL.Private, ExpectedBucketOwner = owner?.Value }, cancellation), cancellation);

    public Task<Answer<RemovedObject>> DeleteAsync(string key, string? version, AccountId? owner, CancellationToken cancellation) => DeleteAsync(key, version, ifMatch: null, owner, cancellation);

    public Task<Answer<RemovedObject>> DeleteWhatIsThereAsync(string key, AccountId? owner, CancellationToken cancellation) => DeleteAsync(key, version: null, "*", owner, cancellation);

    private Task<Answer<RemovedObject>> DeleteAsync(string key, string? version, string? ifMatch, AccountId? owner, CancellationToken cancellation) => AwsAnswers.AnswerAsync(
        async () =>
        {
            var answer = await s3.DeleteObjectAsync(new() { BucketName = _bucket, Key = key, VersionId = version, IfMatch = ifMatch, ExpectedBucketOwner = owner?.Value }, cancellation);
            // Deleting a marker by its version id is also answered with x-amz-delete-marker, but leaves none.
            var isMarker = version is null && string.Equals(answer.DeleteMarker, "true", StringComparison.OrdinalIgnoreCase);
            return new RemovedObject(isMarker ? Text(answer.VersionId) : null);
        },
        cancellation);

    public Task<Answer<string>> BeginUploadAsync(string key, Encryption encryption, AccountId? owner, CancellationToken cancellation) => AwsAnswers.AnswerAsync(
        async () =>
        {
            var request = new InitiateMultipartUploadRequest { BucketName = _bucket, Key = key, ExpectedBucketOwner = owner?.Value };
            if (encryption is Encryption.SseS3)
                request.ServerSideEncryptionMethod = ServerSideEncryptionMethod.AES256;
            if (encryption is Encryption.SseKms kms)
                (request.ServerSideEncryptionMethod, request.ServerSideEncryptionKeyManagementServiceKeyId) = (ServerSideEncryptionMethod.AWSKMS, kms.Key.Value);
            return (await s3.InitiateMultipartUploadAsync(request, cancellation)).UploadId;
        },
        cancellation);

    public Task<Answer<string>> UploadPartAsync(string key, string uploadId, byte[] content, AccountId? owner, CancellationToken cancellation) => AwsAnswers.AnswerAsync(
        async () =>
        {
            using var stream = new MemoryStream(content, writable: false);
            var request = new UploadPartRequest { BucketName = _bucket, Key = key, UploadId = uploadId, PartNumber = 1, InputStream = stream, PartSize = content.Length, IsLastPart = true, ExpectedBucketOwner = owner?.Value };
            return (await s3.UploadPartAsync(request, cancellation)).ETag;
        },
        cancellation);

    public Task<Answer<int>> ListPartsAsync(string key, string uploadId, AccountId? owner, CancellationToken cancellation) => AwsAnswers.AnswerAsync(
        async () => (await s3.ListPartsAsync(new() { BucketName = _bucket, Key = key, UploadId = uploadId, ExpectedBucketOwner = owner?.Value }, cancellation)).Parts?.Count ?? 0,
        cancellation);

    public Task<Answer<IReadOnlyList<PendingUpload>>> ListUploadsAsync(string prefix, AccountId? owner, CancellationToken cancellation) => AwsAnswers.AnswerAsync<IReadOnlyList<PendingUpload>>(
        async () =>
        {
            var answer = await s3.ListMultipartUploadsAsync(new ListMultipartUploadsRequest { BucketName = _bucket, Prefix = prefix, ExpectedBucketOwner = owner?.Value }, cancellation);
            return [.. (answer.MultipartUploads ?? []).Select(upload => new PendingUpload(upload.Key, upload.UploadId))];
        },
        cancellation);

    public Task<Answer<CompletedUpload>> CompleteUploadAsync(string key, string uploadId, string partETag, AccountId? owner, CancellationToken cancellation) => AwsAnswers.AnswerAsync(
        async () => new CompletedUpload(Text((await s3.CompleteMultipartUploadAsync(
            new() { BucketName = _bucket, Key = key, UploadId = uploadId, PartETags = [new PartETag(1, partETag)], ExpectedBucketOwner = owner?.Value }, cancellation)).VersionId)),
        cancellation);

    public Task<Answer<Done>> AbortUploadAsync(string key, string uploadId, AccountId? owner, CancellationToken cancellation) =>
        DoAsync(() => s3.AbortMultipartUploadAsync(new AbortMultipartUploadRequest { BucketName = _bucket, Key = key, UploadId = uploadId, ExpectedBucketOwner = owner?.Value }, cancellation), cancellation);

    public void Dispose() => s3.Dispose();

    private static Task<Answer<Done>> DoAsync<T>(Func<Task<T>> call, CancellationToken cancellation) => AwsAnswers.AnswerAsync(
        async () =>
        {
            await call();
            return Done.Instance;
        },
        cancellation);

    private static string? Text(string? value) => string.IsNullOrEmpty(value) ? null : value;
}
