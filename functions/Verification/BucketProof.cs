using System.Collections.Concurrent;
using ServerlessDrives.Access;

namespace ServerlessDrives.Verification;

/// <summary>Proves, on the bucket itself, each permission that a drive needs. Steps that need nothing of each other run side by side.</summary>
/// <param name="ownerFault">Why the owner isn't known, where that is only trouble that passes.</param>
internal sealed class BucketProof(IBucketProbe bucket, ProbeTraces traces, Patience patience, CheckBook book, BucketAccess access, AccountId? owner, Fault? ownerFault)
{
    private const string Unversioned = "The bucket keeps no versions.";

    private readonly ConcurrentQueue<Fault.Refused> _refusals = [];
    private readonly byte[] _content = System.Text.Encoding.UTF8.GetBytes($"{traces.ObjectKey}: written by a verification and deleted at its end.\n");

    /// <summary>Lists, first insisting on the owner and then not: what differs tells whose bucket it is.</summary>
    /// <returns>False if the bucket is another account's, and nothing more should be tried on it.</returns>
    public async Task<bool> ListAsync(CancellationToken cancellation)
    {
        book.Begin(KnownCheck.ObjectsListable, KnownCheck.BucketOwnerKnown);
        Answer<IReadOnlyList<string>> open = default;
        var foreign = 0;
        var pinned = await patience.AskAsync(
            async cancel =>
            {
                var both = await Task.WhenAll(
                    bucket.ListAsync(access.Path.Prefix, owner, cancel),
                    owner is null ? Task.FromResult<Answer<IReadOnlyList<string>>>(new Fault.Unreachable("not asked")) : bucket.ListAsync(access.Path.Prefix, owner: null, cancel));
                open = both[1];
                return both[0];
            },
            // One odd refusal doesn't make a bucket another's: it has to say so twice.
            answer => answer.Fault is null || (IsDenial(answer.Fault) && open.Fault is null && ++foreign > 1),
            cancellation);

        if (pinned.Fault is null)
        {
            book.Pass(KnownCheck.ObjectsListable);
            return true;
        }

        if (open.Fault is null && IsDenial(pinned.Fault))
        {
            book.Pass(KnownCheck.ObjectsListable);
            book.Fail(
                KnownCheck.BucketOwnerKnown,
                $"The bucket {access.Bucket} can be listed, but it doesn't belong to the account {owner}: AWS refuses as soon as we insist on that owner.",
                $"Confirm who owns the bucket. If it is yours, use credentials of the account that owns it; if not, correct the bucket's name (the account {owner} has no bucket {access.Bucket}).",
                pinned.Fault);
            return false;
        }

        if (pinned.Fault is Fault.Refused refused)
            _refusals.Enqueue(refused);
        book.Fail(KnownCheck.ObjectsListable, pinned.Fault);
        return true;
    }

    /// <summary>Everything that needs an object or an upload.</summary>
    public async Task WriteAsync(CancellationToken cancellation)
    {
        book.NotApplicable(KnownCheck.VersionWritable, "s3:PutObjectVersion is not an action of AWS, though it is often documented; s3:PutObject writes versions too. No policy may name it.");
        await Task.WhenAll(ProveObjectAsync(cancellation), ProveUploadAsync(cancellation));
    }

    /// <summary>Judges the owner by all that was answered meanwhile.</summary>
    /// <returns>The owner if it is proven.</returns>
    public AccountId? JudgeOwner()
    {
        if (book.IsJudged(KnownCheck.BucketOwnerKnown))
            return null;
        if (owner is null && ownerFault is not null)
        {
            book.Fail(KnownCheck.BucketOwnerKnown, ownerFault);
            return null;
        }

        if (owner is null)
        {
            book.NotApplicable(KnownCheck.BucketOwnerKnown, "The server doesn't say which account the credentials belong to, so there is no owner to insist on.");
            return null;
        }

        if (book.HasPassed(KnownCheck.ObjectsListable) || book.HasPassed(KnownCheck.ObjectWritable) || book.HasPassed(KnownCheck.UploadsListable))
        {
            book.Pass(KnownCheck.BucketOwnerKnown, $"The bucket belongs to the account {owner}.");
            return owner;
        }

        if (!_refusals.IsEmpty && _refusals.All(IsOfAnotherAccount))
        {
            book.Fail(
                KnownCheck.BucketOwnerKnown,
                $"AWS refuses every call on {access.Bucket}, in the way in which it refuses calls on buckets of other accounts than {owner}.",
                $"Confirm who owns the bucket: correct its name, or use credentials of the account that owns it.",
                _refusals.First());
        }
        else
        {
            book.Skip(KnownCheck.BucketOwnerKnown, "Nothing could be done on the bucket, so its owner can't be told.");
        }

        return null;
    }

