using System.Collections.Concurrent;
using ServerlessDrives.Access;
using ServerlessDrives.Access.Policies;
using ServerlessDrives.Verification.Reports;

namespace ServerlessDrives.Verification.Proofs;

/// <summary>Proves what a drive does with one file: it is written, written over, read by name and by version, and deleted.</summary>
/// <param name="open">Opens the same bucket again with other settings, such as another encryption or requester-pays.</param>
/// <param name="refusals">Takes what AWS refused, to tell whose bucket it is.</param>
internal sealed class ObjectProof(
    IBucketProbe bucket,
    ProbeTraces traces,
    PropagationRetry retry,
    VerificationReportBuilder builder,
    BucketAccess access,
    AccountId? owner,
    Func<BucketAccess, IBucketProbe> open,
    ConcurrentQueue<Fault.Refused> refusals)
{
    private const string Unversioned = "The bucket keeps no versions.";
    private const string Suspended = "Versioning is suspended on the bucket, so that files have the version \"null\".";

    public async Task ProveAsync(CancellationToken cancellation)
    {
        builder.Begin(KnownCheck.ObjectWritable, KnownCheck.ConditionalWrites);
        var key = traces.ObjectKey;
        traces.Expect(key, owner);
        var put = await PutAsync(key, cancellation);
        var conditional = put.Error is not Fault.Refused { IsUnsupported: true };
        if (!conditional)
            put = await retry.AskAsync(
                cancel => traces.DoubtingAsync(key, bucket.PutAsync(key, traces.Content, WriteCondition.None, owner, cancel)),
                cancellation);
        if (!put.TryGet(out var written, out var fault))
        {
            await FailAsync(key, fault, cancellation);
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
        var read = ReadAsync(key, cancellation);
        var named = ReadVersionAsync(key, written.Version, read, cancellation);
        await Task.WhenAll(read, named, ProveAclsAsync(key, cancellation), overwritten);
        await DeleteAsync(key, await named, await overwritten, cancellation);
    }

    private async Task FailAsync(string key, Fault fault, CancellationToken cancellation)
    {
        if (fault is Fault.Refused { IsPassing: false, Status: not 412 } refused)
        {
            refusals.Enqueue(refused);
            if (await IsAcceptedEncryptedAsync(key, refused, cancellation))
            {
                builder.Found(Encryption.S3Managed);
                builder.Fail(
                    KnownCheck.ObjectWritable,
                    $"A policy asks for encryption: AWS refused a file that was sent to {access.Bucket} without one, and accepted the " +
                    "same file with SSE-S3 (x-amz-server-side-encryption AES256).",
                    "Choose SSE-S3 as the drive's encryption.",
                    fault);
                return;
            }

            traces.WasRefused(key);
        }

        builder.Fail(KnownCheck.ObjectWritable, fault);
    }

    /// <summary>
    /// Whether the same write succeeds with SSE-S3: AWS doesn't say which condition of a Deny was met.
    /// </summary>
    private async Task<bool> IsAcceptedEncryptedAsync(string key, Fault.Refused refused, CancellationToken cancellation)
    {
        if (access.Encryption is not Encryption.None
            || AccessDeniedText.KmsActionIn(refused.Message) is not null
            || AccessDeniedText.PolicyIn(refused.Message) is not (RefusingPolicy.ResourcePolicyDenies or RefusingPolicy.IdentityPolicyDenies
                or RefusingPolicy.ServiceControlPolicy or RefusingPolicy.ResourceControlPolicy or RefusingPolicy.Unsaid))
            return false;
        using var encrypting = open(access with { Encryption = Encryption.S3Managed });
        var put = await traces.DoubtingAsync(key, encrypting.PutAsync(key, traces.Content, WriteCondition.New, owner, cancellation));
        if (!put.TryGet(out var written, out _))
            return false;
        if (written.Version is { } version)
            traces.Expect(key, version);
        return true;
    }

    /// <summary>
    /// A key that is there already is our own, of a try whose answer was lost or of a run that was killed: it goes first.
    /// </summary>
    private async Task<Result<WrittenObject, Fault>> PutAsync(string key, CancellationToken cancellation)
    {
        var put = await retry.AskAsync(TryAsync, cancellation);
        if (put.Error is not Fault.Refused { Status: 412 })
            return put;
        await traces.SweepAsync(key, cancellation);
        return await retry.AskAsync(TryAsync, cancellation);

        Task<Result<WrittenObject, Fault>> TryAsync(CancellationToken cancel) =>
            traces.DoubtingAsync(key, bucket.PutAsync(key, traces.Content, WriteCondition.New, owner, cancel));
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
                var answer = await traces.DoubtingAsync(key, bucket.PutAsync(key, traces.ContentAgain, condition, owner, cancel));
                if (answer.Error is { IsPassing: true })
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
            var read = await retry.AskAsync(cancel => bucket.GetAsync(key, version: null, owner, cancel), cancellation);
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

    /// <returns>The version that was read; null where there is none, or the read was refused.</returns>
    private async Task<string?> ReadAsync(string key, CancellationToken cancellation)
    {
        builder.Begin(KnownCheck.ObjectReadable);
        var answer = await retry.AskAsync(cancel => bucket.GetAsync(key, version: null, owner, cancel), cancellation);
        // It is written over meanwhile.
        JudgeContent(KnownCheck.ObjectReadable, answer, [traces.Content, traces.ContentAgain]);
        return answer.TryGet(out var read, out _) ? read.Version : null;
    }

    /// <param name="version">That the write's answer names; null where it names none.</param>
    /// <param name="read">The read without a version.</param>
    /// <returns>The version of the file; null where there are no versions.</returns>
    private async Task<string?> ReadVersionAsync(string key, string? version, Task<string?> read, CancellationToken cancellation)
    {
        // Where versioning is suspended, S3 doesn't say "null" when a file is written, only when it is read.
        if (version is null && await read is "null" and var suspended)
        {
            version = suspended;
            traces.Expect(key, suspended);
        }

        if (version is null)
        {
            builder.NotApplicable(KnownCheck.VersionReadable, Unversioned);
            builder.NotApplicable(KnownCheck.VersionDeletable, Unversioned);
            return null;
        }

        builder.Begin(KnownCheck.VersionReadable);
        var isSuspended = version == "null";
        JudgeContent(
            KnownCheck.VersionReadable,
            await retry.AskAsync(cancel => bucket.GetAsync(key, version, owner, cancel), cancellation),
            isSuspended ? [traces.Content, traces.ContentAgain] : [traces.Content],
            isSuspended ? Suspended : null);
        return version;
    }

    private void JudgeContent(KnownCheck check, Result<ReadObject, Fault> answer, byte[][] expected, string? preface = null)
    {
        if (!answer.TryGet(out var read, out var fault))
            builder.Fail(check, fault, preface);
        else if (!expected.Any(content => read.Content.AsSpan().SequenceEqual(content)))
            builder.Fail(
                check,
                $"What was read differs from what was written ({read.Content.Length} bytes in place of {traces.Content.Length}).",
                "Look for something that changes files on their way, such as an Object Lambda or a proxy.");
        else
            builder.Pass(check, preface);
    }

    private async Task ProveAclsAsync(string key, CancellationToken cancellation)
    {
        builder.Begin(KnownCheck.AclReadable, KnownCheck.AclWritable);
        await Task.WhenAll(
            JudgeAclAsync(KnownCheck.AclReadable, cancel => bucket.GetAclAsync(key, owner, cancel), cancellation),
            JudgeAclAsync(KnownCheck.AclWritable, cancel => bucket.PutAclAsync(key, owner, cancel), cancellation));
    }

    private async Task JudgeAclAsync(
        KnownCheck check,
        Func<CancellationToken, Task<Result<Done, Fault>>> call,
        CancellationToken cancellation
    )
    {
        var answer = await retry.AskAsync(call, cancellation);
        switch (answer.Error)
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
        var deleted = await retry.AskAsync(cancel => bucket.DeleteWhatIsThereAsync(key, owner, cancel), cancellation);
        if (deleted.Error is Fault.Refused { IsUnsupported: true })
            deleted = await retry.AskAsync(cancel => bucket.DeleteAsync(key, version: null, owner, cancel), cancellation);
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
            var gone = await retry.AskAsync(cancel => bucket.DeleteAsync(key, each, owner, cancel), cancellation);
            if (gone.Error is null)
                traces.Gone(key, each);
            return gone;
        }));
        if (versions.Select(answer => answer.Error).OfType<Fault>().FirstOrDefault() is { } refused)
            builder.Fail(KnownCheck.VersionDeletable, refused, version == "null" ? Suspended : null);
        else
            builder.Pass(KnownCheck.VersionDeletable, version == "null" ? Suspended : null);
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
