using System.Collections.Concurrent;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.S3.Storage;

/// <summary>All buckets of all accounts and regions: their names share one space. Kept below one folder.</summary>
internal sealed class Buckets : IDisposable
{
    private readonly Lock gate = new();
    private readonly string folder;
    private readonly ConcurrentDictionary<string, Bucket> buckets = new(StringComparer.Ordinal);

    /// <summary>Opens what is in the folder, and deletes the data that nothing refers to.</summary>
    public Buckets(string folder)
    {
        this.folder = Path.Combine(folder, "buckets");
        Directory.CreateDirectory(this.folder);
        Files = new DataFiles(Path.Combine(folder, "data"));
        foreach (var path in Directory.EnumerateDirectories(this.folder))
        {
            // A bucket without its settings was being created or deleted when the process was killed.
            if (File.Exists(Path.Combine(path, "bucket.json"))) buckets[Path.GetFileName(path)] = new Bucket(path, Files);
            else Directory.Delete(path, recursive: true);
        }

        Files.DeleteUnheld();
    }

    public DataFiles Files { get; }

    public IReadOnlyList<Bucket> OwnedBy(string account) =>
        [.. buckets.Values.Where(b => b.Settings.Account == account).OrderBy(b => b.Settings.Name, StringComparer.Ordinal)];

    public Bucket? Find(string name) => buckets.GetValueOrDefault(name);

    /// <summary>The new bucket, or null when the name is taken.</summary>
    public Bucket? Create(BucketSettings settings)
    {
        lock (gate)
        {
            if (buckets.ContainsKey(settings.Name)) return null;
            var path = Path.Combine(folder, settings.Name);
            Bucket.Create(path, settings);
            return buckets[settings.Name] = new Bucket(path, Files);
        }
    }

    /// <summary>False when something is in it.</summary>
    public bool Delete(Bucket bucket)
    {
        lock (gate)
        {
            if (!bucket.IsEmpty) return false;
            var name = bucket.Settings.Name;
            foreach (var upload in bucket.Uploads("")) bucket.Abort(upload.Key, upload.UploadId);
            buckets.TryRemove(name, out _);
            bucket.Dispose();
            File.Delete(Path.Combine(folder, name, "bucket.json"));
            Directory.Delete(Path.Combine(folder, name), recursive: true);
            return true;
        }
    }

    public void Dispose()
    {
        foreach (var bucket in buckets.Values) bucket.Dispose();
    }
}
