namespace ServerlessDrives.Embedded.Cloud.Sandbox.S3.Storage;

/// <summary>Brings a bucket back from the lines of its journal.</summary>
internal sealed class Replay(Dictionary<string, UploadInProgress> uploads)
{
    private readonly Dictionary<string, KeyVersions> keys = [];

    public IReadOnlyCollection<KeyVersions> Keys => keys.Values;
    public int Lines { get; private set; }
    public int Live => keys.Values.Sum(k => k.Versions.Count) + uploads.Values.Sum(u => 1 + u.Parts.Count);

    public void Apply(JournalEntry entry)
    {
        Lines++;
        if (entry.Put is { } put) SetNewest(Entry(put.Key), put);
        if (entry.Changed is { } changed && keys.TryGetValue(changed.Key, out var of))
            of.Versions[of.Versions.FindIndex(v => v.VersionId == changed.VersionId)] = changed;
        if (entry.Deleted is { } deleted && keys.TryGetValue(deleted.Key, out var from))
        {
            from.Versions.RemoveAll(v => v.VersionId == deleted.VersionId);
            if (from.Versions.Count == 0) keys.Remove(deleted.Key);
        }

        if (entry.UploadBegun is { } begun) uploads[begun.UploadId] = new UploadInProgress(begun);
        if (entry.PartPut is { } part) uploads[part.UploadId].Parts[part.Part.Part.Number] = part.Part;
        if (entry.UploadEnded is { } ended) uploads.Remove(ended);
    }

    /// <summary>Puts a version in front of its key's others; answers the null version that it takes the place of.</summary>
    public static ObjectVersion? SetNewest(KeyVersions entry, ObjectVersion version)
    {
        ObjectVersion? replaced = null;
        if (version.VersionId == ObjectVersion.NullVersion && entry.Versions.Find(v => v.VersionId == ObjectVersion.NullVersion) is { } old)
        {
            entry.Versions.Remove(old);
            replaced = old;
        }

        entry.Versions.Insert(0, version);
        return replaced;
    }

    private KeyVersions Entry(string key)
    {
        if (!keys.TryGetValue(key, out var entry)) keys[key] = entry = new KeyVersions(key);
        return entry;
    }
}
