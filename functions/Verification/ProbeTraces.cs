using ServerlessDrives.Access;

namespace ServerlessDrives.Verification;

/// <summary>What verification has put into the bucket, and how it goes away again, whichever permissions are missing.</summary>
internal sealed class ProbeTraces(IBucketProbe bucket, BucketName name, string folder, VerificationId id)
{
    /// <summary>A key can't gather more versions than this from one verification and its retries.</summary>
    private const int MostVersions = 12;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Trace> _traces = [];

    /// <summary>The key of the probe object; the same again when a verification that was killed is repeated, so that it clears up after the first.</summary>
    public string ObjectKey { get; } = $"{folder}verification-{id}";

    /// <summary>The key of the multipart upload; begins with <see cref="ObjectKey"/>, so that one listing shows both.</summary>
    public string UploadKey => ObjectKey + "-parts";

    /// <summary>From now on the key may be in the bucket.</summary>
    public void Expect(string key, AccountId? owner)
    {
        lock (_lock)
            _traces.TryAdd(key, new Trace(owner));
    }

    /// <summary>From now on this upload may be under way, until <see cref="Aborted"/>.</summary>
    public void Expect(string key, PendingUpload upload) => On(key, trace => trace.Uploads.Add(upload.UploadId));

    public void Aborted(PendingUpload upload) => On(upload.Key, trace => trace.Uploads.Remove(upload.UploadId));

    /// <summary>The part that an upload has; with it the upload can be completed where it can't be aborted.</summary>
    public void HasPart(PendingUpload upload, string etag) => On(upload.Key, trace => trace.Parts[upload.UploadId] = etag);

    /// <summary>This version of the object, or its delete marker, is there until <see cref="Gone"/>.</summary>
    public void Expect(string key, string version) => On(key, trace => trace.Versions.Add(version));

    public void Gone(string key, string version) => On(key, trace => trace.Versions.Remove(version));

    /// <summary>AWS refused to write it, so that it never was there.</summary>
    public void NeverWas(string key)
    {
        lock (_lock)
            _traces.Remove(key);
    }

    public bool IsEmpty
    {
        get
        {
            lock (_lock)
                return _traces.Count == 0;
        }
    }

    /// <summary>Removes whatever is left, by one permission or another, and looks whether it is gone.</summary>
    /// <returns>What is still there or may be, each as a person would name it.</returns>
    public async Task<IReadOnlyList<Leftover>> SweepAsync(CancellationToken cancellation)
    {
        KeyValuePair<string, Trace>[] traces;
        lock (_lock)
            traces = [.. _traces];
        var left = await Task.WhenAll(traces.Select(trace => SweepAsync(trace.Key, trace.Value, cancellation)));
        return [.. left.SelectMany(leftover => leftover)];
    }

    /// <summary>The same for one key.</summary>
    public async Task<IReadOnlyList<Leftover>> SweepAsync(string key, CancellationToken cancellation)
    {
        Trace? trace;
        lock (_lock)
            _traces.TryGetValue(key, out trace);
        return trace is null ? [] : await SweepAsync(key, trace, cancellation);
    }

    private async Task<List<Leftover>> SweepAsync(string key, Trace trace, CancellationToken cancellation)
    {
        var left = new List<Leftover>();
        // Only the key that uploads are made under has any; asking costs a call.
        var uploads = key == UploadKey ? bucket.ListUploadsAsync(key, trace.Owner, cancellation) : null;
        var latest = bucket.HeadAsync(key, trace.Owner, cancellation);
        if (uploads is not null && (await uploads).TryGet(out var pending, out _))
        {
            // The list is the truth: it also names uploads whose answer was lost on the way.
            trace.Uploads.Clear();
            trace.Uploads.UnionWith(pending.Where(upload => upload.Key == key).Select(upload => upload.UploadId));
        }

        var completed = false;
        foreach (var upload in trace.Uploads)
        {
            if (await EndUploadAsync(key, upload, trace, cancellation) is not { } end)
                left.Add(new Leftover(name, key, Version: null, upload));
            else
                completed |= end is UploadEnd.Completed;
        }

        left.AddRange(await PeelAsync(key, trace, completed ? await bucket.HeadAsync(key, trace.Owner, cancellation) : await latest, cancellation));
        return left;
    }

    private enum UploadEnd
    {
        Aborted,
        Completed,
    }

    private async Task<UploadEnd?> EndUploadAsync(string key, string upload, Trace trace, CancellationToken cancellation)
    {
        var aborted = await bucket.AbortUploadAsync(key, upload, trace.Owner, cancellation);
        if (aborted.Fault is null or Fault.Refused { Code: "NoSuchUpload" })
            return UploadEnd.Aborted;
        // Without the right to abort, an upload still goes away by becoming an object, which can be deleted.
        return trace.Parts.TryGetValue(upload, out var etag)
            && (await bucket.CompleteUploadAsync(key, upload, etag, trace.Owner, cancellation)).Fault is null
            ? UploadEnd.Completed
            : null;
    }