    private static bool IsDenial(Fault? fault) => fault is Fault.Refused { IsAccessDenied: true };

    // AWS gives reasons inside an account (and an organization) only; across accounts the bucket's own policy has to speak.
    private static bool IsOfAnotherAccount(Fault.Refused refused) => refused is { IsAccessDenied: true }
        && AccessDeniedText.KmsActionIn(refused.Message) is null
        && AccessDeniedText.PolicyIn(refused.Message) is RefusingPolicy.Unsaid or RefusingPolicy.ResourcePolicyAllowsNothing;

    private async Task ProveObjectAsync(CancellationToken cancellation)
    {
        book.Begin(KnownCheck.ObjectWritable);
        var key = traces.ObjectKey;
        traces.Expect(key, owner);
        var put = await PutAsync(key, cancellation);
        if (!put.TryGet(out var written, out var fault))
        {
            if (fault is Fault.Refused { IsPassing: false, Status: not 412 } refused)
            {
                traces.WasRefused(key);
                _refusals.Enqueue(refused);
            }

            book.Fail(KnownCheck.ObjectWritable, fault);
            SkipWhatNeedsAnObject();
            return;
        }

        // Written only because there was nothing: whatever a lost answer had left is gone.
        traces.Settle(key);
        if (written.Version is { } version)
            traces.Expect(key, version);
        JudgeEncryption(written);
        var versioned = written.Version is { } named && named != "null" ? named : null;
        await Task.WhenAll(ReadAsync(key, cancellation), ReadVersionAsync(key, versioned, cancellation), ProveAclsAsync(key, cancellation));
        await DeleteAsync(key, versioned, cancellation);
    }

    /// <summary>A key that is there already is our own, of a try whose answer was lost or of a run that was killed: it goes first.</summary>
    private async Task<Answer<WrittenObject>> PutAsync(string key, CancellationToken cancellation)
    {
        var put = await patience.AskAsync(TryAsync, cancellation);
        if (put.Fault is not Fault.Refused { Status: 412 })
            return put;
        await traces.SweepAsync(key, cancellation);
        return await patience.AskAsync(TryAsync, cancellation);

        Task<Answer<WrittenObject>> TryAsync(CancellationToken cancel) => DoubtingAsync(key, bucket.PutAsync(key, _content, access.Encryption, owner, cancel));
    }

    /// <summary>A change whose answer didn't come may have been made all the same.</summary>
    private async Task<Answer<T>> DoubtingAsync<T>(string key, Task<Answer<T>> change)
        where T : notnull
    {
        var answer = await change;
        if (answer.Fault is { IsPassing: true } or Fault.Refused { Status: 412 })
            traces.Doubt(key);
        return answer;
    }

    private void JudgeEncryption(WrittenObject written)
    {
        var asked = access.Encryption switch { Encryption.SseS3 => "AES256", Encryption.SseKms => "aws:kms", _ => null };
        if (asked is not null && written.Encryption != asked)
        {
            book.Fail(
                KnownCheck.ObjectWritable,
                $"The file was written, but not encrypted as asked: {asked} was asked for and the answer says {written.Encryption ?? "nothing"}.",
                "Choose an encryption that the server has.");
        }
        else if (access.Encryption.KmsKey is { } key && written.KmsKey is { } used && used != key.Value && used != key.KeyId)
        {
            book.Fail(KnownCheck.ObjectWritable, $"The file was encrypted with another key than {key}: {used}.", "Correct the key, or the bucket's policy that changes it.");
        }
        else
        {
            book.Pass(KnownCheck.ObjectWritable);
        }
    }

