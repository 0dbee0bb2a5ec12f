using System.Globalization;
using ServerlessDrives.Embedded.Cloud.Sandbox.S3.Content;
using ServerlessDrives.Embedded.Cloud.Sandbox.S3.Locks;
using ServerlessDrives.Embedded.Cloud.Sandbox.S3.Storage;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.S3;

/// <summary>What a copy reads from.</summary>
/// <param name="VersionId">Null for the newest version.</param>
internal sealed record CopySource(string Bucket, string Key, string? VersionId);

/// <summary>CopyObject and UploadPartCopy: both share the source's data files instead of copying bytes.</summary>
internal static class CopyCalls
{
    private const string Header = "x-amz-copy-source";

    public static async Task CopyAsync(S3Call call)
    {
        WriteCalls.AllowWrite(call);
        var from = SourceOf(call);
        using var lease = ReadSource(from);
        var source = lease.Version;
        if (source.Size > ContentWriter.LargestUpload)
            throw S3Errors.InvalidRequest(
                $"The specified copy source is larger than the maximum allowable size for a copy source: {ContentWriter.LargestUpload}");
        if (source.Tags is { Count: > 0 } && Directive(call, "x-amz-tagging-directive") != "REPLACE")
        {
            from.AllowOnObject(from.VersionId is null ? "s3:GetObjectTagging" : "s3:GetObjectVersionTagging", existing: source);
            call.AllowOnObject("s3:PutObjectTagging", "WRITE");
        }

        var replaces = Directive(call, "x-amz-metadata-directive") == "REPLACE";
        if (
            ReferenceEquals(from.Bucket, call.Bucket)
            && from.Key == call.Key
            && from.VersionId is null
            && !replaces
            && call.Header("x-amz-storage-class") is null
            && call.Header("x-amz-server-side-encryption") is null
            && call.Header("x-amz-website-redirect-location") is null)
            throw S3Errors.InvalidRequest(
                "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, " +
                "storage class, website redirect location or encryption attributes."
            );

        var acl = Acls.ForNewObject(call);
        var locking = ObjectLocks.ForWrite(call);
        var encryption = Encryption.ForWrite(call);
        var tags = Directive(call, "x-amz-tagging-directive") == "REPLACE" ? Tagging.OfHeader(call) : source.Tags;
        using var condition = WriteCalls.ConditionOf(call);
        var content = await DigestAsync(call, source, 0, source.Size, ChecksumAlgorithm.Named(call.Header("x-amz-checksum-algorithm")));
        var stored = WriteCalls.Commit(call, content.Segments, condition, new ObjectVersion
        {
            Key = call.Key,
            LastModified = call.World.Now,
            OwnerAccount = acl.OwnerAccount,
            Size = source.Size,
            ETag = Encryption.ETag(encryption, content.Md5),
            Segments = content.Segments,
            Headers = replaces ? WriteCalls.HeadersOf(call) : source.Headers,
            StorageClass = WriteCalls.StorageClassOf(call),
            Encryption = encryption,
            Checksum = new ObjectChecksum(content.Algorithm.Name, content.Checksum, "FULL_OBJECT"),
            Acl = acl.Acl,
            Tags = tags,
            Retention = locking.Retention,
            LegalHold = locking.LegalHold,
        });
        TellSource(call, from, source);
        Encryption.Tell(call, encryption);
        call.TellVersion(stored);
        await AnswerAsync(call, "CopyObjectResult", stored.LastModified, stored.ETag, content);
    }

    public static async Task UploadPartCopyAsync(S3Call call)
    {
        call.AllowOnObject("s3:PutObject", "WRITE");
        var number = MultipartCalls.PartNumber(call);
        var upload = call.Bucket.FindUpload(call.Key, call.Query("uploadId")!);
        Encryption.AllowPart(call, upload);
        var from = SourceOf(call);
        using var lease = ReadSource(from);
        var source = lease.Version;
        var (offset, length) = RangeOf(call, source);
        var content = await DigestAsync(
            call,
            source,
            offset,
            length,
            ChecksumAlgorithm.Named(upload.ChecksumAlgorithm) ?? ChecksumAlgorithm.Crc64Nvme);
        var part = MultipartCalls.Keep(call, upload, number, content);
        TellSource(call, from, source);
        Encryption.Tell(call, upload.Encryption);
        await AnswerAsync(call, "CopyPartResult", call.World.Now, part.ETag, upload.ChecksumAlgorithm is null ? null : content);
    }

    private static S3Call SourceOf(S3Call call)
    {
        var header = call.Header(Header)!;
        var query = header.IndexOf("?versionId=", StringComparison.Ordinal);
        var versionId = query < 0 ? null : header[(query + "?versionId=".Length)..];
        var path = Uri.UnescapeDataString(query < 0 ? header : header[..query]).TrimStart('/');
        var slash = path.IndexOf('/', StringComparison.Ordinal);
        if (slash <= 0 || slash == path.Length - 1)
            throw S3Errors.InvalidArgument("Copy Source must mention the source bucket and key: sourcebucket/sourcekey", Header, header);
        var source = new CopySource(path[..slash], path[(slash + 1)..], versionId);
        var bucket = call.World.Buckets.Find(source.Bucket) ?? throw S3Errors.NoSuchBucket(source.Bucket);
        if (call.Header("x-amz-source-expected-bucket-owner") is { } owner && owner != bucket.Settings.Account)
            throw S3Errors.AccessDenied();
        Admission.Payer(call, bucket.Settings);
        return new S3Call(
            call.Aws,
            call.World,
            new S3Target(source.Bucket, source.Key, VirtualHosted: false, EndpointRegion: null),
            bucket,
            source);
    }