    /// <summary>
    /// Takes the latest version off the key until none is left. A HEAD shows the latest one even if it is a delete marker,
    /// so this finds all versions of a key without <c>s3:ListBucketVersions</c>, which isn't among a drive's permissions.
    /// </summary>
    private async Task<IReadOnlyList<Leftover>> PeelAsync(string key, Trace trace, Answer<LatestVersion> head, CancellationToken cancellation)
    {
        for (var layer = 0; layer < MostVersions; layer++, head = await bucket.HeadAsync(key, trace.Owner, cancellation))
        {
            if (!head.TryGet(out var latest, out _))
                return await PeelBlindlyAsync(key, trace, cancellation);
            if (latest is { Exists: false, IsDeleteMarker: false })
                return [];

            var version = latest.Version ?? "null";
            if ((await bucket.DeleteAsync(key, version, trace.Owner, cancellation)).Fault is null)
                continue;
            if (!latest.Exists)
                return [.. trace.Versions.Append(version).Distinct().Select(remaining => new Leftover(name, key, remaining, Upload: null))];

            var deleted = await bucket.DeleteAsync(key, version: null, trace.Owner, cancellation);
            if (!deleted.TryGet(out var removal, out _))
                return [new Leftover(name, key, latest.Version, Upload: null)];
            if (removal.Marker is { } marker)
                return [new Leftover(name, key, version, Upload: null), new Leftover(name, key, marker, Upload: null)];
        }

        return [new Leftover(name, key, Version: null, Upload: null)];
    }

    /// <summary>Where AWS doesn't let us look at the key: what is known to be there is deleted, and a listing is asked whether it helped.</summary>
    private async Task<IReadOnlyList<Leftover>> PeelBlindlyAsync(string key, Trace trace, CancellationToken cancellation)
    {
        var left = new List<Leftover>();
        foreach (var version in trace.Versions.Order().ToList())
        {
            if ((await bucket.DeleteAsync(key, version, trace.Owner, cancellation)).Fault is not null)
                left.Add(new Leftover(name, key, version, Upload: null));
        }

        // Nothing of ours is known to be there, and the listing doesn't show anything either: a delete would only leave a marker.
        if (trace.Versions.Count == 0 && (await bucket.ListAsync(key, trace.Owner, cancellation)).TryGet(out var listed, out _) && !listed.Contains(key))
            return left;

        if (trace.Versions.Count == 0)
        {
            // Deleting the version named "null" leaves no delete marker; a plain delete on a bucket with versions would.
            var deleted = await bucket.DeleteAsync(key, "null", trace.Owner, cancellation);
            if (deleted.Fault is not null)
                deleted = await bucket.DeleteAsync(key, version: null, trace.Owner, cancellation);
            if (deleted.TryGet(out var removal, out _) && removal.Marker is { } marker
                && (await bucket.DeleteAsync(key, marker, trace.Owner, cancellation)).Fault is not null)
                left.Add(new Leftover(name, key, marker, Upload: null));
            if (deleted.Fault is not null)
                left.Add(new Leftover(name, key, Version: null, Upload: null));
        }

        if ((await bucket.ListAsync(key, trace.Owner, cancellation)).TryGet(out var keys, out _))
        {
            if (!keys.Contains(key))
                left.RemoveAll(leftover => leftover.Version is null);
            else if (left.Count == 0)
                left.Add(new Leftover(name, key, Version: null, Upload: null));
        }

        return left;
    }

    private void On(string key, Action<Trace> change)
    {
        lock (_lock)
        {
            if (_traces.TryGetValue(key, out var trace))
                change(trace);
        }
    }

    private sealed class Trace(AccountId? owner)
    {
        public AccountId? Owner { get; } = owner;
        public HashSet<string> Versions { get; } = [];
        public HashSet<string> Uploads { get; } = [];
        public Dictionary<string, string> Parts { get; } = [];
    }
}

/// <summary>Something of ours that could not be removed.</summary>
/// <param name="Version">Its version id, where the bucket has versions.</param>
/// <param name="Upload">The upload's id, if it is an upload.</param>
internal sealed record Leftover(BucketName Bucket, string Key, string? Version, string? Upload)
{
    /// <summary>As a sentence names it.</summary>
    public string Name => Upload is not null ? $"the upload {Upload} of {Key}" : Version is not null and not "null" ? $"{Key} (version {Version})" : Key;

    /// <summary>The AWS CLI's command that removes it.</summary>
    public string Command => Upload is not null
        ? $"aws s3api abort-multipart-upload --bucket {Bucket} --key '{Quoted}' --upload-id '{Upload}'"
        : $"aws s3api delete-object --bucket {Bucket} --key '{Quoted}'{(Version is null ? "" : $" --version-id '{Version}'")}";

    private string Quoted => Key.Replace("'", "'\\''", StringComparison.Ordinal);
}
