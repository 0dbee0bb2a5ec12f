using System.Collections.Concurrent;
using Amazon.S3;
using Amazon.S3.Model;
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
    S3PartwiseCopies partwise,
    S3Comparison comparison,
    S3Outcomes outcomes,
    IOptions<AwsOptions> options
) : IFileCopies
{
    private const int AtOnce = 16;

    /// <summary>Pages that are listed to look for keys, before each that isn't found yet is asked for by itself.</summary>
    private const int MostPages = 3;

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

    public async Task<Result<KeyPage, Refusal>> ListAsync(
        Drive drive,
        DriveKey below,
        DriveKey? after,
        int limit,
        CancellationToken cancellation)
    {
        using var lease = clients.Lease(drive);
        if (!below.IsFolder)
        {
            if (after is not null)
                return new KeyPage([], IsLast: true);
            return (await HeadAsync(lease, drive, below, cancellation)).TryGet(out var only, out var unseen)
                ? new KeyPage(only.Found is null ? [] : [only.Found], IsLast: true)
                : unseen;
        }

        var prefix = drive.Path.Prefix;
        var listed = await lease.AskAsync(
            (s3, token) => s3.ListObjectsV2Async(
                S3Bucket.Of(drive).ListBehind(prefix + below, after is null ? null : prefix + after, limit), token),
            TimeLimit,
            cancellation);
        return listed.TryGet(out var page, out var fault)
            ? new KeyPage([.. (page.S3Objects ?? []).Select(found => StateOf(drive, found))], page.IsTruncated != true)
            : S3Refusals.Of(drive, KnownCheck.ObjectsListable, fault);
    }

    public async Task<Result<IReadOnlyDictionary<DriveKey, KeyState>, Refusal>> FindAsync(
        Drive drive,
        IReadOnlyList<DriveKey> keys,
        CancellationToken cancellation)
    {
        var (found, left) = (new ConcurrentDictionary<DriveKey, KeyState>(), keys.ToHashSet());
        using var lease = clients.Lease(drive);
        if (keys.Count > 2)
        {
            var prefix = drive.Path.Prefix + Shared(keys[0].Value, keys[^1].Value);
            // A listing begins behind a key, so it begins behind one that is a little less than the first.
            var after = keys[0].Value.Length > 1 ? drive.Path.Prefix + keys[0].Value[..^1] : null;
            for (var number = 0; number < MostPages && left.Count > 0; number++)
            {
                var from = after;
                var listed = await lease.AskAsync(
                    (s3, token) => s3.ListObjectsV2Async(S3Bucket.Of(drive).ListBehind(prefix, from, S3Bucket.LargestPage), token),
                    TimeLimit,
                    cancellation);
                if (!listed.TryGet(out var page, out var fault))
                    return S3Refusals.Of(drive, KnownCheck.ObjectsListable, fault);
                foreach (var state in (page.S3Objects ?? []).Select(entry => StateOf(drive, entry)))
                {
                    if (left.Remove(state.Key))
                        found[state.Key] = state;
                }

                if (page.IsTruncated != true)
                    return found;
                after = page.S3Objects![^1].Key;
                left.RemoveWhere(key => KeyOrder.Compare(drive.Path.Prefix + key, after) <= 0);
            }
        }

        Refusal? refused = null;
        await Parallel.ForEachAsync(
            left,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation },
            async (key, token) =>
            {
                if (!(await HeadAsync(lease, drive, key, token)).TryGet(out var looked, out var refusal))
                    refused = refusal;
                else if (looked.Found is not null)
                    found[key] = looked.Found;
            });
        return refused is null ? found : refused;
    }

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

    public async Task<Result<IReadOnlyDictionary<DriveKey, Refusal>, Refusal>> DeleteAsync(
        Drive drive,
        IReadOnlyList<KeyState> keys,
        bool onlyUnchanged,
        CancellationToken cancellation)
    {
        using var lease = clients.Lease(drive);
        var kept = new Dictionary<DriveKey, Refusal>();
        foreach (var chunk in keys.Chunk(S3Bucket.LargestPage))
        {
            var deleted = await lease.AskAsync(
                async (s3, token) =>
                {
                    try
                    {
                        return await s3.DeleteObjectsAsync(
                            S3Bucket.Of(drive).DeleteMany(
                                chunk.Select(state => (drive.Path.Prefix + state.Key, onlyUnchanged ? state.ETag : null))),
                            token);
                    }
                    catch (DeleteObjectsException partly)
                    {
                        return partly.Response;
                    }
                },
                TimeLimit,
                cancellation);
            ahead.Forget(drive.Id);
            if (!deleted.TryGet(out var answer, out var fault))
                return S3Refusals.Of(drive, KnownCheck.ObjectDeletable, fault);
            foreach (var error in answer.DeleteErrors ?? [])
            {
                var state = chunk.First(each => drive.Path.Prefix + each.Key == error.Key);
                if (await WhyKeptAsync(lease, drive, state, error, cancellation) is { } reason)
                    kept[state.Key] = reason;
            }
        }

        return kept;
    }

    /// <returns>Null where it is gone all the same.</returns>
    private async Task<Refusal?> WhyKeptAsync(
        DriveClientLease lease,
        Drive drive,
        KeyState state,
        DeleteError error,
        CancellationToken cancellation)
    {
        if (error.Code is not ("PreconditionFailed" or "ConditionalRequestConflict" or "NoSuchKey"))
            return S3Refusals.Of(
                drive,
                KnownCheck.ObjectDeletable,
                new Fault.Refused(
                    error.Code is "InternalError" or "SlowDown" ? 503 : 403,
                    error.Code,
                    error.Message ?? "",
                    RequestId: null));
        if (!(await HeadAsync(lease, drive, state.Key, cancellation)).TryGet(out var looked, out var unseen))
            return unseen;
        return looked.Found is null ? null : S3Refusals.Changed;
    }

    /// <summary>S3 refuses in the same way whether something is at the target or the source isn't what it was.</summary>
    private async Task<Result<CopiedFile, Refusal>> WhichAsync(DriveClientLease lease, FileToCopy file, CancellationToken cancellation)
    {
        if (!(await HeadAsync(lease, file.To, file.Target, cancellation)).TryGet(out var looked, out var unseen))
            return unseen;
        if (looked.Found is null)
            return new CopiedFile(CopyOutcome.SourceChanged, null);
        return (await comparison.IsSameAsync(file, looked.Found, cancellation)).Match<Result<CopiedFile, Refusal>>(
            same => new CopiedFile(same ? CopyOutcome.Copied : CopyOutcome.Exists, looked.Found.ETag),
            refusal => refusal);
    }

    private async Task<Result<Looked, Refusal>> HeadAsync(DriveClientLease lease, Drive drive, DriveKey key, CancellationToken cancellation)
    {
        var looked = await lease.AskAsync(
            (s3, token) => s3.GetObjectMetadataAsync(S3Bucket.Of(drive).Head(drive.Path.Prefix + key), token),
            TimeLimit,
            cancellation);
        if (looked.TryGet(out var found, out var fault))
            return new Looked(new KeyState(key, found.ETag, found.ContentLength));
        if (fault is Fault.Refused { Status: 403, Principal: null })
        {
            // Without the right to list the whole bucket, S3 says 403 of what isn't there; a listing tells.
            var listed = await lease.AskAsync(
                (s3, token) => s3.ListObjectsV2Async(
                    S3Bucket.Of(drive).List(drive.Path.Prefix + key, delimiter: null, size: 1), token),
                TimeLimit,
                cancellation);
            if (listed.TryGet(out var page, out _) && page.S3Objects?.FirstOrDefault()?.Key != drive.Path.Prefix + key)
                return new Looked(null);
        }

        return fault is Fault.Refused { Status: 404, Code: not "NoSuchBucket", Principal: null }
            ? new Looked(null)
            : S3Refusals.Of(drive, KnownCheck.ObjectReadable, fault);
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

    private static KeyState StateOf(Drive drive, S3Object found) => new(
        DriveKey.Parse(found.Key[drive.Path.Prefix.Length..]).TryGet(out var key, out var problem)
            ? key
            : throw new InvalidDataException(problem.Message),
        found.ETag,
        found.Size.GetValueOrDefault());

    /// <summary>What both begin with, up to a slash.</summary>
    private static string Shared(string one, string other)
    {
        var common = one[..one.AsSpan().CommonPrefixLength(other)];
        return common[..(common.LastIndexOf('/') + 1)];
    }

    private sealed record Looked(KeyState? Found);
}
