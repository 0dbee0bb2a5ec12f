using System.Collections.Concurrent;
using Amazon.S3.Model;
using Microsoft.Extensions.Options;
using ServerlessDrives.Access;
using ServerlessDrives.Adapters.Aws.Sessions;
using ServerlessDrives.Drives;
using ServerlessDrives.Files.Operations;
using ServerlessDrives.Verification.Reports;

namespace ServerlessDrives.Adapters.Aws.Copying;

/// <summary>Which keys there are below a drive's path, and in which state.</summary>
internal sealed class S3Keys(DriveClients clients, IOptions<AwsOptions> options)
{
    private const int AtOnce = 16;

    /// <summary>Pages that are listed to look for keys, before each that isn't found yet is asked for by itself.</summary>
    private const int MostPages = 3;

    private TimeSpan TimeLimit => options.Value.CallTimeout * 3;

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

    public async Task<Result<LookedKey, Refusal>> HeadAsync(
        DriveClientLease lease,
        Drive drive,
        DriveKey key,
        CancellationToken cancellation)
    {
        var looked = await lease.AskAsync(
            (s3, token) => s3.GetObjectMetadataAsync(S3Bucket.Of(drive).Head(drive.Path.Prefix + key), token),
            TimeLimit,
            cancellation);
        if (looked.TryGet(out var found, out var fault))
            return new LookedKey(new KeyState(key, found.ETag, found.ContentLength));
        if (fault is Fault.Refused { Status: 403, Principal: null })
        {
            // Without the right to list the whole bucket, S3 says 403 of what isn't there; a listing tells.
            var listed = await lease.AskAsync(
                (s3, token) => s3.ListObjectsV2Async(
                    S3Bucket.Of(drive).List(drive.Path.Prefix + key, delimiter: null, size: 1), token),
                TimeLimit,
                cancellation);
            if (listed.TryGet(out var page, out _) && page.S3Objects?.FirstOrDefault()?.Key != drive.Path.Prefix + key)
                return new LookedKey(null);
        }

        return fault is Fault.Refused { Status: 404, Code: not "NoSuchBucket", Principal: null }
            ? new LookedKey(null)
            : S3Refusals.Of(drive, KnownCheck.ObjectReadable, fault);
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
}

/// <param name="Found">Null where there is none.</param>
internal sealed record LookedKey(KeyState? Found);
