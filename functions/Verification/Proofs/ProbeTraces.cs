using ServerlessDrives.Access;

namespace ServerlessDrives.Verification.Proofs;

/// <summary>What verification has put into the bucket, and how it goes away again, whichever permissions are missing.</summary>
internal sealed class ProbeTraces(IBucketProbe bucket, BucketName name, string folder, VerificationId id)
{
    /// <summary>A key can't gather more versions than this from one verification and its retries.</summary>
    private const int MostVersions = 12;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Trace> _traces = [];
    private bool _hasVersions;

    /// <summary>
    /// The key of the probe object; the same again when a verification that was killed is repeated, so that it clears up after the first.
    /// </summary>
    public string ObjectKey { get; } = $"{folder}verification-{id}";

    /// <summary>The key of the multipart upload; begins with <see cref="ObjectKey"/>, so that one listing shows both.</summary>
    public string UploadKey => ObjectKey + "-parts";

    /// <summary>What is written first.</summary>
    public byte[] Content { get; } = System.Text.Encoding.UTF8.GetBytes(
        $"{folder}verification-{id}: written by a verification and deleted at its end.\n");

    /// <summary>What is written over it.</summary>
    public byte[] ContentAgain { get; } = System.Text.Encoding.UTF8.GetBytes(
        $"{folder}verification-{id}: written over by a verification and deleted at its end.\n");

    /// <summary>From now on the key may be in the bucket.</summary>
    public void Expect(string key, AccountId? owner)
    {
        lock (_lock)
            _traces.TryAdd(key, new Trace(owner) { MayBeObject = key == ObjectKey });
    }

    /// <summary>From now on this upload may be under way, until <see cref="Aborted"/>.</summary>
    public void Expect(string key, PendingUpload upload) => On(key, trace => trace.Uploads.Add(upload.UploadId));

    public void Aborted(PendingUpload upload) => On(upload.Key, trace => trace.Uploads.Remove(upload.UploadId));

    /// <summary>The part that an upload has; with it the upload can be completed where it can't be aborted.</summary>
    public void HasPart(PendingUpload upload, string etag, byte[] content) =>
        On(upload.Key, trace => trace.Parts[upload.UploadId] = (etag, content));

    /// <summary>This version of the object, or its delete marker, is there until <see cref="Gone"/>.</summary>
    public void Expect(string key, string version) => On(key, trace =>
    {
        trace.Versions.Add(version);
        _hasVersions |= version != "null";
    });

    public void Gone(string key, string version) => On(key, trace => trace.Versions.Remove(version));

    /// <summary>A change was not answered, so that there may be more of this key than is known.</summary>
    public void Doubt(string key) => On(key, trace => trace.IsDoubtful = true);

    /// <summary>A change whose answer didn't come may have been made all the same.</summary>
    public async Task<Result<T, Fault>> DoubtingAsync<T>(string key, Task<Result<T, Fault>> change)
        where T : notnull
    {
        var answer = await change;
        if (answer.Error is { IsPassing: true } or Fault.Refused { Status: 412 })
            Doubt(key);
        return answer;
    }

    /// <summary>Calls were given up on every key that there may be something of.</summary>
    public void DoubtAll()
    {
        lock (_lock)
        {
            foreach (var trace in _traces.Values)
                trace.IsDoubtful = true;
        }
    }

    /// <summary>What may be in the bucket as far as can be told without asking AWS.</summary>
    public IReadOnlyList<Leftover> Suspected()
    {
        lock (_lock)
            return [.. _traces.SelectMany(trace => Suspected(trace.Key, trace.Value))];
    }

    private IEnumerable<Leftover> Suspected(string key, Trace trace)
    {
        foreach (var upload in trace.Uploads)
            yield return new Leftover(name, key, Version: null, upload);
        if (key == UploadKey && trace is { IsDoubtful: true, Uploads.Count: 0 })
            yield return new Leftover(name, key, Version: null, Leftover.UnknownUpload);
        foreach (var version in trace.Versions.Order())
            yield return new Leftover(name, key, version, Upload: null);
        if (trace is { MayBeObject: true, IsDoubtful: true } or { MayBeObject: true, WasRefused: false, Versions.Count: 0 })
            yield return new Leftover(name, key, Version: null, Upload: null) { IsDoubtful = true };
    }

    /// <summary>What there is of this key is known again.</summary>
    public void Settle(string key) => On(key, trace => trace.IsDoubtful = false);

    /// <summary>AWS refused to write it. It is looked for all the same, but where that can't be done, AWS is believed.</summary>
    public void WasRefused(string key) => On(key, trace => trace.WasRefused = true);