    private async Task ReadAsync(string key, CancellationToken cancellation)
    {
        book.Begin(KnownCheck.ObjectReadable);
        JudgeContent(KnownCheck.ObjectReadable, await patience.AskAsync(cancel => bucket.GetAsync(key, version: null, owner, cancel), cancellation));
    }

    private async Task ReadVersionAsync(string key, string? version, CancellationToken cancellation)
    {
        if (version is null)
        {
            book.NotApplicable(KnownCheck.VersionReadable, Unversioned);
            book.NotApplicable(KnownCheck.VersionDeletable, Unversioned);
            return;
        }

        book.Begin(KnownCheck.VersionReadable);
        JudgeContent(KnownCheck.VersionReadable, await patience.AskAsync(cancel => bucket.GetAsync(key, version, owner, cancel), cancellation));
    }

    private void JudgeContent(KnownCheck check, Answer<byte[]> answer)
    {
        if (!answer.TryGet(out var content, out var fault))
            book.Fail(check, fault);
        else if (!content.AsSpan().SequenceEqual(_content))
            book.Fail(check, $"What was read differs from what was written ({content.Length} bytes in place of {_content.Length}).", "Look for something that changes files on their way, such as an Object Lambda or a proxy.");
        else
            book.Pass(check);
    }

    private async Task ProveAclsAsync(string key, CancellationToken cancellation)
    {
        book.Begin(KnownCheck.AclReadable, KnownCheck.AclWritable);
        await Task.WhenAll(
            JudgeAclAsync(KnownCheck.AclReadable, cancel => bucket.GetAclAsync(key, owner, cancel), cancellation),
            JudgeAclAsync(KnownCheck.AclWritable, cancel => bucket.PutAclAsync(key, owner, cancel), cancellation));
    }

    private async Task JudgeAclAsync(KnownCheck check, Func<CancellationToken, Task<Answer<Done>>> call, CancellationToken cancellation)
    {
        var answer = await patience.AskAsync(call, cancellation);
        switch (answer.Fault)
        {
            case null:
                book.Pass(check);
                break;
            case Fault.Refused { Code: "AccessControlListNotSupported" } refused:
                book.NotApplicable(check, "Access control lists are off on this bucket (bucket owner enforced), which is AWS's own advice; we send none.", refused);
                break;
            case Fault.Refused { IsUnsupported: true } refused:
                book.NotApplicable(check, "The server has no access control lists.", refused);
                break;
            case { } fault:
                book.Fail(check, fault);
                break;
        }
    }

    private async Task DeleteAsync(string key, string? version, CancellationToken cancellation)
    {
        book.Begin(KnownCheck.ObjectDeletable);
        var deleted = await patience.AskAsync(cancel => bucket.DeleteWhatIsThereAsync(key, owner, cancel), cancellation);
        if (deleted.Fault is Fault.Refused { IsUnsupported: true })
            deleted = await patience.AskAsync(cancel => bucket.DeleteAsync(key, version: null, owner, cancel), cancellation);
        string? marker = null;
        if (deleted.TryGet(out var removal, out var fault))
        {
            book.Pass(KnownCheck.ObjectDeletable);
            if ((marker = removal.Marker) is not null)
                traces.Expect(key, marker);
        }
        else if (fault is Fault.Refused { Status: 404 or 412, Code: not "NoSuchBucket" })
        {
            // A try whose answer was lost has done it; the id of its delete marker is lost with it.
            traces.Doubt(key);
            book.Pass(KnownCheck.ObjectDeletable);
        }
        else
        {
            if (fault.IsPassing)
                traces.Doubt(key);
            book.Fail(KnownCheck.ObjectDeletable, fault);
        }

        if (version is null)
            return;
        book.Begin(KnownCheck.VersionDeletable);
        var versions = await Task.WhenAll(new[] { version, marker }.OfType<string>().Select(async each =>
        {
            var gone = await patience.AskAsync(cancel => bucket.DeleteAsync(key, each, owner, cancel), cancellation);
            if (gone.Fault is null)
                traces.Gone(key, each);
            return gone;
        }));
        if (versions.Select(answer => answer.Fault).OfType<Fault>().FirstOrDefault() is { } refused)
            book.Fail(KnownCheck.VersionDeletable, refused);
        else
            book.Pass(KnownCheck.VersionDeletable);
    }

