using System.Collections.Concurrent;
using ServerlessDrives.Access;

namespace ServerlessDrives.Verification;

/// <summary>
/// Proves, on the bucket itself, each permission that a drive needs. Steps that need nothing of each other run side by side.
/// </summary>
/// <param name="way">As whom the bucket is used, and whom it must belong to.</param>
internal sealed class BucketProof(
    IBucketProbe bucket,
    ProbeTraces traces,
    PropagationRetry retry,
    VerificationReportBuilder builder,
    BucketAccess access,
    BucketOwner way)
{
    private const string Unversioned = "The bucket keeps no versions.";
    private const string Suspended = "Versioning is suspended on the bucket, so that files have the version \"null\".";

    private readonly ConcurrentQueue<Fault.Refused> _refusals = [];
    private readonly byte[] _content = System.Text.Encoding.UTF8.GetBytes(
        $"{traces.ObjectKey}: written by a verification and deleted at its end.\n");
    private readonly byte[] _again = System.Text.Encoding.UTF8.GetBytes(
        $"{traces.ObjectKey}: written over by a verification and deleted at its end.\n");
    private AccountId? _owner = way.Account;

    /// <summary>The files right below the path, as far as one listing shows them.</summary>
    public IReadOnlyList<ListedObject> Listed { get; private set; } = [];

    /// <summary>
    /// The account that owns the bucket, where it isn't the one that was insisted on and could be told; for a person to confirm.
    /// </summary>
    public AccountId? FoundOwner { get; private set; }

    /// <summary>The encryption with which a write succeeds that is refused without; for a person to choose.</summary>
    public Encryption? FoundEncryption { get; private set; }

    /// <summary>Lists as folders are listed, first insisting on the owner and then not: what differs tells whose bucket it is.</summary>
    /// <returns>False if the bucket is another account's, and nothing more should be tried on it.</returns>
    public async Task<bool> ListAsync(CancellationToken cancellation)
    {
        builder.Begin(KnownCheck.ObjectsListable, KnownCheck.BucketOwnerKnown);
        Answer<IReadOnlyList<ListedObject>> open = default;
        var foreign = 0;
        var pinned = await retry.AskAsync(
            async cancel =>
            {
                var both = await Task.WhenAll(
                    bucket.ListAsync(access.Path.Prefix, recursive: false, _owner, cancel),
                    _owner is null ? NotAsked : bucket.ListAsync(access.Path.Prefix, recursive: false, owner: null, cancel));
                open = both[1];
                return both[0];
            },
            // One odd refusal doesn't make a bucket another's: it has to say so twice.
            answer => answer.Fault is null || (IsDenial(answer.Fault) && open.Fault is null && ++foreign > 1),
            cancellation);

        if (pinned.TryGet(out var listed, out _))
        {
            Listed = listed;
            builder.Pass(KnownCheck.ObjectsListable);
            return true;
        }

        if (IsDenial(pinned.Fault) && open.TryGet(out listed, out _))
        {
            builder.Pass(KnownCheck.ObjectsListable);
            Listed = listed;
            if (!way.CountsAccounts)
            {
                // The server has another kind of owner than the account that a role's ARN or its STS names.
                builder.NotApplicable(
                    KnownCheck.BucketOwnerKnown,
                    $"The server doesn't take {_owner} for the bucket's owner, and doesn't say who is. Give the owner as the server " +
                    "names it (bucketOwner) to have every call insist on it."
                );
                _owner = null;
                return true;
            }

            FoundOwner = way.Find is null ? null : await ConfirmedAsync(await way.Find(cancellation), cancellation);
            builder.Fail(
                KnownCheck.BucketOwnerKnown,
                $"The bucket {access.Bucket} can be listed, but it doesn't belong to the account {_owner}: AWS refuses as soon as we " +
                $"insist on that owner.{(FoundOwner is null ? "" : $" It belongs to the account {FoundOwner}.")}",
                "Confirm who owns the bucket: if it is meant to be another account's, name that " +
                $"account{(FoundOwner is null ? "" : $", {FoundOwner},")} as its owner (bucketOwner, twelve digits), and every later " +
                "call insists on it. If not, correct the bucket's name.",
                pinned.Fault);
            return false;
        }

        if (pinned.Fault is Fault.Refused refused)
            _refusals.Enqueue(refused);
        if (pinned.Fault is Fault.Refused { IsAccessDenied: true } && await IsRequesterPaysAsync(cancellation))
        {
            builder.Fail(
                KnownCheck.ObjectsListable,
                $"The bucket {access.Bucket} is a requester pays bucket: S3 refuses every request that doesn't say that its sender " +
                "pays for it, and answers those that do.",
                "Say in the configuration that the requester pays (requesterPays): requests and transfers are then charged to the " +
                "account of the role or user.",
                pinned.Fault);
        }
        else
        {
            builder.Fail(KnownCheck.ObjectsListable, pinned.Fault!);
        }

        return true;
    }

    private async Task<AccountId?> ConfirmedAsync(AccountId? found, CancellationToken cancellation) =>
        found is not null && (await bucket.ListAsync(access.Path.Prefix, recursive: false, found, cancellation)).Fault is null
            ? found
            : null;

    private static Task<Answer<IReadOnlyList<ListedObject>>> NotAsked =>
        Task.FromResult<Answer<IReadOnlyList<ListedObject>>>(new Fault.Unreachable("not asked"));

    /// <summary>Whether saying that the requester pays is what was missing.</summary>
    private async Task<bool> IsRequesterPaysAsync(CancellationToken cancellation)
    {
        if (access.RequesterPays)
            return false;
        using var paying = way.Open(access with { RequesterPays = true });
        return (await paying.ListAsync(access.Path.Prefix, recursive: false, owner: null, cancellation)).Fault is null;
    }

    /// <summary>Everything that needs an object or an upload.</summary>
    public async Task WriteAsync(CancellationToken cancellation)
    {
        if (access.IsReadOnly)
        {
            await new ReadOnlyProof(bucket, retry, builder, access, _owner).ProveAsync(Listed, cancellation);
            return;
        }

        builder.NotApplicable(
            KnownCheck.VersionWritable,
            "s3:PutObjectVersion is not an action of AWS, though it is often documented; s3:PutObject writes versions too. No policy " +
            "may name it."
        );
        await Task.WhenAll(ProveObjectAsync(cancellation), ProveUploadAsync(cancellation));
    }

    /// <summary>Judges the owner by all that was answered meanwhile.</summary>
    /// <returns>The owner if it is proven.</returns>
    public AccountId? JudgeOwner()
    {
        if (builder.IsJudged(KnownCheck.BucketOwnerKnown))
            return null;
        if (_owner is null && way.Fault is { } fault)
        {
            builder.Fail(KnownCheck.BucketOwnerKnown, fault);
            return null;
        }

        if (_owner is null)
        {
            builder.NotApplicable(
                KnownCheck.BucketOwnerKnown,
                "The server doesn't say which account the credentials belong to, so there is no owner to insist on.");
            return null;
        }

        if (
            builder.HasPassed(KnownCheck.ObjectsListable)
            || builder.HasPassed(KnownCheck.ObjectWritable)
            || builder.HasPassed(KnownCheck.UploadsListable))
        {
            builder.Pass(KnownCheck.BucketOwnerKnown, $"The bucket belongs to the account {_owner}.");
            return _owner;
        }

        if (!_refusals.IsEmpty && _refusals.All(IsOfAnotherAccount))
        {
            builder.Fail(
                KnownCheck.BucketOwnerKnown,
                $"AWS refuses every call on {access.Bucket} without a reason, as it does on buckets of other accounts than {_owner}.",
                "Confirm who owns the bucket: correct its name, name the account that owns it (bucketOwner), or use credentials of " +
                "that account.",
                _refusals.First());
        }
        else
        {
            builder.Skip(KnownCheck.BucketOwnerKnown, "Nothing could be done on the bucket, so its owner can't be told.");
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
        builder.Begin(KnownCheck.ObjectWritable, KnownCheck.ConditionalWrites);
        var key = traces.ObjectKey;
        traces.Expect(key, _owner);
        var put = await PutAsync(key, cancellation);
        var conditional = put.Fault is not Fault.Refused { IsUnsupported: true };
        if (!conditional)
            put = await retry.AskAsync(
                cancel => DoubtingAsync(key, bucket.PutAsync(key, _content, WriteCondition.None, _owner, cancel)),
                cancellation);
        if (!put.TryGet(out var written, out var fault))
        {
            if (fault is Fault.Refused { IsPassing: false, Status: not 412 } refused)
            {
                _refusals.Enqueue(refused);
                FoundEncryption = await AcceptedEncryptionAsync(key, refused, cancellation);
                if (FoundEncryption is null)
                    traces.WasRefused(key);
            }

            if (FoundEncryption is null)
                builder.Fail(KnownCheck.ObjectWritable, fault);
            else
                builder.Fail(
                    KnownCheck.ObjectWritable,
                    $"The bucket {access.Bucket} takes encrypted files only: AWS refused the file that was sent without an encryption, and " +
                    "took the same one with SSE-S3 (x-amz-server-side-encryption AES256).",
                    "Choose SSE-S3 as the drive's encryption.",
                    fault);
            SkipWhatNeedsAnObject();
            return;
        }

        // Written only because there was nothing: whatever a lost answer had left is gone.
        traces.Settle(key);
        if (written.Version is { } version)
            traces.Expect(key, version);
        if (conditional)
            builder.Pass(KnownCheck.ConditionalWrites);
        else
            builder.NotApplicable(
                KnownCheck.ConditionalWrites,
                "The server has no conditional writes; files are written without conditions, and If-None-Match and If-Match are refused.");
        var encrypted = IsEncryptedAsAsked(written);
        var overwritten = conditional ? OverwriteAsync(key, written, encrypted, cancellation) : Task.FromResult<string?>(null);
        if (!conditional && encrypted)
            builder.Pass(KnownCheck.ObjectWritable);
        await Task.WhenAll(
            ReadAsync(key, cancellation),
            ReadVersionAsync(key, written.Version, cancellation),
            ProveAclsAsync(key, cancellation),
            overwritten);
        await DeleteAsync(key, written.Version, await overwritten, cancellation);
    }

    /// <summary>
    /// AWS doesn't say which condition of a Deny was met. Whether it asks for encryption is told by the same write with one.
    /// </summary>
    private async Task<Encryption?> AcceptedEncryptionAsync(string key, Fault.Refused refused, CancellationToken cancellation)
    {
        if (access.Encryption is not Encryption.None
            || AccessDeniedText.KmsActionIn(refused.Message) is not null
            || AccessDeniedText.PolicyIn(refused.Message) is not (RefusingPolicy.ResourcePolicyDenies or RefusingPolicy.IdentityPolicyDenies
                or RefusingPolicy.ServiceControlPolicy or RefusingPolicy.ResourceControlPolicy or RefusingPolicy.Unsaid))
            return null;
        using var encrypting = way.Open(access with { Encryption = Encryption.S3Managed });
        var put = await DoubtingAsync(key, encrypting.PutAsync(key, _content, WriteCondition.New, _owner, cancellation));
        if (!put.TryGet(out var written, out _))
            return null;
        if (written.Version is { } version)
            traces.Expect(key, version);
        return Encryption.S3Managed;
    }

    /// <summary>
    /// A key that is there already is our own, of a try whose answer was lost or of a run that was killed: it goes first.
    /// </summary>
    private async Task<Answer<WrittenObject>> PutAsync(string key, CancellationToken cancellation)
    {
        var put = await retry.AskAsync(TryAsync, cancellation);
        if (put.Fault is not Fault.Refused { Status: 412 })
            return put;
        await traces.SweepAsync(key, cancellation);
        return await retry.AskAsync(TryAsync, cancellation);

        Task<Answer<WrittenObject>> TryAsync(CancellationToken cancel) =>
            DoubtingAsync(key, bucket.PutAsync(key, _content, WriteCondition.New, _owner, cancel));
    }

    /// <summary>
    /// Writes as files are written, over whatever is there: a policy may ask for a condition. Only after an answer was lost is a condition
    /// set, so that one version comes of it at most.
    /// </summary>
    /// <returns>The version; null where there is none, or the write was refused.</returns>
    private async Task<string?> OverwriteAsync(string key, WrittenObject first, bool encrypted, CancellationToken cancellation)
    {
        var condition = WriteCondition.None;
        var put = await retry.AskAsync(
            async cancel =>
            {
                var answer = await DoubtingAsync(key, bucket.PutAsync(key, _again, condition, _owner, cancel));
                if (answer.Fault is { IsPassing: true })
                    condition = WriteCondition.Over(first.ETag);
                return answer;
            },
            cancellation);
        if (put.TryGet(out var written, out var fault))
        {
            traces.Settle(key);
            if (written.Version is { } version)
                traces.Expect(key, version);
        }
        else if (fault is Fault.Refused { Status: 412 })
        {
            // The try whose answer was lost has written it; which version that is, whoever reads it is told.
            var read = await retry.AskAsync(cancel => bucket.GetAsync(key, version: null, _owner, cancel), cancellation);
            if (read.TryGet(out var found, out _))
            {
                written = new(first.ETag, found.Version, first.Encryption, first.KmsKey);
                traces.Settle(key);
                if (found.Version is { } version)
                    traces.Expect(key, version);
            }
        }
        else
        {
            builder.Fail(
                KnownCheck.ObjectWritable,
                fault,
                first.ETag.Length > 0
                    ? "A file can be written on condition that there is none yet, but not without a condition, as files are written over."
                    : null);
            return null;
        }

        if (encrypted)
            builder.Pass(KnownCheck.ObjectWritable);
        return written?.Version;
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

    /// <summary>Fails the check where the answer says another encryption than was asked for.</summary>
    private bool IsEncryptedAsAsked(WrittenObject written)
    {
        var asked = access.Encryption switch { Encryption.SseS3 => "AES256", Encryption.SseKms => "aws:kms", _ => null };
        if (asked is not null && written.Encryption != asked)
        {
            builder.Fail(
                KnownCheck.ObjectWritable,
                $"The file was written, but not encrypted as asked: {asked} was asked for and the answer says " +
                $"{written.Encryption ?? "nothing"}.",
                "Choose an encryption that the server has.");
            return false;
        }

        if (access.Encryption.KmsKey is { } key && written.KmsKey is { } used && used != key.Value && used != key.KeyId)
        {
            builder.Fail(
                KnownCheck.ObjectWritable,
                $"The file was encrypted with another key than {key}: {used}.",
                "Correct the key, or the bucket's policy that changes it.");
            return false;
        }

        return true;
    }

    private async Task ReadAsync(string key, CancellationToken cancellation)
    {
        builder.Begin(KnownCheck.ObjectReadable);
        // It is written over meanwhile.
        JudgeContent(
            KnownCheck.ObjectReadable,
            await retry.AskAsync(cancel => bucket.GetAsync(key, version: null, _owner, cancel), cancellation),
            [_content, _again]);
    }

    private async Task ReadVersionAsync(string key, string? version, CancellationToken cancellation)
    {
        if (version is null)
        {
            builder.NotApplicable(KnownCheck.VersionReadable, Unversioned);
            builder.NotApplicable(KnownCheck.VersionDeletable, Unversioned);
            return;
        }

        builder.Begin(KnownCheck.VersionReadable);
        var isSuspended = version == "null";
        JudgeContent(
            KnownCheck.VersionReadable,
            await retry.AskAsync(cancel => bucket.GetAsync(key, version, _owner, cancel), cancellation),
            isSuspended ? [_content, _again] : [_content],
            isSuspended ? Suspended : null);
    }

    private void JudgeContent(KnownCheck check, Answer<ReadObject> answer, byte[][] expected, string? preface = null)
    {
        if (!answer.TryGet(out var read, out var fault))
            builder.Fail(check, fault, preface);
        else if (!expected.Any(content => read.Content.AsSpan().SequenceEqual(content)))
            builder.Fail(
                check,
                $"What was read differs from what was written ({read.Content.Length} bytes in place of {_content.Length}).",
                "Look for something that changes files on their way, such as an Object Lambda or a proxy.");
        else
            builder.Pass(check, preface);
    }

    private async Task ProveAclsAsync(string key, CancellationToken cancellation)
    {
        builder.Begin(KnownCheck.AclReadable, KnownCheck.AclWritable);
        await Task.WhenAll(
            JudgeAclAsync(KnownCheck.AclReadable, cancel => bucket.GetAclAsync(key, _owner, cancel), cancellation),
            JudgeAclAsync(KnownCheck.AclWritable, cancel => bucket.PutAclAsync(key, _owner, cancel), cancellation));
    }

    private async Task JudgeAclAsync(KnownCheck check, Func<CancellationToken, Task<Answer<Done>>> call, CancellationToken cancellation)
    {
        var answer = await retry.AskAsync(call, cancellation);
        switch (answer.Fault)
        {
            case null:
                builder.Pass(check);
                break;
            case Fault.Refused { Code: "AccessControlListNotSupported" } refused:
                builder.NotApplicable(
                    check,
                    "Access control lists are off on this bucket (bucket owner enforced), which is AWS's own advice; we send none.",
                    refused);
                break;
            case Fault.Refused { IsUnsupported: true } refused:
                builder.NotApplicable(check, "The server has no access control lists.", refused);
                break;
            case { } fault:
                builder.Fail(check, fault);
                break;
        }
    }

    /// <param name="version">Of the first write; null where there are no versions.</param>
    /// <param name="overwritten">Of the second.</param>
    private async Task DeleteAsync(string key, string? version, string? overwritten, CancellationToken cancellation)
    {
        builder.Begin(KnownCheck.ObjectDeletable);
        var deleted = await retry.AskAsync(cancel => bucket.DeleteWhatIsThereAsync(key, _owner, cancel), cancellation);
        if (deleted.Fault is Fault.Refused { IsUnsupported: true })
            deleted = await retry.AskAsync(cancel => bucket.DeleteAsync(key, version: null, _owner, cancel), cancellation);
        string? marker = null;
        if (deleted.TryGet(out var removal, out var fault))
        {
            builder.Pass(KnownCheck.ObjectDeletable);
            if ((marker = removal.Marker) is not null)
                traces.Expect(key, marker);
        }
        else if (fault is Fault.Refused { Status: 404 or 412, Code: not "NoSuchBucket" })
        {
            // A try whose answer was lost has done it; the id of its delete marker is lost with it.
            traces.Doubt(key);
            builder.Pass(KnownCheck.ObjectDeletable);
        }
        else
        {
            if (fault.IsPassing)
                traces.Doubt(key);
            builder.Fail(KnownCheck.ObjectDeletable, fault);
        }

        if (version is null)
            return;
        builder.Begin(KnownCheck.VersionDeletable);
        var versions = await Task.WhenAll(new[] { version, overwritten, marker }.OfType<string>().Distinct().Select(async each =>
        {
            var gone = await retry.AskAsync(cancel => bucket.DeleteAsync(key, each, _owner, cancel), cancellation);
            if (gone.Fault is null)
                traces.Gone(key, each);
            return gone;
        }));
        if (versions.Select(answer => answer.Fault).OfType<Fault>().FirstOrDefault() is { } refused)
            builder.Fail(KnownCheck.VersionDeletable, refused, version == "null" ? Suspended : null);
        else
            builder.Pass(KnownCheck.VersionDeletable, version == "null" ? Suspended : null);
    }

    private async Task ProveUploadAsync(CancellationToken cancellation)
    {
        builder.Begin(KnownCheck.MultipartUsable, KnownCheck.UploadsListable);
        var key = traces.UploadKey;
        traces.Expect(key, _owner);
        var listed = ListUploadsAsync(cancellation);
        var begun = await retry.AskAsync(cancel => DoubtingAsync(key, bucket.BeginUploadAsync(key, _owner, cancel)), cancellation);
        if (!begun.TryGet(out var id, out var fault))
        {
            if (fault is Fault.Refused { IsPassing: false })
                traces.WasRefused(key);
            builder.Fail(KnownCheck.MultipartUsable, fault);
            builder.Skip(KnownCheck.PartsListable, "No upload could be begun.");
            builder.Skip(KnownCheck.UploadAbortable, "No upload could be begun.");
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
        var listed = await retry.AskAsync(cancel => bucket.ListUploadsAsync(traces.UploadKey, _owner, cancel), cancellation);
        if (listed.Fault is null)
            builder.Pass(KnownCheck.UploadsListable);
        else
            builder.Fail(KnownCheck.UploadsListable, listed.Fault);
    }

    private async Task UploadPartAsync(PendingUpload upload, CancellationToken cancellation)
    {
        var sent = await retry.AskAsync(
            cancel => bucket.UploadPartAsync(upload.Key, upload.UploadId, _content, _owner, cancel),
            cancellation);
        if (sent.TryGet(out var etag, out var fault))
        {
            traces.HasPart(upload, etag, _content);
            builder.Pass(KnownCheck.MultipartUsable);
        }
        else
        {
            builder.Fail(KnownCheck.MultipartUsable, fault);
        }
    }

    private async Task ListPartsAsync(PendingUpload upload, CancellationToken cancellation)
    {
        builder.Begin(KnownCheck.PartsListable);
        var parts = await retry.AskAsync(cancel => bucket.ListPartsAsync(upload.Key, upload.UploadId, _owner, cancel), cancellation);
        if (!parts.TryGet(out var count, out var fault))
            builder.Fail(KnownCheck.PartsListable, fault);
        else if (count == 0 && builder.HasPassed(KnownCheck.MultipartUsable))
            builder.Fail(
                KnownCheck.PartsListable,
                "The part that was uploaded isn't listed.",
                "Verify again; if it stays, the server doesn't keep parts as S3 does.");
        else
            builder.Pass(KnownCheck.PartsListable);
    }

    private async Task AbortAsync(PendingUpload upload, CancellationToken cancellation)
    {
        builder.Begin(KnownCheck.UploadAbortable);
        var aborted = await retry.AskAsync(cancel => bucket.AbortUploadAsync(upload.Key, upload.UploadId, _owner, cancel), cancellation);
        // An abort whose answer was lost is answered NoSuchUpload when it is repeated.
        if (aborted.Fault is null or Fault.Refused { Code: "NoSuchUpload" })
        {
            traces.Aborted(upload);
            builder.Pass(KnownCheck.UploadAbortable);
        }
        else
        {
            builder.Fail(KnownCheck.UploadAbortable, aborted.Fault);
        }
    }

    private void SkipWhatNeedsAnObject()
    {
        const string reason = "No file could be written (object-writable), so there is none to try this on.";
        foreach (
            var check in (ReadOnlySpan<KnownCheck>)
                [
                    KnownCheck.ConditionalWrites,
                    KnownCheck.ObjectReadable,
                    KnownCheck.VersionReadable,
                    KnownCheck.VersionDeletable,
                    KnownCheck.AclReadable,
                    KnownCheck.AclWritable,
                    KnownCheck.ObjectDeletable,
                ])
            builder.Skip(check, reason);
    }
}

/// <summary>Whom a bucket must belong to, and what to make of it where it doesn't.</summary>
/// <param name="Account">Null where it isn't known.</param>
/// <param name="Fault">Why not, where that is only trouble that passes.</param>
/// <param name="CountsAccounts">Whether a bucket that isn't this account's is another's; false where the server has other owners than
/// accounts, and nobody named one.</param>
/// <param name="Open">Opens the bucket once more, to be used in another way than was given.</param>
/// <param name="Find">Finds out which account it is; null where that can't be done.</param>
internal sealed record BucketOwner(
    AccountId? Account, Fault? Fault, bool CountsAccounts, Func<BucketAccess, IBucketProbe> Open, Func<CancellationToken, Task<AccountId?>>? Find);