    /// <summary>Whether nothing was ever written, as far as AWS's answers go.</summary>
    public bool WereAllRefused
    {
        get
        {
            lock (_lock)
                return _traces.Values.All(trace => trace.WasRefused && !trace.IsDoubtful);
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
        // Where HEAD is refused, as under the policies that are offered, a listing has the word; asked at once it costs no time.
        var listing = IsListedAsync(key, trace, cancellation);
        if (uploads is not null && (await uploads).TryGet(out var pending, out _))
        {
            // The list is the truth: it also names uploads whose answer was lost on the way.
            trace.Uploads.Clear();
            trace.Uploads.UnionWith(pending.Where(upload => upload.Key == key).Select(upload => upload.UploadId));
            trace.IsDoubtful = false;
        }
        else if (uploads is not null && (trace.IsDoubtful || (await uploads).Error is { IsPassing: true }))
        {
            left.Add(new Leftover(name, key, Version: null, Leftover.UnknownUpload));
        }

        var completed = false;
        foreach (var upload in trace.Uploads)
        {
            if (await EndUploadAsync(key, upload, trace, cancellation) is not { } end)
                left.Add(new Leftover(name, key, Version: null, upload));
            else
                completed |= end is UploadEnd.Completed;
        }

        var (head, listed) = (await latest, (Listing?)await listing);
        if (completed)
            (head, listed) = (await bucket.HeadAsync(key, trace.Owner, cancellation), null);
        left.AddRange(await PeelAsync(key, trace, head, listed, cancellation));
        // Versions and delete markers that an unanswered call may have made show in no listing that a drive may ask for.
        if (trace.IsDoubtful && _hasVersions && left.Count > 0 && !left.Exists(leftover => leftover.IsDoubtful))
            left.Add(new Leftover(name, key, Version: null, Upload: null) { IsDoubtful = true });
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
        if (aborted.Error is null or Fault.Refused { Code: "NoSuchUpload" })
            return UploadEnd.Aborted;
        // Without the right to abort, an upload still goes away by becoming an object, which can be deleted.
        if (!trace.Parts.TryGetValue(upload, out var part))
            return null;
        if (
            !(await bucket.CompleteUploadAsync(key, upload, part.ETag, part.Content, trace.Owner, cancellation)).TryGet(
                out var completed,
                out var fault))
        {
            trace.IsDoubtful |= fault.IsPassing;
            trace.MayBeObject |= fault.IsPassing;
            return null;
        }

        trace.MayBeObject = true;
        if (completed.Version is { } version)
            Expect(key, version);
        return UploadEnd.Completed;
    }

    /// <summary>
    /// Takes the latest version off the key until none is left. A HEAD shows the latest one even if it is a delete marker,
    /// so this finds all versions of a key without <c>s3:ListBucketVersions</c>, which isn't among a drive's permissions.
    /// </summary>
    private async Task<IReadOnlyList<Leftover>> PeelAsync(
        string key,
        Trace trace,
        Result<LatestVersion, Fault> head,
        Listing? listing,
        CancellationToken cancellation)
    {
        for (var layer = 0; layer < MostVersions; layer++, head = await bucket.HeadAsync(key, trace.Owner, cancellation))
        {
            if (!head.TryGet(out var latest, out _))
                return await PeelBlindlyAsync(key, trace, layer == 0 ? listing : null, cancellation);
            if (latest is { Exists: false, IsDeleteMarker: false })
                return [];

            var version = latest.Version ?? "null";
            if ((await bucket.DeleteAsync(key, version, trace.Owner, cancellation)).Error is null)
                continue;
            if (!latest.Exists)
                return [.. trace.Versions.Append(version).Distinct().Select(remaining => new Leftover(name, key, remaining, Upload: null))];

            var deleted = await DeleteAsync(key, trace, cancellation);
            if (!deleted.TryGet(out var removal, out _))
                return
                [
                    .. trace
                        .Versions.Append(version)
                        .Distinct()
                        .Select(remaining => new Leftover(name, key, remaining == "null" ? null : remaining, Upload: null)),
                ];
            if (removal.Marker is not { } marker)
                continue;
            trace.Versions.UnionWith([version, marker]);
            return [new Leftover(name, key, version, Upload: null), new Leftover(name, key, marker, Upload: null)];
        }

        return [new Leftover(name, key, Version: null, Upload: null)];
    }

    /// <summary>
    /// Where AWS doesn't let us look at the key: what is known to be there is deleted, and a listing is asked whether it helped. This is
    /// the usual way: under the policies that are offered, a HEAD of a key that is gone is refused, since <c>s3:ListBucket</c> is granted
    /// for the path's prefix only.
    /// </summary>
    /// <param name="listing">What a listing said before anything was deleted; null where it has not been asked.</param>
    private async Task<IReadOnlyList<Leftover>> PeelBlindlyAsync(string key, Trace trace, Listing? listing, CancellationToken cancellation)
    {
        var left = new List<Leftover>();
        if (trace.Versions.Count > 0)
            listing = null;
        foreach (var version in trace.Versions.Order().ToList())
        {
            if ((await bucket.DeleteAsync(key, version, trace.Owner, cancellation)).Error is null)
                trace.Versions.Remove(version);
            else
                left.Add(new Leftover(name, key, version, Upload: null));
        }

        var (listed, unanswered) = listing ?? await IsListedAsync(key, trace, cancellation);
        // Where there are versions and every answer came, all of them are known: to delete more would only make markers.
        if (left.Count == 0 && (listed ?? (trace.MayBeObject && (trace.IsDoubtful || (!trace.WasRefused && !_hasVersions)))))
        {
            // Deleting the version named "null" leaves no delete marker; a plain delete on a bucket with versions would.
            var deleted = await bucket.DeleteAsync(key, "null", trace.Owner, cancellation);
            if (deleted.Error is not null)
                deleted = await DeleteAsync(key, trace, cancellation);
            if (deleted.TryGet(out var removal, out _) && removal.Marker is { } marker
                && (await bucket.DeleteAsync(key, marker, trace.Owner, cancellation)).Error is not null)
            {
                trace.Versions.Add(marker);
                left.Add(new Leftover(name, key, marker, Upload: null));
            }

            if (deleted.Error is not null)
                left.Add(new Leftover(name, key, Version: null, Upload: null));
            (listed, unanswered) = await IsListedAsync(key, trace, cancellation);
        }

        if (listed is false)
            left.RemoveAll(leftover => leftover.Version is null);
        if (left.Count > 0)
            return left;
        if (listed is true)
            return [new Leftover(name, key, Version: null, Upload: null)];
        if (unanswered || (trace.IsDoubtful && (listed is null || _hasVersions)))
            return [new Leftover(name, key, Version: null, Upload: null) { IsDoubtful = true, IsMarkerAtMost = listed is false }];
        return [];
    }

    /// <param name="Listed">Whether the key is there; null where AWS doesn't say.</param>
    /// <param name="Unanswered">Whether asking again may help.</param>
    private readonly record struct Listing(bool? Listed, bool Unanswered);

    private async Task<Listing> IsListedAsync(string key, Trace trace, CancellationToken cancellation)
    {
        var answer = await bucket.ListAsync(key, recursive: false, trace.Owner, cancellation);
        if (answer.TryGet(out var listed, out var fault))
            return new(listed.Any(found => found.Key == key), false);
        return new(null, fault.IsPassing);
    }

    private async Task<Result<RemovedObject, Fault>> DeleteAsync(string key, Trace trace, CancellationToken cancellation)
    {
        var deleted = await bucket.DeleteAsync(key, version: null, trace.Owner, cancellation);
        trace.IsDoubtful |= deleted.Error is { IsPassing: true };
        return deleted;
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

        /// <summary>Whether an object may be under the key; an upload alone is none.</summary>
        public bool MayBeObject { get; set; }

        public bool WasRefused { get; set; }
        public bool IsDoubtful { get; set; }
        public HashSet<string> Versions { get; } = [];
        public HashSet<string> Uploads { get; } = [];
        public Dictionary<string, (string ETag, byte[] Content)> Parts { get; } = [];
    }
}

/// <summary>Something of ours that could not be removed.</summary>
/// <param name="Version">Its version id, where the bucket has versions.</param>
/// <param name="Upload">The upload's id, if it is an upload.</param>
internal sealed record Leftover(BucketName Bucket, string Key, string? Version, string? Upload)
{
    /// <summary>Of an upload that AWS may have begun without our learning its id.</summary>
    public const string UnknownUpload = "?";

