using Amazon.S3;
using Amazon.S3.Model;
using ServerlessDrives.Access;
using ServerlessDrives.Access.Policies;
using ServerlessDrives.Drives;
using ServerlessDrives.Files;

namespace ServerlessDrives.Adapters.Aws;

/// <summary>
/// A drive's bucket, and the only place where requests to it are made: for files, for health checks and for verifications alike. So what a
/// verification proves is what files use: the same signing of the payload, checksums, encryption headers, list parameters and owner. An
/// architecture test refuses any other place that names a bucket.
/// </summary>
/// <param name="Owner">Whom the bucket must belong to; null where that isn't known.</param>
internal sealed record S3Bucket(string Name, string? Owner, Encryption Encryption, bool RequesterPays)
{
    /// <summary>The most that S3 lists in one call, and what files ask for when many are listed.</summary>
    public const int LargestPage = 1000;

    private RequestPayer? Payer => RequesterPays ? RequestPayer.Requester : null;

    /// <summary>Asks where the bucket is, whoever owns it.</summary>
    public static HeadBucketRequest Locate(BucketName bucket) => new() { BucketName = bucket.Value };

    public static S3Bucket Of(Drive drive) => Of(drive.Access, drive.BucketOwner);

    public static S3Bucket Of(BucketAccess access, AccountId? owner) =>
        new(access.Bucket.Value, owner?.Value, access.Encryption, access.RequesterPays);

    /// <param name="size">How many keys at most; null for as many as S3 lists by itself.</param>
    /// <param name="after">Behind which key the first page begins.</param>
    public ListObjectsV2Request List(string prefix, string? delimiter, int? size, string? token = null, string? after = null) =>
        new()
        {
            BucketName = Name,
            Prefix = prefix,
            Delimiter = delimiter,
            MaxKeys = size,
            ContinuationToken = token,
            StartAfter = after,
            ExpectedBucketOwner = Owner,
            RequestPayer = Payer,
        };

    /// <param name="after">Behind which key it begins; null for the first.</param>
    public ListObjectsV2Request ListBehind(string prefix, string? after, int size) =>
        new()
        {
            BucketName = Name,
            Prefix = prefix,
            StartAfter = after,
            MaxKeys = size,
            ExpectedBucketOwner = Owner,
            RequestPayer = Payer,
        };

    /// <param name="key">Behind which key it goes on; with <paramref name="version"/>, behind that version of it.</param>
    public ListVersionsRequest Versions(string prefix, string? key, string? version, string? delimiter = null, int? size = null) =>
        new()
        {
            BucketName = Name,
            Prefix = prefix,
            Delimiter = delimiter,
            MaxKeys = size,
            KeyMarker = key,
            VersionIdMarker = version,
            ExpectedBucketOwner = Owner,
            RequestPayer = Payer,
        };

    public GetObjectMetadataRequest Head(string key, string? version = null) =>
        new() { BucketName = Name, Key = key, VersionId = version, ExpectedBucketOwner = Owner, RequestPayer = Payer };

    public GetObjectRequest Get(string key, string? version = null) =>
        new()
        {
            BucketName = Name,
            Key = key,
            VersionId = version,
            ExpectedBucketOwner = Owner,
            RequestPayer = Payer,
            ChecksumMode = ChecksumMode.ENABLED,
        };

    /// <summary>Each byte is covered by a CRC32C from here to S3.</summary>
    public PutObjectRequest Put(string key, Stream content, uint sum, ContentKind kind, IAmazonS3 s3)
    {
        var request = new PutObjectRequest
        {
            BucketName = Name,
            Key = key,
            InputStream = content,
            ContentType = S3Requests.TypeOf(kind),
            ExpectedBucketOwner = Owner,
            RequestPayer = Payer,
            ChecksumCRC32C = Crc32C.Text(sum),
            UseChunkEncoding = false,
            DisablePayloadSigning = UnsignedPayload(s3),
        };
        if (kind.Encoding is not null)
            request.Headers.ContentEncoding = kind.Encoding;
        (request.ServerSideEncryptionMethod, request.ServerSideEncryptionKeyManagementServiceKeyId) = EncryptionHeaders;
        return request;
    }