    private static VersionLease ReadSource(S3Call from)
    {
        var lease = ReadCalls.Open(from, "s3:GetObject", "s3:GetObjectVersion");
        try
        {
            RequireConditions(from, lease.Version);
            RestoreCalls.RequireReadable(from, lease.Version);
            Encryption.AllowRead(from, lease.Version, Header + "-server-side-encryption-customer-");
            return lease;
        }
        catch
        {
            lease.Dispose();
            throw;
        }
    }

    private static void RequireConditions(S3Call call, ObjectVersion source)
    {
        var holds = (call.Header(Header + "-if-match") is not { } match || match == "*" || match.Trim('"') == source.ETag)
            && (call.Header(Header + "-if-none-match") is not { } noneMatch || noneMatch.Trim('"') != source.ETag)
            && (
                Date(call, Header + "-if-unmodified-since") is not { } unmodified
                || source.LastModified <= unmodified
                || call.Header(Header + "-if-match") is not null)
            && (Date(call, Header + "-if-modified-since") is not { } modified || source.LastModified > modified);
        if (!holds) throw S3Errors.PreconditionFailed(Header + "-If-");
    }

    private static DateTimeOffset? Date(S3Call call, string header) =>
        DateTimeOffset.TryParse(call.Header(header), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date)
            ? date
            : null;

    /// <summary>
    /// A run of the source's bytes, held, with their digests: read again only where the source doesn't say what they are.
    /// </summary>
    private static async Task<StoredContent> DigestAsync(
        S3Call call,
        ObjectVersion source,
        long offset,
        long length,
        ChecksumAlgorithm? wanted)
    {
        var files = call.World.Buckets.Files;
        var whole = length == source.Size;
        var segments = whole ? source.Segments : ContentReader.Slice(source.Segments, offset, length);
        var algorithm = wanted ?? ChecksumAlgorithm.Named(source.Checksum?.Algorithm) ?? ChecksumAlgorithm.Crc64Nvme;
        var known =
            whole
            && source.Parts is null
            && source.Encryption is { ByKms: false, CustomerKeyMd5: null }
            && source.Checksum is { Type: "FULL_OBJECT" } checksum
            && checksum.Algorithm == algorithm.Name;
        var (md5, sum) = known
            ? (source.ETag, source.Checksum!.Value)
            : await ContentDigest.OfAsync(files, segments, algorithm, call.Cancelled);
        files.Hold(segments);
        return new StoredContent(segments, length, md5, algorithm, sum, sum);
    }

    private static (long Offset, long Length) RangeOf(S3Call call, ObjectVersion source)
    {
        if (call.Header(Header + "-range") is not { } header) return (0, source.Size);
        var bounds = header.StartsWith("bytes=", StringComparison.Ordinal) ? header["bytes=".Length..].Split('-') : [];
        if (
            bounds.Length != 2
            || !long.TryParse(bounds[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            || !long.TryParse(bounds[1], NumberStyles.None, CultureInfo.InvariantCulture, out var last)
            || last < first)
            throw S3Errors.InvalidArgument(
                "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based " +
                "offsets of the first and last bytes to copy",
                Header + "-range",
                header);
        if (first >= source.Size)
            throw S3Errors.InvalidRequest("The specified copy range is invalid for the source object size");
        if (last >= source.Size)
            throw S3Errors.InvalidArgument(
                $"Range specified is not valid for source object of size: {source.Size}",
                Header + "-range",
                header);
        return (first, last - first + 1);
    }

    private static string Directive(S3Call call, string header) => call.Header(header)?.ToUpperInvariant() switch
    {
        null or "COPY" => "COPY",
        "REPLACE" => "REPLACE",
        var other => throw S3Errors.InvalidArgument("Unknown metadata directive.", header, other),
    };

    private static void TellSource(S3Call call, S3Call from, ObjectVersion source)
    {
        if (from.Settings.Versioning is not null) call.Response.Headers["x-amz-copy-source-version-id"] = source.VersionId;
    }

    private static Task AnswerAsync(S3Call call, string root, DateTimeOffset modified, string etag, StoredContent? content) =>
        S3Xml.AnswerAsync(
            call,
            root,
            xml =>
            {
                xml.Element("LastModified", modified);
                xml.Element("ETag", $"\"{etag}\"");
                if (content is not null)
                    xml.Element(content.Algorithm.Element, content.Checksum);
                if (root == "CopyObjectResult")
                    xml.Element("ChecksumType", "FULL_OBJECT");
            });
}
