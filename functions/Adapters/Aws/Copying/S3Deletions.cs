using Amazon.S3;
using Amazon.S3.Model;
using Microsoft.Extensions.Options;
using ServerlessDrives.Access;
using ServerlessDrives.Adapters.Aws.Listing;
using ServerlessDrives.Adapters.Aws.Sessions;
using ServerlessDrives.Drives;
using ServerlessDrives.Files.Operations;
using ServerlessDrives.Verification.Reports;

namespace ServerlessDrives.Adapters.Aws.Copying;

/// <summary>Deletes many keys, each only as it was seen where that is asked for.</summary>
internal sealed class S3Deletions(DriveClients clients, S3Keys keys, ListAhead ahead, IOptions<AwsOptions> options)
{
    private TimeSpan TimeLimit => options.Value.CallTimeout * 3;

    /// <returns>Why some are still there.</returns>
    public async Task<Result<IReadOnlyDictionary<DriveKey, Refusal>, Refusal>> DeleteAsync(
        Drive drive,
        IReadOnlyList<KeyState> states,
        bool onlyUnchanged,
        CancellationToken cancellation)
    {
        using var lease = clients.Lease(drive);
        var kept = new Dictionary<DriveKey, Refusal>();
        foreach (var chunk in states.Chunk(S3Bucket.LargestPage))
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
        if (!(await keys.HeadAsync(lease, drive, state.Key, cancellation)).TryGet(out var looked, out var unseen))
            return unseen;
        return looked.Found is null ? null : S3Refusals.Changed;
    }
}
