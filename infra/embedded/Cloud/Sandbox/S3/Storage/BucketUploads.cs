namespace ServerlessDrives.Embedded.Cloud.Sandbox.S3.Storage;

/// <summary>The uploads in progress of a bucket.</summary>
internal sealed partial class Bucket
{
    public void Begin(MultipartUpload upload)
    {
        lock (gate)
        {
            journal.Append(new JournalEntry { UploadBegun = upload });
            uploads[upload.UploadId] = new UploadInProgress(upload);
        }
    }

    public MultipartUpload FindUpload(string key, string uploadId)
    {
        lock (gate) return InProgress(key, uploadId).Upload;
    }

    public MultipartUpload? TryFindUpload(string key, string uploadId)
    {
        lock (gate) return uploads.TryGetValue(uploadId, out var found) && found.Upload.Key == key ? found.Upload : null;
    }

    /// <summary>The version that an upload became, while it is there; null when the upload is open or unknown.</summary>
    public ObjectVersion? FindCompleted(string key, string uploadId)
    {
        lock (gate) return uploads.ContainsKey(uploadId) ? null : index.Find(key)?.Versions.Find(v => v.UploadId == uploadId);
    }

    /// <summary>Keeps a part, in place of an earlier one of its number.</summary>
    public void PutPart(string key, string uploadId, UploadedPart part)
    {
        lock (gate)
        {
            var upload = InProgress(key, uploadId);
            journal.Append(new JournalEntry { PartPut = new PartOfUpload(uploadId, part) });
            if (upload.Parts.TryGetValue(part.Part.Number, out var replaced)) files.Release(replaced.Segments);
            upload.Parts[part.Part.Number] = part;
        }
    }

    /// <summary>The parts of an upload by number.</summary>
    public IReadOnlyList<UploadedPart> Parts(string key, string uploadId)
    {
        lock (gate) return [.. InProgress(key, uploadId).Parts.Values];
    }

    public void Abort(string key, string uploadId)
    {
        lock (gate)
        {
            InProgress(key, uploadId);
            journal.Append(new JournalEntry { UploadEnded = uploadId });
            Forget(uploadId);
        }
    }

    /// <summary>All uploads by key, and by age within a key.</summary>
    public IReadOnlyList<MultipartUpload> Uploads(string prefix)
    {
        lock (gate)
        {
            var found = uploads.Values.Select(u => u.Upload).Where(u => u.Key.StartsWith(prefix, StringComparison.Ordinal)).ToList();
            found.Sort(static (a, b) =>
            {
                var byKey = KeyOrder.Compare(a.Key, b.Key);
                if (byKey != 0) return byKey;
                var byAge = a.Initiated.CompareTo(b.Initiated);
                return byAge != 0 ? byAge : string.CompareOrdinal(a.UploadId, b.UploadId);
            });
            return found;
        }
    }

    private UploadInProgress InProgress(string key, string uploadId) =>
        uploads.TryGetValue(uploadId, out var upload) && upload.Upload.Key == key ? upload : throw S3Errors.NoSuchUpload(uploadId);

    /// <summary>Lets go of all parts; a completed object holds those that it took on its own account.</summary>
    private void Forget(string uploadId)
    {
        uploads.Remove(uploadId, out var upload);
        foreach (var part in upload!.Parts.Values) files.Release(part.Segments);
    }
}

internal sealed class UploadInProgress(MultipartUpload upload)
{
    public MultipartUpload Upload { get; } = upload;
    public SortedDictionary<int, UploadedPart> Parts { get; } = [];
}
