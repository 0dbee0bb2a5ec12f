using System.Xml;
using ServerlessDrives.Embedded.Cloud.Sandbox.S3.Content;
using ServerlessDrives.Embedded.Cloud.Sandbox.S3.Storage;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.S3;

/// <summary>ListMultipartUploads and ListParts.</summary>
internal static class UploadListing
{
    public static Task ListUploadsAsync(S3Call call)
    {
        call.AllowOnBucket("s3:ListBucketMultipartUploads", "READ");
        var query = new ListQuery(call);
        var keyMarker = call.Query("key-marker") ?? "";
        var idMarker = call.Query("upload-id-marker") ?? "";
        var uploads = new List<MultipartUpload>();
        var prefixes = new List<string>();
        var (nextKey, nextId, truncated) = ("", "", false);
        var passedMarker = keyMarker.Length == 0;
        foreach (var upload in call.Bucket.Uploads(query.Prefix))
        {
            if (!passedMarker)
            {
                var order = KeyOrder.Compare(upload.Key, keyMarker);
                if (order < 0 || (order == 0 && idMarker.Length == 0)) continue;
                if (order == 0)
                {
                    passedMarker = upload.UploadId == idMarker;
                    continue;
                }

                passedMarker = true;
            }

            var group = query.GroupOf(upload.Key);
            if (group is not null && (group == keyMarker || (prefixes.Count > 0 && prefixes[^1] == group))) continue;
            if (uploads.Count + prefixes.Count == query.MaxKeys)
            {
                truncated = query.MaxKeys > 0;
                break;
            }

            (nextKey, nextId) = (group ?? upload.Key, group is null ? upload.UploadId : "");
            if (group is null) uploads.Add(upload);
            else prefixes.Add(group);
        }

        return S3Xml.AnswerAsync(call, "ListMultipartUploadsResult", xml =>
        {
            xml.Element("Bucket", call.Settings.Name);
            xml.Element("KeyMarker", query.Written(keyMarker));
            xml.Element("UploadIdMarker", idMarker);
            // Also the last page says where the next would begin: behind its last upload.
            xml.Element("NextKeyMarker", query.Written(truncated ? nextKey : uploads.LastOrDefault()?.Key ?? ""));
            xml.Element("NextUploadIdMarker", truncated ? nextId : uploads.LastOrDefault()?.UploadId ?? "");

            xml.Element("Prefix", query.Written(query.Prefix));
            query.WriteCommon(xml, "MaxUploads");
            xml.Element("IsTruncated", truncated);
            foreach (var upload in uploads)
                xml.Nested("Upload", x =>
                {
                    x.Element("Key", query.Written(upload.Key));
                    x.Element("UploadId", upload.UploadId);
                    Describe(x, upload);
                    x.Element("Initiated", upload.Initiated);
                });
            query.WritePrefixes(xml, prefixes);
        });
    }

    public static Task ListPartsAsync(S3Call call)
    {
        call.AllowOnObject("s3:ListMultipartUploadParts");
        var uploadId = call.Query("uploadId") ?? "";
        var upload = call.Bucket.FindUpload(call.Key, uploadId);
        var limit = call.Limit("max-parts", Listing.LongestPage);
        var marker = call.Limit("part-number-marker", int.MaxValue) is var given && given == int.MaxValue ? 0 : given;
        var parts = call.Bucket.Parts(call.Key, uploadId).Where(p => p.Part.Number > marker).Take(limit + 1).ToList();
        var truncated = limit > 0 && parts.Count > limit;
        if (parts.Count > limit)
            parts.RemoveAt(limit);
        return S3Xml.AnswerAsync(
            call,
            "ListPartsResult",
            xml =>
            {
                xml.Element("Bucket", call.Settings.Name);
                xml.Element("Key", call.Key);
                xml.Element("UploadId", uploadId);
                Describe(xml, upload);
                xml.Element("PartNumberMarker", marker);
                xml.Element("NextPartNumberMarker", parts.Count > 0 ? parts[^1].Part.Number : 0);
                xml.Element("MaxParts", limit);
                xml.Element("IsTruncated", truncated);
                foreach (var part in parts)
                    xml.Nested(
                        "Part",
                        x =>
                        {
                            x.Element("PartNumber", part.Part.Number);
                            x.Element("LastModified", part.LastModified);
                            x.Element("ETag", $"\"{part.Part.ETag}\"");
                            x.Element("Size", part.Part.Size);
                            if (ChecksumAlgorithm.Named(upload.ChecksumAlgorithm) is { } algorithm)
                                x.Optional(algorithm.Element, part.Part.Checksum);
                        });
            });
    }

    private static void Describe(XmlWriter xml, MultipartUpload upload)
    {
        xml.Nested("Initiator", x => x.Element("ID", upload.InitiatorArn));
        xml.Owner("Owner", upload.OwnerAccount);
        xml.Element("StorageClass", upload.StorageClass);
        if (upload.ChecksumAlgorithm is null) return;
        xml.Element("ChecksumAlgorithm", upload.ChecksumAlgorithm);
        xml.Element("ChecksumType", upload.ChecksumType);
    }
}