    /// <summary>Copies a version of the file over it, with its type and its other metadata, encrypted as the drive says.</summary>
    public CopyObjectRequest Restore(string key, string version)
    {
        var request = new CopyObjectRequest
        {
            SourceBucket = Name,
            SourceKey = key,
            SourceVersionId = version,
            DestinationBucket = Name,
            DestinationKey = key,
            ExpectedBucketOwner = Owner,
            ExpectedSourceBucketOwner = Owner,
            RequestPayer = Payer,
            ChecksumAlgorithm = ChecksumAlgorithm.CRC32C,
        };
        (request.ServerSideEncryptionMethod, request.ServerSideEncryptionKeyManagementServiceKeyId) = EncryptionHeaders;
        return request;
    }

    /// <summary>Copies one state of a file to another key, never over something, with its type and its other metadata.</summary>
    /// <param name="source">The bucket of the file; this one or another.</param>
    /// <param name="etag">The state of the source that is copied, and no other.</param>
    public CopyObjectRequest Copy(S3Bucket source, string sourceKey, string etag, string key)
    {
        var request = new CopyObjectRequest
        {
            SourceBucket = source.Name,
            SourceKey = sourceKey,
            ETagToMatch = etag,
            DestinationBucket = Name,
            DestinationKey = key,
            IfNoneMatch = "*",
            ExpectedBucketOwner = Owner,
            ExpectedSourceBucketOwner = source.Owner,
            RequestPayer = Payer ?? source.Payer,
        };
        (request.ServerSideEncryptionMethod, request.ServerSideEncryptionKeyManagementServiceKeyId) = EncryptionHeaders;
        return request;
    }

    /// <summary>The same for a range of it, as a part of an upload.</summary>
    /// <param name="last">The last byte, from 0.</param>
    public CopyPartRequest CopyPart(
        S3Bucket source,
        string sourceKey,
        string etag,
        string key,
        string uploadId,
        int number,
        long first,
        long last)
    {
        var request = new CopyPartRequest
        {
            SourceBucket = source.Name,
            SourceKey = sourceKey,
            FirstByte = first,
            LastByte = last,
            DestinationBucket = Name,
            DestinationKey = key,
            UploadId = uploadId,
            PartNumber = number,
            ExpectedBucketOwner = Owner,
            ExpectedSourceBucketOwner = source.Owner,
            RequestPayer = Payer ?? source.Payer,
        };
        request.ETagToMatch = [etag];
        return request;
    }

    /// <param name="keys">At most a thousand; with an ETag, only where the file still has it.</param>
    public DeleteObjectsRequest DeleteMany(IEnumerable<(string Key, string? ETag)> keys) =>
        new()
        {
            BucketName = Name,
            Objects = [.. keys.Select(each => new KeyVersion { Key = each.Key, ETag = each.ETag?.Trim('"') })],
            Quiet = true,
            ExpectedBucketOwner = Owner,
            RequestPayer = Payer,
        };

    /// <param name="version">Null to delete as people do.</param>
    public DeleteObjectRequest Delete(string key, string? version = null, string? ifMatch = null) =>
        new() { BucketName = Name, Key = key, VersionId = version, IfMatch = ifMatch, ExpectedBucketOwner = Owner, RequestPayer = Payer };

    /// <param name="withSum">Whether the parts will have checksums.</param>
    /// <param name="metadata">What else the file is to be kept with; null for nothing.</param>
    public InitiateMultipartUploadRequest Begin(string key, ContentKind kind, bool withSum, MetadataCollection? metadata = null)
    {
        var request = new InitiateMultipartUploadRequest
        {
            BucketName = Name,
            Key = key,
            ContentType = S3Requests.TypeOf(kind),
            ExpectedBucketOwner = Owner,
            RequestPayer = Payer,
            ChecksumAlgorithm = withSum ? ChecksumAlgorithm.CRC32C : null,
            ChecksumType = withSum ? ChecksumType.FULL_OBJECT : null,
        };
        foreach (var name in metadata?.Keys ?? [])
            request.Metadata[name] = metadata![name];
        if (kind.Encoding is not null)
            request.Headers.ContentEncoding = kind.Encoding;
        (request.ServerSideEncryptionMethod, request.ServerSideEncryptionKeyManagementServiceKeyId) = EncryptionHeaders;
        return request;
    }

