using System.Text;
using System.Xml;
using ServerlessDrives.Embedded.Cloud.Sandbox.S3.Storage;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.S3;

/// <summary>ListObjects and ListObjectsV2.</summary>
internal static class Listing
{
    public const int LongestPage = 1000;

    public static Task ListObjectsAsync(S3Call call)
    {
        call.AllowOnBucket("s3:ListBucket", "READ");
        return call.Query("list-type") == "2" ? Second(call) : First(call);
    }

    private static Task First(S3Call call)
    {
        var query = new ListQuery(call);
        var marker = call.Query("marker") ?? "";
        var page = Page(call, query, marker);
        return S3Xml.AnswerAsync(call, "ListBucketResult", xml =>
        {
            xml.Element("Name", call.Settings.Name);
            xml.Element("Prefix", query.Written(query.Prefix));
            xml.Element("Marker", query.Written(marker));
            if (page.Truncated && query.Delimiter.Length > 0) xml.Element("NextMarker", query.Written(page.Last));
            Body(xml, call, query, page, withOwner: true);
        });
    }

    private static Task Second(S3Call call)
    {
        var query = new ListQuery(call);
        var token = call.Query("continuation-token");
        var startAfter = call.Query("start-after");
        var page = Page(call, query, token is null ? startAfter ?? "" : ContinuationToken.Read(token));
        return S3Xml.AnswerAsync(call, "ListBucketResult", xml =>
        {
            xml.Element("Name", call.Settings.Name);
            xml.Element("Prefix", query.Written(query.Prefix));
            if (call.Asks("continuation-token")) xml.Element("ContinuationToken", token ?? "");
            if (startAfter is not null) xml.Element("StartAfter", query.Written(startAfter));
            if (page.Truncated) xml.Element("NextContinuationToken", ContinuationToken.Of(page.Last));
            xml.Element("KeyCount", page.Objects.Count + page.Prefixes.Count);
            Body(xml, call, query, page, call.Query("fetch-owner") == "true");
        });
    }

    private static void Body(XmlWriter xml, S3Call call, ListQuery query, ListPage page, bool withOwner)
    {
        query.WriteCommon(xml);
        xml.Element("IsTruncated", page.Truncated);
        foreach (var version in page.Objects)
        {
            xml.WriteStartElement("Contents");
            xml.Element("Key", query.Written(version.Key));
            Describe(xml, version);
            if (withOwner) xml.Owner("Owner", version.OwnerAccount);
            xml.Element("StorageClass", version.StorageClass);
            xml.WriteEndElement();
        }

        query.WritePrefixes(xml, page.Prefixes);
    }

    public static void Describe(XmlWriter xml, ObjectVersion version)
    {
        xml.Element("LastModified", version.LastModified);
        xml.Element("ETag", $"\"{version.ETag}\"");
        if (version.Checksum is { } checksum)
        {
            xml.Element("ChecksumAlgorithm", checksum.Algorithm);
            xml.Element("ChecksumType", checksum.Type);
        }

        xml.Element("Size", version.Size);
    }

    private static ListPage Page(S3Call call, ListQuery query, string after) => call.Bucket.Read(index =>
    {
        var objects = new List<ObjectVersion>();
        var prefixes = new List<string>();
        var last = "";
        var position = index.PositionOf(KeyOrder.Compare(after, query.Prefix) > 0 ? after : query.Prefix);
        while (position < index.Count)
        {
            var key = index[position].Key;
            if (!key.StartsWith(query.Prefix, StringComparison.Ordinal)) break;
            if (index[position].Current is not { } current || key == after)
            {
                position++;
                continue;
            }

            var group = query.GroupOf(key);
            if (group is not null && group == after)
            {
                position = index.PositionBehind(group, position);
                continue;
            }

            if (objects.Count + prefixes.Count == query.MaxKeys) return new ListPage(objects, prefixes, query.MaxKeys > 0, last);
            if (group is null)
            {
                objects.Add(current);
                last = key;
                position++;
            }
            else
            {
                prefixes.Add(group);
                last = group;
                position = index.PositionBehind(group, position);
            }
        }

        return new ListPage(objects, prefixes, Truncated: false, last);
    });

    private sealed record ListPage(List<ObjectVersion> Objects, List<string> Prefixes, bool Truncated, string Last);
}

/// <summary>What all listings of keys ask alike.</summary>
internal sealed class ListQuery
{
    private readonly bool encoded;

    public ListQuery(S3Call call)
    {
        Prefix = call.Query("prefix") ?? "";
        Delimiter = call.Query("delimiter") ?? "";
        MaxKeys = call.Limit(call.Asks("uploads") ? "max-uploads" : "max-keys", Listing.LongestPage);
        encoded = call.Query("encoding-type") switch
        {
            null when !call.Asks("encoding-type") => false,
            "url" => true,
            var other => throw S3Errors.InvalidArgument("Invalid Encoding Method specified in Request", "encoding-type", other ?? ""),
        };
    }

    public string Prefix { get; }
    public string Delimiter { get; }
    public int MaxKeys { get; }

    /// <summary>The common prefix that a key is rolled up into, or null.</summary>
    public string? GroupOf(string key)
    {
        if (Delimiter.Length == 0) return null;
        var end = key.IndexOf(Delimiter, Prefix.Length, StringComparison.Ordinal);
        return end < 0 ? null : key[..(end + Delimiter.Length)];
    }

    /// <summary>As the client wants keys: plain, or URL-encoded with "+" for spaces and slashes left alone.</summary>
    public string Written(string key) =>
        encoded
            ? Uri.EscapeDataString(key)
                .Replace("%2F", "/", StringComparison.Ordinal)
                .Replace("%20", "+", StringComparison.Ordinal)
                .Replace("~", "%7E", StringComparison.Ordinal)
            : key;

    public void WriteCommon(XmlWriter xml, string maxElement = "MaxKeys")
    {
        xml.Element(maxElement, MaxKeys);
        if (Delimiter.Length > 0) xml.Element("Delimiter", Written(Delimiter));
        if (encoded) xml.Element("EncodingType", "url");
    }

    public void WritePrefixes(XmlWriter xml, IEnumerable<string> prefixes)
    {
        foreach (var prefix in prefixes) xml.Nested("CommonPrefixes", x => x.Element("Prefix", Written(prefix)));
    }
}

/// <summary>Where a listing goes on: the last key or common prefix, opaque to clients.</summary>
internal static class ContinuationToken
{
    public static string Of(string last) => Convert.ToBase64String(Encoding.UTF8.GetBytes("1" + last));

    public static string Read(string token)
    {
        var bytes = new byte[token.Length];
        if (Convert.TryFromBase64String(token, bytes, out var length) && length > 0 && bytes[0] == '1')
            return Encoding.UTF8.GetString(bytes, 1, length - 1);
        throw S3Errors.InvalidArgument("The continuation token provided is incorrect", "continuation-token", token);
    }
}
