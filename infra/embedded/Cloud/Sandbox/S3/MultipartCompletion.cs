using System.Globalization;
using System.Security.Cryptography;
using System.Xml.Linq;
using ServerlessDrives.Embedded.Cloud.Sandbox.S3.Content;
using ServerlessDrives.Embedded.Cloud.Sandbox.S3.Storage;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.S3;

/// <summary>CompleteMultipartUpload: the parts become one object without being copied.</summary>
internal static class MultipartCompletion
{
    /// <summary>All parts but the last, in bytes.</summary>
    private const long SmallestPart = 5L << 20;

    public static async Task CompleteAsync(S3Call call)
    {
        call.AllowOnObject("s3:PutObject", "WRITE");
        if (call.Header("If-Match") is not null) call.AllowOnObject("s3:GetObject");
        var uploadId = call.Query("uploadId") ?? "";
        if (call.Bucket.FindCompleted(call.Key, uploadId) is { } completed)
        {
            RequireSameParts(completed, await S3Xml.ReadRequiredAsync(call, "CompleteMultipartUpload"), uploadId);
            await AnswerAsync(call, completed);
            return;
        }

        var upload = call.Bucket.FindUpload(call.Key, uploadId);
        Encryption.AllowCompletion(call, upload);
        using var condition = WriteCalls.ConditionOf(call);
        var document =
            await S3Xml.ReadAsync(call, "CompleteMultipartUpload") ?? throw S3Errors.InvalidRequest("You must specify at least one part");
        var mode = upload.ChecksumAlgorithm is null ? "null" : upload.ChecksumType;
        if (call.Header("x-amz-checksum-type") is { } type && !type.Equals(mode, StringComparison.OrdinalIgnoreCase))
            throw S3Errors.InvalidRequest(
                $"The upload was created using the {mode} checksum mode. The complete request must use the same checksum mode.");
        var parts = Chosen(upload, call.Bucket.Parts(call.Key, uploadId), document);

        var size = parts.Sum(p => p.Part.Size);
        if (call.Header("x-amz-mp-object-size") is { } stated && stated != size.ToString(CultureInfo.InvariantCulture))
            throw S3Errors.InvalidRequest(
                $"The provided 'x-amz-mp-object-size' header value {stated} does not match what was computed: {size}");
        var checksum = Checksum(upload, parts);
        if (call.Header(ChecksumAlgorithm.Named(checksum.Algorithm)!.Header) is { } declared && declared != checksum.Value)
            throw S3Errors.BadDigest(checksum.Algorithm.ToLowerInvariant());

        IReadOnlyList<Segment> segments = [.. parts.SelectMany(p => p.Segments)];
        call.World.Buckets.Files.Hold(segments);
        var stored = WriteCalls.Commit(call, segments, condition, new ObjectVersion
        {
            Key = call.Key,
            LastModified = upload.Initiated,
            OwnerAccount = upload.OwnerAccount,
            Size = size,
            ETag = ETag(parts),
            Segments = segments,
            Headers = upload.Headers,
            StorageClass = upload.StorageClass,
            Encryption = upload.Encryption,
            Checksum = checksum,
            Parts = [.. parts.Select(p => p.Part)],
            UploadId = uploadId,
            Acl = upload.Acl,
            Tags = upload.Tags,
            Retention = upload.Retention,
            LegalHold = upload.LegalHold,
        }, uploadId);

        await AnswerAsync(call, stored);
    }

    private static Task AnswerAsync(S3Call call, ObjectVersion stored)
    {
        var checksum = stored.Checksum!;
        Encryption.Tell(call, stored.Encryption);
        call.TellNewVersion(stored);
        return S3Xml.AnswerAsync(
            call,
            "CompleteMultipartUploadResult",
            xml =>
            {
                xml.Element(
                    "Location",
                    $"{call.Request.Scheme}://{call.Request.Host}/"
                        + $"{(call.Target.VirtualHosted ? "" : call.Settings.Name + "/")}{Uri.EscapeDataString(call.Key)}"
                );
                xml.Element("Bucket", call.Settings.Name);
                xml.Element("Key", call.Key);
                xml.Element("ETag", $"\"{stored.ETag}\"");
                xml.Element(ChecksumAlgorithm.Named(checksum.Algorithm)!.Element, checksum.Value);
                xml.Element("ChecksumType", checksum.Type);
            });
    }