    public UploadPartRequest Part(string key, string uploadId, int number, Stream content, long length, uint sum, IAmazonS3 s3) => new()
    {
        BucketName = Name,
        Key = key,
        UploadId = uploadId,
        PartNumber = number,
        PartSize = length,
        InputStream = content,
        ExpectedBucketOwner = Owner,
        RequestPayer = Payer,
        ChecksumCRC32C = Crc32C.Text(sum),
        UseChunkEncoding = false,
        DisablePayloadSigning = UnsignedPayload(s3),
    };

    public ListPartsRequest Parts(string key, string uploadId, string? marker = null) =>
        new()
        {
            BucketName = Name,
            Key = key,
            UploadId = uploadId,
            PartNumberMarker = marker,
            ExpectedBucketOwner = Owner,
            RequestPayer = Payer,
        };

    public ListMultipartUploadsRequest Uploads(string prefix, string? key = null, string? upload = null) =>
        new()
        {
            BucketName = Name,
            Prefix = prefix,
            KeyMarker = key,
            UploadIdMarker = upload,
            ExpectedBucketOwner = Owner,
            RequestPayer = Payer,
        };

    /// <summary>Completes an upload whose parts came without checksums of ours.</summary>
    public CompleteMultipartUploadRequest Complete(string key, string uploadId, IEnumerable<PartETag> parts)
    {
        var request = new CompleteMultipartUploadRequest
        {
            BucketName = Name,
            Key = key,
            UploadId = uploadId,
            ExpectedBucketOwner = Owner,
            RequestPayer = Payer,
        };
        request.AddPartETags(parts);
        return request;
    }

    /// <summary>Completes an upload whose parts and whole have checksums.</summary>
    public CompleteMultipartUploadRequest Complete(string key, string uploadId, IEnumerable<PartETag> parts, uint sum, long size)
    {
        var request = Complete(key, uploadId, parts);
        (request.ChecksumCRC32C, request.ChecksumType, request.MpuObjectSize) = (Crc32C.Text(sum), ChecksumType.FULL_OBJECT, size);
        return request;
    }

    public AbortMultipartUploadRequest Abort(string key, string uploadId) =>
        new() { BucketName = Name, Key = key, UploadId = uploadId, ExpectedBucketOwner = Owner, RequestPayer = Payer };

    public GetObjectAclRequest Acl(string key) => new() { BucketName = Name, Key = key, ExpectedBucketOwner = Owner, RequestPayer = Payer };

    public PutObjectAclRequest PrivateAcl(string key) =>
        new() { BucketName = Name, Key = key, ACL = S3CannedACL.Private, ExpectedBucketOwner = Owner, RequestPayer = Payer };

    public GetPreSignedUrlRequest Link(string key, HttpVerb verb, DateTimeOffset ends, IAmazonS3 s3) => new()
    {
        BucketName = Name,
        Key = key,
        Verb = verb,
        Expires = ends.UtcDateTime,
        Protocol = S3Requests.IsPlain(s3) ? Protocol.HTTP : Protocol.HTTPS,
        RequestPayer = Payer,
    };

    /// <summary>The checksum covers the content, and TLS the checksum: hashing it once more for the signature adds nothing.</summary>
    private static bool? UnsignedPayload(IAmazonS3 s3) => S3Requests.IsPlain(s3) ? null : true;

    private (ServerSideEncryptionMethod?, string?) EncryptionHeaders => Encryption switch
    {
        Encryption.SseS3 => (ServerSideEncryptionMethod.AES256, null),
        Encryption.SseKms kms => (ServerSideEncryptionMethod.AWSKMS, kms.Key.Value),
        _ => (null, null),
    };
}
