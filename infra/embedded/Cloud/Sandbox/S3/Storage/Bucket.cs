using System.Text.Json;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.S3.Storage;

/// <summary>One bucket: its settings, its keys in order, its uploads in progress. Every change is in the journal before it shows.</summary>
internal sealed partial class Bucket : IDisposable
{
    private readonly Lock gate = new();
    private readonly string folder;
    private readonly DataFiles files;
    private readonly KeyIndex index = new();
    private readonly Dictionary<string, UploadInProgress> uploads = [];
    private readonly List<ConditionalWrite> conditionalWrites = [];
    private readonly Journal journal;
    private BucketSettings settings;

    /// <summary>Opens what is in the folder.</summary>
    public Bucket(string folder, DataFiles files)
    {
        this.folder = folder;
        this.files = files;
        settings = DataFolder.Read(
            SettingsFile(folder),
            content =>
                JsonSerializer.Deserialize<BucketSettings>(content, JournalFormat.Settings) ?? throw new JsonException("It holds nothing.")
        );
        var replay = new Replay(uploads);
        journal = Journal.Replay(Path.Combine(folder, "journal.jsonl"), replay.Apply);
        index.Load(replay.Keys);
        foreach (var version in replay.Keys.SelectMany(k => k.Versions)) files.HoldWritten(version.Segments);
        foreach (var part in uploads.Values.SelectMany(u => u.Parts.Values)) files.HoldWritten(part.Segments);
        if (replay.Lines > 1_000 + (2 * replay.Live)) journal.Rewrite(Everything());
    }

    public BucketSettings Settings => Volatile.Read(ref settings);

    public static void Create(string folder, BucketSettings settings)
    {
        Directory.CreateDirectory(folder);
        Save(folder, settings);
    }

    public BucketSettings Change(Func<BucketSettings, BucketSettings> change)
    {
        lock (gate)
        {
            var changed = change(settings);
            Save(folder, changed);
            return settings = changed;
        }
    }

    /// <summary>Answers from the index while nothing changes in it.</summary>
    public T Read<T>(Func<KeyIndex, T> read)
    {
        lock (gate) return read(index);
    }

    public bool IsEmpty
    {
        get { lock (gate) return index.Count == 0; }
    }

    /// <summary>
    /// The version asked for, or the newest one (which may be a delete marker) when <paramref name="versionId"/> is null; null when there
    /// is none. Its data files stay until the lease is disposed.
    /// </summary>
    public VersionLease? Lease(string key, string? versionId)
    {
        lock (gate)
        {
            var versions = index.Find(key)?.Versions;
            var version = versionId is null ? versions?[0] : versions?.Find(v => v.VersionId == versionId);
            if (version is null) return null;
            files.Hold(version.Segments);
            return new VersionLease(version, files);
        }
    }

    public ObjectVersion? Find(string key, string? versionId = null)
    {
        lock (gate)
        {
            var versions = index.Find(key)?.Versions;
            return versionId is null ? versions?[0] : versions?.Find(v => v.VersionId == versionId);
        }
    }

    /// <summary>Makes a version the newest of its key, under a new version id when the bucket keeps versions.</summary>
    /// <param name="written">Its segments are held by the caller and go over to the bucket.</param>
    /// <param name="condition">Checked at this very moment, before anything changes; throws to refuse.</param>
    /// <param name="uploadId">The multipart upload that this completes.</param>
    public ObjectVersion Put(ObjectVersion written, ConditionalWrite? condition, string? uploadId = null)
    {
        lock (gate)
        {
            condition?.Check(index.Find(written.Key)?.Current);
            if (uploadId is not null && !uploads.ContainsKey(uploadId)) throw S3Errors.NoSuchUpload(uploadId);
            var version = written with { VersionId = settings.Versioning == "Enabled" ? NewVersionId() : ObjectVersion.NullVersion };
            journal.Append(new JournalEntry { Put = version, UploadEnded = uploadId });
            SetNewest(index.FindOrAdd(version.Key), version);
            if (uploadId is not null) Forget(uploadId);
            return version;
        }
    }

