using System.Globalization;
using System.Xml;
using ServerlessDrives.Embedded.Cloud.Sandbox.S3.Content;
using ServerlessDrives.Embedded.Cloud.Sandbox.S3.Storage;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.S3;

/// <summary>GetObjectAttributes.</summary>
internal static class AttributeCalls
{
    private static readonly string[] Known = ["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"];

    public static async Task GetAsync(S3Call call)
    {
        using var lease = ReadCalls.Open(call, "s3:GetObject", "s3:GetObjectVersion");
        var version = lease.Version;
        call.AllowOnObject(call.VersionId is null ? "s3:GetObjectAttributes" : "s3:GetObjectVersionAttributes", existing: version);
        Encryption.AllowRead(call, version);
        var asked = call
            .Request.Headers["x-amz-object-attributes"]
            .ToString()
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (asked.Length == 0 || asked.Except(Known, StringComparer.Ordinal).FirstOrDefault() is { })
            throw S3Errors.InvalidArgument("Invalid attribute name specified.", "x-amz-object-attributes", string.Join(',', asked));

        call.Response.Headers.LastModified = version.LastModified.ToString("R", CultureInfo.InvariantCulture);
        call.TellVersion(version);
        await S3Xml.AnswerAsync(call, "GetObjectAttributesResponse", xml =>
        {
            if (asked.Contains("ETag")) xml.Element("ETag", version.ETag);
            if (asked.Contains("Checksum") && version.Checksum is { } checksum)
                xml.Nested("Checksum", x =>
                {
                    x.Element(ChecksumAlgorithm.Named(checksum.Algorithm)!.Element, checksum.Value.Split('-')[0]);
                    x.Element("ChecksumType", checksum.Type);
                });
            if (asked.Contains("ObjectParts") && version.Parts is { } parts) xml.Nested("ObjectParts", x => Parts(x, call, version, parts));
            if (asked.Contains("StorageClass")) xml.Element("StorageClass", version.StorageClass);
            if (asked.Contains("ObjectSize")) xml.Element("ObjectSize", version.Size);
        });
    }

    private static void Parts(XmlWriter xml, S3Call call, ObjectVersion version, IReadOnlyList<ObjectPart> parts)
    {
        xml.Element("PartsCount", parts.Count);
        // S3 lists the parts themselves only where each has a checksum of its own to show.
        if (version.Checksum is not { Type: "COMPOSITE" } checksum)
            return;
        var marker = int.TryParse(call.Header("x-amz-part-number-marker"), NumberStyles.None, CultureInfo.InvariantCulture, out var given)
            ? given
            : 0;
        var limit = int.TryParse(call.Header("x-amz-max-parts"), NumberStyles.None, CultureInfo.InvariantCulture, out var most)
            ? Math.Min(most, Listing.LongestPage)
            : Listing.LongestPage;
        var page = parts.Where(p => p.Number > marker).Take(limit).ToList();
        xml.Element("PartNumberMarker", marker);
        xml.Element("MaxParts", limit);
        xml.Element("IsTruncated", page.Count > 0 && page[^1].Number != parts[^1].Number);
        xml.Element("NextPartNumberMarker", page.Count > 0 ? page[^1].Number : 0);
        foreach (var part in page)
            xml.Nested("Part", x =>
            {
                x.Element("PartNumber", part.Number);
                x.Element("Size", part.Size);
                x.Optional(ChecksumAlgorithm.Named(checksum.Algorithm)!.Element, part.Checksum);
            });
    }
}
