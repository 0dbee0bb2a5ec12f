using Microsoft.Extensions.Options;
using ServerlessDrives.Access;
using ServerlessDrives.Adapters.Aws.Listing;
using ServerlessDrives.Adapters.Aws.Sessions;
using ServerlessDrives.Adapters.Aws.Writing;
using ServerlessDrives.Drives;
using ServerlessDrives.Files;
using ServerlessDrives.Files.Operations;
using ServerlessDrives.Verification.Reports;

namespace ServerlessDrives.Adapters.Aws.Copying;

/// <summary>Moves, copies and deletions of many files in S3.</summary>
internal sealed class S3Copies(
    DriveClients clients,
    ListAhead ahead,
    S3Keys lookup,
    S3Deletions deletions,
    S3PartwiseCopies partwise,
    S3Comparison comparison,
    S3Outcomes outcomes,
    IOptions<AwsOptions> options
) : IFileCopies
{
    private static readonly ContentKind Marker = new("application/x-directory", null);

    private TimeSpan TimeLimit => options.Value.CallTimeout * 3;

    public bool CopiesWithin(Drive from, Drive to)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        // A role's session reaches its drive's path only. An access key has no session: it is the same user for both.
        return from.Id == to.Id
            || (
                from.Authentication is DriveAuthentication.AccessKey one
                && to.Authentication is DriveAuthentication.AccessKey other
                && one.AccessKeyId == other.AccessKeyId);
    }

    public Task<Result<KeyPage, Refusal>> ListAsync(
        Drive drive,
        DriveKey below,
        DriveKey? after,
        int limit,
        CancellationToken cancellation
    ) => lookup.ListAsync(drive, below, after, limit, cancellation);

    public Task<Result<IReadOnlyDictionary<DriveKey, KeyState>, Refusal>> FindAsync(
        Drive drive,
        IReadOnlyList<DriveKey> keys,
        CancellationToken cancellation
    ) => lookup.FindAsync(drive, keys, cancellation);

    public Task<Result<IReadOnlyDictionary<DriveKey, Refusal>, Refusal>> DeleteAsync(
        Drive drive,
        IReadOnlyList<KeyState> keys,
        bool onlyUnchanged,
        CancellationToken cancellation
    ) => deletions.DeleteAsync(drive, keys, onlyUnchanged, cancellation);

    public async Task<Result<CopiedFile, Refusal>> CopyWithinAsync(FileToCopy file, CancellationToken cancellation)
    {
        using var lease = clients.Lease(file.To);
        var (bucket, key) = (S3Bucket.Of(file.To), file.To.Path.Prefix + file.Target);
        for (var attempt = 1; ; attempt++)
        {
            var copied = await lease.AskOnceAsync(
                (s3, token) => s3.CopyObjectAsync(
                    bucket.Copy(S3Bucket.Of(file.From), file.From.Path.Prefix + file.Source.Key, file.Source.ETag, key), token),
                options.Value.TransferTimeout,
                cancellation);
            ahead.Forget(file.To.Id);
            if (copied.TryGet(out var answer, out var fault))
            {
                if (
                    S3Requests.IsEncryptedAs(
                        file.To.Encryption,
                        answer.ServerSideEncryptionMethod,
                        answer.ServerSideEncryptionKeyManagementServiceKeyId))
                    return new CopiedFile(CopyOutcome.Copied, answer.ETag);
                return await TakeBackAsync(lease, bucket, key, answer.VersionId);
            }

            if (fault is Fault.Refused { Status: 412 or 404, Code: not "NoSuchBucket", Principal: null })
                return await WhichAsync(lease, file, cancellation);
            if (attempt == S3Outcomes.MostTries || !(fault.IsPassing || S3Outcomes.IsRace(fault)))
                return TagRefusal.Of(file.From, file.To, fault, "file", "s3:GetObjectTagging")
                    ?? S3Refusals.Of(file.To, KnownCheck.ObjectWritable, fault);
            await outcomes.PauseAsync(attempt, cancellation);
        }
    }

    public Task<Result<PartwiseStep, Refusal>> CopyPartsAsync(
        FileToCopy file,
        PartwiseCopy? state,
        TimeSpan time,
        CancellationToken cancellation
    ) => partwise.StepAsync(file, state, CopiesWithin(file.From, file.To), time, cancellation);

    public Task AbandonAsync(FileToCopy file, PartwiseCopy state, CancellationToken cancellation) => partwise.AbandonAsync(file, state);

    public Task<Result<bool, Refusal>> IsSameAsync(FileToCopy file, KeyState present, CancellationToken cancellation) =>
        comparison.IsSameAsync(file, present, cancellation);

    public async Task<Result<bool, Refusal>> MakeMarkerAsync(Drive drive, DriveKey folder, CancellationToken cancellation)
    {
        using var lease = clients.Lease(drive);
        var (bucket, key) = (S3Bucket.Of(drive), drive.Path.Prefix + folder);
        var written = await lease.AskAsync(
            (s3, token) =>
            {
                var request = bucket.Put(key, new MemoryStream([]), sum: 0, Marker, s3);
                request.IfNoneMatch = "*";
                return s3.PutObjectAsync(request, token);
            },
            TimeLimit,
            cancellation);
        ahead.Forget(drive.Id);
        if (!written.TryGet(out var answer, out var fault))
            return fault is Fault.Refused { Status: 412 } ? false : S3Refusals.Of(drive, KnownCheck.ObjectWritable, fault);
        return S3Requests.IsEncryptedAs(
            drive.Encryption,
            answer.ServerSideEncryptionMethod,
            answer.ServerSideEncryptionKeyManagementServiceKeyId)
            ? true
            : await TakeBackAsync(lease, bucket, key, answer.VersionId);
    }

    /// <summary>S3 refuses in the same way whether something is at the target or the source isn't what it was.</summary>
    private async Task<Result<CopiedFile, Refusal>> WhichAsync(DriveClientLease lease, FileToCopy file, CancellationToken cancellation)
    {
        if (!(await lookup.HeadAsync(lease, file.To, file.Target, cancellation)).TryGet(out var looked, out var unseen))
            return unseen;
        if (looked.Found is null)
            return new CopiedFile(CopyOutcome.SourceChanged, null);
        return (await comparison.IsSameAsync(file, looked.Found, cancellation)).Match<Result<CopiedFile, Refusal>>(
            same => new CopiedFile(same ? CopyOutcome.Copied : CopyOutcome.Exists, looked.Found.ETag),
            refusal => refusal);
    }

    /// <summary>A file that isn't encrypted as the drive says doesn't stay.</summary>
    private static async Task<Refusal> TakeBackAsync(DriveClientLease lease, S3Bucket bucket, string key, string? version)
    {
        await lease.AskAsync(
            (s3, token) => s3.DeleteObjectAsync(bucket.Delete(key, S3DriveFiles.VersionOf(version)), token),
            S3Outcomes.TimeLimit,
            CancellationToken.None);
        return S3Refusals.EncryptionDiffers;
    }
}