    private async Task ProveUploadAsync(CancellationToken cancellation)
    {
        book.Begin(KnownCheck.MultipartUsable, KnownCheck.UploadsListable);
        var key = traces.UploadKey;
        traces.Expect(key, owner);
        var listed = ListUploadsAsync(cancellation);
        var begun = await patience.AskAsync(cancel => DoubtingAsync(key, bucket.BeginUploadAsync(key, access.Encryption, owner, cancel)), cancellation);
        if (!begun.TryGet(out var id, out var fault))
        {
            if (fault is Fault.Refused { IsPassing: false })
                traces.WasRefused(key);
            book.Fail(KnownCheck.MultipartUsable, fault);
            book.Skip(KnownCheck.PartsListable, "No upload could be begun.");
            book.Skip(KnownCheck.UploadAbortable, "No upload could be begun.");
            await listed;
            return;
        }

        var upload = new PendingUpload(key, id);
        traces.Expect(key, upload);
        await UploadPartAsync(upload, cancellation);
        await ListPartsAsync(upload, cancellation);
        await AbortAsync(upload, cancellation);
        await listed;
    }

    private async Task ListUploadsAsync(CancellationToken cancellation)
    {
        var listed = await patience.AskAsync(cancel => bucket.ListUploadsAsync(traces.UploadKey, owner, cancel), cancellation);
        if (listed.Fault is null)
            book.Pass(KnownCheck.UploadsListable);
        else
            book.Fail(KnownCheck.UploadsListable, listed.Fault);
    }

    private async Task UploadPartAsync(PendingUpload upload, CancellationToken cancellation)
    {
        var sent = await patience.AskAsync(cancel => bucket.UploadPartAsync(upload.Key, upload.UploadId, _content, owner, cancel), cancellation);
        if (sent.TryGet(out var etag, out var fault))
        {
            traces.HasPart(upload, etag);
            book.Pass(KnownCheck.MultipartUsable);
        }
        else
        {
            book.Fail(KnownCheck.MultipartUsable, fault);
        }
    }

    private async Task ListPartsAsync(PendingUpload upload, CancellationToken cancellation)
    {
        book.Begin(KnownCheck.PartsListable);
        var parts = await patience.AskAsync(cancel => bucket.ListPartsAsync(upload.Key, upload.UploadId, owner, cancel), cancellation);
        if (!parts.TryGet(out var count, out var fault))
            book.Fail(KnownCheck.PartsListable, fault);
        else if (count == 0 && book.HasPassed(KnownCheck.MultipartUsable))
            book.Fail(KnownCheck.PartsListable, "The part that was uploaded isn't listed.", "Verify again; if it stays, the server doesn't keep parts as S3 does.");
        else
            book.Pass(KnownCheck.PartsListable);
    }

    private async Task AbortAsync(PendingUpload upload, CancellationToken cancellation)
    {
        book.Begin(KnownCheck.UploadAbortable);
        var aborted = await patience.AskAsync(cancel => bucket.AbortUploadAsync(upload.Key, upload.UploadId, owner, cancel), cancellation);
        // An abort whose answer was lost is answered NoSuchUpload when it is repeated.
        if (aborted.Fault is null or Fault.Refused { Code: "NoSuchUpload" })
        {
            traces.Aborted(upload);
            book.Pass(KnownCheck.UploadAbortable);
        }
        else
        {
            book.Fail(KnownCheck.UploadAbortable, aborted.Fault);
        }
    }

    private void SkipWhatNeedsAnObject()
    {
        const string reason = "No file could be written (object-writable), so there is none to try this on.";
        foreach (var check in (ReadOnlySpan<KnownCheck>)
                 [KnownCheck.ObjectReadable, KnownCheck.VersionReadable, KnownCheck.VersionDeletable, KnownCheck.AclReadable, KnownCheck.AclWritable, KnownCheck.ObjectDeletable])
            book.Skip(check, reason);
    }
}