    /// <summary>Whether it may just as well be gone: AWS didn't answer and doesn't let us look.</summary>
    public bool IsDoubtful { get; init; }

    /// <summary>Whether it is a delete marker if it is anything: an answer was lost that had named it, and no listing shows one.</summary>
    public bool IsMarkerAtMost { get; init; }

    /// <summary>As a sentence names it.</summary>
    public string Name =>
        Upload is UnknownUpload ? $"perhaps an upload of {Key}"
        : IsDoubtful ? $"perhaps {(IsMarkerAtMost ? "a delete marker of " : "")}{Key}"
        : Upload is not null ? $"the upload {Upload} of {Key}"
        : Version is not null and not "null" ? $"{Key} (version {Version})"
        : Key;

    /// <summary>The AWS CLI's command that removes it.</summary>
    public string Command => Upload is UnknownUpload
        ? $"aws s3api list-multipart-uploads --bucket {Bucket} --prefix '{Quoted}' (and abort-multipart-upload for what it shows)"
        : IsDoubtful
        ? $"aws s3api list-object-versions --bucket {Bucket} --prefix '{Quoted}' (and delete-object for what it shows)"
        : Upload is not null
        ? $"aws s3api abort-multipart-upload --bucket {Bucket} --key '{Quoted}' --upload-id '{Upload}'"
        : $"aws s3api delete-object --bucket {Bucket} --key '{Quoted}'{(Version is null ? "" : $" --version-id '{Version}'")}";

    private string Quoted => Key.Replace("'", "'\\''", StringComparison.Ordinal);
}
