using System.Text;
using ServerlessDrives.Embedded.Cloud.Sandbox.S3.Content;
using ServerlessDrives.Embedded.Cloud.Sandbox.S3.Locks;
using ServerlessDrives.Embedded.Cloud.Sandbox.S3.Storage;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.S3;

/// <summary>PutObject, and what it shares with copies and multipart uploads.</summary>
internal static class WriteCalls
{
    /// <summary>All user metadata of an object, in bytes.</summary>
    private const int MostMetadata = 2048;

    private static readonly string[] ContentHeaders =
    [
        "Content-Type",
        "Cache-Control",
        "Content-Disposition",
        "Content-Encoding",
        "Content-Language",
        "Expires",
        "x-amz-website-redirect-location",
    ];

    private static readonly string[] StorageClasses =
        ["STANDARD", "REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER", "DEEP_ARCHIVE", "GLACIER_IR"];

    public static async Task PutAsync(S3Call call)
    {
        AllowWrite(call);
        var headers = HeadersOf(call);
        var storageClass = StorageClassOf(call);
        var acl = Acls.ForNewObject(call);
        var tags = Tagging.OfHeader(call);
        var declared = DeclaredDigests.Of(call);
        ObjectLocks.RequireDigest(call, declared.Named);
        var locking = ObjectLocks.ForWrite(call);
        var encryption = Encryption.ForWrite(call);
        using var condition = ConditionOf(call);
        var content = await ContentWriter.StoreAsync(call, declared);
        var stored = Commit(call, content.Segments, condition, new ObjectVersion
        {
            Key = call.Key,
            LastModified = call.World.Now,
            OwnerAccount = acl.OwnerAccount,
            Size = content.Size,
            ETag = Encryption.ETag(encryption, content.Md5),
            Segments = content.Segments,
            Headers = headers,
            StorageClass = storageClass,
            Encryption = encryption,
            Checksum = new ObjectChecksum(content.Algorithm.Name, content.Checksum, "FULL_OBJECT"),
            Acl = acl.Acl,
            Tags = tags,
            Retention = locking.Retention,
            LegalHold = locking.LegalHold,
        });

        call.Response.Headers.ETag = $"\"{stored.ETag}\"";
        call.Response.Headers[content.Algorithm.Header] = content.Checksum;
        call.Response.Headers["x-amz-checksum-type"] = "FULL_OBJECT";
        call.Response.Headers["x-amz-object-size"] = stored.Size.ToString();
        Encryption.Tell(call, encryption);
        call.TellNewVersion(stored);
        await call.EmptyAsync(200);
    }

    /// <summary>Asks for all that a write with these headers takes.</summary>
    public static void AllowWrite(S3Call call)
    {
        call.AllowOnObject("s3:PutObject", "WRITE");
        if (Acls.HasHeaders(call)) call.AllowOnObject("s3:PutObjectAcl", "WRITE");
        if (call.Header("x-amz-tagging") is not null) call.AllowOnObject("s3:PutObjectTagging", "WRITE");
        // To learn whether an ETag is the current one is to read.
        if (call.Header("If-Match") is not null) call.AllowOnObject("s3:GetObject");
    }

    /// <summary>The write's condition, checked for the first time; null when it has none.</summary>
    public static ConditionalWrite? ConditionOf(S3Call call)
    {
        var (match, noneMatch) = (call.Header("If-Match"), call.Header("If-None-Match"));
        if (noneMatch is not null && noneMatch != "*") throw S3Errors.NotImplemented("If-None-Match");
        if (noneMatch is not null && match is not null) throw S3Errors.NotImplemented("If-Match");
        return match is null && noneMatch is null ? null : call.Bucket.Watch(call.Key, match?.Trim('"'), noneMatch is not null);
    }

    /// <summary>Puts the version in place, or lets go of its bytes.</summary>
    public static ObjectVersion Commit(
        S3Call call,
        IReadOnlyList<Segment> held,
        ConditionalWrite? condition,
        ObjectVersion version,
        string? uploadId = null)
    {
        try
        {
            var stored = call.Bucket.Put(version, condition, uploadId);
            BucketNotifications.Created(
                call,
                stored,
                uploadId is not null ? "CompleteMultipartUpload"
                    : call.Header("x-amz-copy-source") is not null ? "Copy"
                    : "Put");
            return stored;
        }
        catch
        {
            call.World.Buckets.Files.Release(held);
            throw;
        }
    }

    public static ObjectHeaders HeadersOf(S3Call call)
    {
        var content = new Dictionary<string, string>();
        foreach (var name in ContentHeaders)
            if (call.Header(name) is { } value) content[name] = value;
        if (content.TryGetValue("Content-Encoding", out var encoding))
        {
            var rest = WithoutFraming(encoding);
            if (rest.Length > 0) content["Content-Encoding"] = rest;
            else content.Remove("Content-Encoding");
        }

        content.TryAdd("Content-Type", "binary/octet-stream");
        var metadata = new Dictionary<string, string>();
        foreach (var header in call.Request.Headers.Where(h => h.Key.StartsWith("x-amz-meta-", StringComparison.OrdinalIgnoreCase)))
            metadata[header.Key["x-amz-meta-".Length..].ToLowerInvariant()] = header.Value.ToString();
        var size = metadata.Sum(m => Encoding.UTF8.GetByteCount(m.Key) + Encoding.UTF8.GetByteCount(m.Value));
        if (size > MostMetadata)
            throw S3Errors.Of(
                400,
                "MetadataTooLarge",
                "Your metadata headers exceed the maximum allowed metadata size",
                ("Size", size.ToString()),
                ("MaxSizeAllowed", MostMetadata.ToString()));
        return new ObjectHeaders(content, metadata);
    }

    /// <summary>The framing of the body is not part of what is stored; a list without it stays as it was written.</summary>
    private static string WithoutFraming(string encoding)
    {
        var codings = encoding.Split(',').ToList();
        return codings.RemoveAll(coding => coding.Trim() == "aws-chunked") == 0 ? encoding : string.Join(',', codings).Trim();
    }

    public static string StorageClassOf(S3Call call)
    {
        var name = call.Header("x-amz-storage-class") ?? "STANDARD";
        return StorageClasses.Contains(name)
            ? name
            : throw S3Errors.Of(
                400,
                "InvalidStorageClass",
                "The storage class you specified is not valid",
                ("StorageClassRequested", name));
    }
}