    /// <summary>Deletes as the bucket's versioning has it: for good, or by a delete marker.</summary>
    /// <returns>The delete marker, or null when there is none.</returns>
    /// <param name="check">Sees the newest version, or null, before anything changes; throws to refuse.</param>
    public ObjectVersion? Delete(string key, string account, DateTimeOffset now, Action<ObjectVersion?>? check = null)
    {
        lock (gate)
        {
            var entry = index.Find(key);
            check?.Invoke(entry?.Current);
            foreach (var write in conditionalWrites) write.Deleted(key);
            if (settings.Versioning is null)
            {
                if (entry is not null) Remove(entry, entry.Versions[0]);
                return null;
            }

            var marker = new ObjectVersion
            {
                Key = key,
                VersionId = settings.Versioning == "Enabled" ? NewVersionId() : ObjectVersion.NullVersion,
                LastModified = now,
                OwnerAccount = account,
                IsDeleteMarker = true,
            };
            journal.Append(new JournalEntry { Put = marker });
            SetNewest(index.FindOrAdd(key), marker);
            return marker;
        }
    }

    /// <summary>Deletes one version or delete marker for good; null when there is none.</summary>
    public ObjectVersion? DeleteVersion(string key, string versionId, Action<ObjectVersion?>? check = null)
    {
        lock (gate)
        {
            var entry = index.Find(key);
            var version = entry?.Versions.Find(v => v.VersionId == versionId);
            check?.Invoke(version);
            if (version is null) return null;
            foreach (var write in conditionalWrites) write.Deleted(key);
            Remove(entry!, version);
            return version;
        }
    }

    /// <summary>Changes what may change of a version: ACL, tags, restoration. False when it is gone.</summary>
    public bool ChangeVersion(string key, string versionId, Func<ObjectVersion, ObjectVersion> change)
    {
        lock (gate)
        {
            var versions = index.Find(key)?.Versions;
            var position = versions?.FindIndex(v => v.VersionId == versionId) ?? -1;
            if (position < 0) return false;
            var changed = change(versions![position]);
            journal.Append(new JournalEntry { Changed = changed });
            versions[position] = changed;
            return true;
        }
    }

    /// <summary>Watches for deletions until it is disposed, so that a write that was overtaken by one is told.</summary>
    public ConditionalWrite Watch(string key, string? ifMatch, bool ifNoneMatch)
    {
        lock (gate)
        {
            var write = new ConditionalWrite(key, ifMatch, ifNoneMatch, Unwatch);
            write.Check(index.Find(key)?.Current);
            conditionalWrites.Add(write);
            return write;
        }
    }

    public void Dispose() => journal.Dispose();

    private void Unwatch(ConditionalWrite write)
    {
        lock (gate) conditionalWrites.Remove(write);
    }

    private void Remove(KeyVersions entry, ObjectVersion version)
    {
        journal.Append(new JournalEntry { Deleted = new VersionName(version.Key, version.VersionId) });
        entry.Versions.Remove(version);
        if (entry.Versions.Count == 0) index.Remove(entry.Key);
        files.Release(version.Segments);
    }

    private void SetNewest(KeyVersions entry, ObjectVersion version)
    {
        if (Replay.SetNewest(entry, version) is { } replaced) files.Release(replaced.Segments);
    }

    private IEnumerable<JournalEntry> Everything()
    {
        for (var i = 0; i < index.Count; i++)
            foreach (var version in Enumerable.Reverse(index[i].Versions))
                yield return new JournalEntry { Put = version };
        foreach (var upload in uploads.Values)
        {
            yield return new JournalEntry { UploadBegun = upload.Upload };
            foreach (var part in upload.Parts.Values)
                yield return new JournalEntry { PartPut = new PartOfUpload(upload.Upload.UploadId, part) };
        }
    }

    private static void Save(string folder, BucketSettings settings) =>
        DataFolder.Replace(SettingsFile(folder), JsonSerializer.SerializeToUtf8Bytes(settings, JournalFormat.Settings), flushToDisk: false);

    private static string SettingsFile(string folder) => Path.Combine(folder, "bucket.json");

    private static string NewVersionId() => Identifiers.NewVersion();
}

/// <summary>A version whose data files can't go away.</summary>
internal sealed class VersionLease(ObjectVersion version, DataFiles files) : IDisposable
{
    public ObjectVersion Version { get; } = version;

    public void Dispose() => files.Release(Version.Segments);
}