    /// <summary>A client whose answer was lost completes again with the same parts, and S3 gives the same answer again.</summary>
    private static void RequireSameParts(ObjectVersion completed, XElement document, string uploadId)
    {
        var listed = document.Children("Part").Select(part => (part.Text("PartNumber") ?? "", part.Text("ETag")?.Trim('"') ?? ""));
        if (!listed.SequenceEqual(completed.Parts!.Select(part => (part.Number.ToString(CultureInfo.InvariantCulture), part.ETag))))
            throw S3Errors.NoSuchUpload(uploadId);
    }

    /// <summary>The parts that the client lists, each checked against what was uploaded.</summary>
    private static List<UploadedPart> Chosen(MultipartUpload upload, IReadOnlyList<UploadedPart> uploaded, XElement document)
    {
        var byNumber = uploaded.ToDictionary(p => p.Part.Number);
        var chosen = new List<UploadedPart>();
        var element = (ChecksumAlgorithm.Named(upload.ChecksumAlgorithm) ?? ChecksumAlgorithm.Crc64Nvme).Element;
        foreach (var listed in document.Children("Part"))
        {
            if (
                !int.TryParse(listed.Text("PartNumber"), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                || listed.Text("ETag") is not { } etag)
                throw S3Errors.MalformedXml();
            if (chosen.Count > 0 && chosen[^1].Part.Number >= number)
                throw S3Errors.Of(
                    400,
                    "InvalidPartOrder",
                    "The list of parts was not in ascending order. Parts must be ordered by part number.",
                    ("UploadId", upload.UploadId));
            var checksum = listed.Text(element);
            if (checksum is null && upload.ChecksumType == "COMPOSITE")
                throw S3Errors.InvalidRequest(
                    $"The upload was created using a {upload.ChecksumAlgorithm!.ToLowerInvariant()} checksum. The complete request " +
                    $"must include the checksum for each part. It was missing for part {number} in the request."
                );
            if (
                !byNumber.TryGetValue(number, out var part)
                || part.Part.ETag != etag.Trim('"')
                || (checksum is not null && checksum != part.Part.Checksum && upload.ChecksumType != "COMPOSITE")
                // A sum in another algorithm than the parts have is that of no part.
                || ChecksumAlgorithm.All.Any(other => other.Element != element && listed.Child(other.Element) is not null))
                throw S3Errors.Of(
                    400,
                    "InvalidPart",
                    "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified " +
                    "entity tag may not match the part's entity tag.",
                    ("UploadId", upload.UploadId),
                    ("PartNumber", number.ToString(CultureInfo.InvariantCulture)),
                    ("ETag", etag.Trim('"')));
            if (checksum is not null && checksum != part.Part.Checksum)
                throw S3Errors.Of(
                    400,
                    "BadDigest",
                    $"The {upload.ChecksumAlgorithm!.ToLowerInvariant()} you specified for part {number} did not match what we received.");
            chosen.Add(part);
        }

        if (chosen.Count is 0 or > MultipartCalls.MostParts) throw S3Errors.MalformedXml();
        foreach (var part in chosen.SkipLast(1))
            if (part.Part.Size < SmallestPart)
                throw S3Errors.Of(
                    400,
                    "EntityTooSmall",
                    "Your proposed upload is smaller than the minimum allowed size",
                    ("ProposedSize", part.Part.Size.ToString(CultureInfo.InvariantCulture)),
                    ("MinSizeAllowed", SmallestPart.ToString(CultureInfo.InvariantCulture)),
                    ("PartNumber", part.Part.Number.ToString(CultureInfo.InvariantCulture)),
                    ("ETag", part.Part.ETag));
        return chosen;
    }

    private static ObjectChecksum Checksum(MultipartUpload upload, List<UploadedPart> parts)
    {
        var algorithm = ChecksumAlgorithm.Named(upload.ChecksumAlgorithm) ?? ChecksumAlgorithm.Crc64Nvme;
        if (upload.ChecksumType == "FULL_OBJECT")
            return new ObjectChecksum(
                algorithm.Name,
                CyclicSum.Combine(algorithm, parts.Select(p => (p.Part.Checksum!, p.Part.Size))),
                "FULL_OBJECT");
        using var running = algorithm.Start();
        foreach (var part in parts) running.Append(Convert.FromBase64String(part.Part.Checksum!));
        return new ObjectChecksum(algorithm.Name, $"{running.Finish()}-{parts.Count}", "COMPOSITE");
    }

    /// <summary>The MD5 of the parts' MD5s, and their number.</summary>
    private static string ETag(List<UploadedPart> parts) =>
        $"{Convert.ToHexStringLower(MD5.HashData(parts.SelectMany(p => Convert.FromHexString(p.Part.ETag)).ToArray()))}-{parts.Count}";
}
