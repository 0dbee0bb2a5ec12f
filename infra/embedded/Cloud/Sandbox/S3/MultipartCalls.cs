using System.Globalization;
using ServerlessDrives.Embedded.Cloud.Sandbox.S3.Content;
using ServerlessDrives.Embedded.Cloud.Sandbox.S3.Locks;
using ServerlessDrives.Embedded.Cloud.Sandbox.S3.Storage;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.S3;

/// <summary>CreateMultipartUpload, UploadPart, AbortMultipartUpload.</summary>
internal static class MultipartCalls
{
    public const int MostParts = 10_000;

    public static Task CreateAsync(S3Call call)
    {
        WriteCalls.AllowWrite(call);
        var headers = WriteCalls.HeadersOf(call);
        var storageClass = WriteCalls.StorageClassOf(call);
        var acl = Acls.ForNewObject(call);
        var (algorithm, type) = Checksum(call);
        var locking = ObjectLocks.ForWrite(call);
        var encryption = Encryption.ForWrite(call);
        var upload = new MultipartUpload
        {
            UploadId = Identifiers.New(96),
            Key = call.Key,
            Initiated = call.World.Now,
            InitiatorArn = call.Aws.Caller?.Arn ?? "",
            InitiatorId = call.Aws.Caller?.UserId ?? "",
            OwnerAccount = acl.OwnerAccount,
            Headers = headers,
            StorageClass = storageClass,
            Encryption = encryption,
            SaidEncryption = call.Header("x-amz-server-side-encryption") is not null,
            ChecksumAlgorithm = algorithm?.Name,
            ChecksumType = type,
            Acl = acl.Acl,
            Tags = Tagging.OfHeader(call),
            Retention = locking.Retention,
            LegalHold = locking.LegalHold,
        };
        call.Bucket.Begin(upload);
        Encryption.Tell(call, encryption);
        if (algorithm is not null)
        {
            call.Response.Headers["x-amz-checksum-algorithm"] = algorithm.Name;
            call.Response.Headers["x-amz-checksum-type"] = type;
        }

        return S3Xml.AnswerAsync(call, "InitiateMultipartUploadResult", xml =>
        {
            xml.Element("Bucket", call.Settings.Name);
            xml.Element("Key", call.Key);
            xml.Element("UploadId", upload.UploadId);
        });
    }

    public static async Task UploadPartAsync(S3Call call)
    {
        call.AllowOnObject("s3:PutObject", "WRITE");
        var number = PartNumber(call);
        var upload = call.Bucket.FindUpload(call.Key, call.Query("uploadId")!);
        Encryption.AllowPart(call, upload);
        var declared = DeclaredDigests.Of(call, ChecksumAlgorithm.Named(upload.ChecksumAlgorithm));
        ObjectLocks.RequireDigest(call, declared.Named);
        if (declared.Named && upload.ChecksumAlgorithm is { } agreed && declared.Algorithm.Name != agreed)
            throw S3Errors.InvalidRequest(
                $"Checksum Type mismatch occurred, expected checksum Type: {agreed.ToLowerInvariant()}, actual checksum Type: " +
                $"{declared.Algorithm.Name.ToLowerInvariant()}"
            );

        // SDKs check every part in an algorithm of their own; an upload begun without one keeps CRC64NVME beside it.
        var content = await ContentWriter.StoreAsync(
            call,
            declared,
            ChecksumAlgorithm.Named(upload.ChecksumAlgorithm) ?? ChecksumAlgorithm.Crc64Nvme);
        var part = Keep(call, upload, number, content);
        call.Response.Headers.ETag = $"\"{part.ETag}\"";
        if (declared.Named || upload.ChecksumAlgorithm is not null) call.Response.Headers[declared.Algorithm.Header] = content.Declared;
        Encryption.Tell(call, upload.Encryption);
        await call.EmptyAsync(200);
    }

    public static Task AbortAsync(S3Call call)
    {
        call.AllowOnObject("s3:AbortMultipartUpload");
        call.Bucket.Abort(call.Key, call.Query("uploadId") ?? "");
        return call.EmptyAsync(204);
    }

    /// <summary>Adds stored content to an upload as a part, or lets go of it.</summary>
    public static ObjectPart Keep(S3Call call, MultipartUpload upload, int number, StoredContent content)
    {
        var part = new ObjectPart(number, content.Size, Encryption.ETag(upload.Encryption, content.Md5), content.Checksum);
        try
        {
            call.Bucket.PutPart(upload.Key, upload.UploadId, new UploadedPart(part, call.World.Now, content.Segments));
        }
        catch
        {
            call.World.Buckets.Files.Release(content.Segments);
            throw;
        }

        return part;
    }

    public static int PartNumber(S3Call call) =>
        int.TryParse(call.Query("partNumber"), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && number is >= 1 and <= MostParts
            ? number
            : throw S3Errors.InvalidArgument(
                "Part number must be an integer between 1 and 10000, inclusive",
                "partNumber",
                call.Query("partNumber") ?? "");

    private static (ChecksumAlgorithm? Algorithm, string Type) Checksum(S3Call call)
    {
        var name = call.Header("x-amz-checksum-algorithm");
        var algorithm = ChecksumAlgorithm.Named(name);
        if (name is not null && algorithm is null)
            throw S3Errors.InvalidRequest(
                "Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, " +
                "SHA1, SHA256]"
            );
        if (algorithm is null)
            return call.Header("x-amz-checksum-type") is null
                ? (null, "FULL_OBJECT")
                : throw S3Errors.InvalidRequest(
                    "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.");
        var type =
            call.Header("x-amz-checksum-type")?.ToUpperInvariant()
            ?? (algorithm == ChecksumAlgorithm.Crc64Nvme ? "FULL_OBJECT" : "COMPOSITE");
        var fits = type switch
        {
            "FULL_OBJECT" => algorithm.IsCyclic,
            "COMPOSITE" => algorithm != ChecksumAlgorithm.Crc64Nvme,
            _ => false,
        };
        return fits
            ? (algorithm, type)
            : throw S3Errors.InvalidRequest(
                $"The {type} checksum type cannot be used with the {algorithm.Name.ToLowerInvariant()} checksum algorithm.");
    }
}
