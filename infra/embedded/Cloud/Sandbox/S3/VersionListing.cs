using ServerlessDrives.Embedded.Cloud.Sandbox.S3.Storage;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.S3;

/// <summary>ListObjectVersions: every version and delete marker, by key, the newest first.</summary>
internal static class VersionListing
{
    public static Task ListAsync(S3Call call)
    {
        call.AllowOnBucket("s3:ListBucketVersions", "READ");
        var query = new ListQuery(call);
        var keyMarker = call.Query("key-marker") ?? "";
        var versionMarker = call.Query("version-id-marker");
        if (versionMarker is not null && keyMarker.Length == 0)
            throw S3Errors.InvalidArgument(
                "A version-id marker cannot be specified without a key marker.",
                "version-id-marker",
                versionMarker);

        var page = Page(call, query, keyMarker, versionMarker);
        return S3Xml.AnswerAsync(call, "ListVersionsResult", xml =>
        {
            xml.Element("Name", call.Settings.Name);
            xml.Element("Prefix", query.Written(query.Prefix));
            xml.Element("KeyMarker", query.Written(keyMarker));
            xml.Element("VersionIdMarker", versionMarker ?? "");
            if (page.Truncated)
            {
                xml.Element("NextKeyMarker", query.Written(page.LastKey));
                xml.Optional("NextVersionIdMarker", page.LastVersion);
            }

            query.WriteCommon(xml);
            xml.Element("IsTruncated", page.Truncated);
            foreach (var (version, latest) in page.Versions)
            {
                xml.WriteStartElement(version.IsDeleteMarker ? "DeleteMarker" : "Version");
                xml.Element("Key", query.Written(version.Key));
                xml.Element("VersionId", version.VersionId);
                xml.Element("IsLatest", latest);
                if (version.IsDeleteMarker) xml.Element("LastModified", version.LastModified);
                else Listing.Describe(xml, version);
                xml.Owner("Owner", version.OwnerAccount);
                if (!version.IsDeleteMarker) xml.Element("StorageClass", version.StorageClass);
                xml.WriteEndElement();
            }

            query.WritePrefixes(xml, page.Prefixes);
        });
    }

    private static VersionPage Page(S3Call call, ListQuery query, string keyMarker, string? versionMarker) => call.Bucket.Read(index =>
    {
        var versions = new List<(ObjectVersion, bool)>();
        var prefixes = new List<string>();
        var lastKey = "";
        string? lastVersion = null;
        var position = index.PositionOf(KeyOrder.Compare(keyMarker, query.Prefix) > 0 ? keyMarker : query.Prefix);
        while (position < index.Count && index[position].Key.StartsWith(query.Prefix, StringComparison.Ordinal))
        {
            var entry = index[position];
            var first = 0;
            if (entry.Key == keyMarker)
            {
                first = versionMarker is null ? entry.Versions.Count : entry.Versions.FindIndex(v => v.VersionId == versionMarker) + 1;
            }

            if (query.GroupOf(entry.Key) is { } group)
            {
                if (group != keyMarker)
                {
                    if (versions.Count + prefixes.Count == query.MaxKeys) return Cut();
                    prefixes.Add(group);
                    (lastKey, lastVersion) = (group, null);
                }

                position = index.PositionBehind(group, position);
                continue;
            }

            for (var i = first; i < entry.Versions.Count; i++)
            {
                if (versions.Count + prefixes.Count == query.MaxKeys) return Cut();
                versions.Add((entry.Versions[i], i == 0));
                (lastKey, lastVersion) = (entry.Key, entry.Versions[i].VersionId);
            }

            position++;
        }

        return new VersionPage(versions, prefixes, Truncated: false, lastKey, lastVersion);

        VersionPage Cut() => new(versions, prefixes, query.MaxKeys > 0, lastKey, lastVersion);
    });

    private sealed record VersionPage(
        List<(ObjectVersion Version, bool Latest)> Versions,
        List<string> Prefixes,
        bool Truncated,
        string LastKey,
        string? LastVersion
    );
}
