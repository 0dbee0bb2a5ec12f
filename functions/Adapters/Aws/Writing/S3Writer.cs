using Amazon.S3;
using Amazon.S3.Model;
using Microsoft.Extensions.Options;
using ServerlessDrives.Access;
using ServerlessDrives.Adapters.Aws.Sessions;
using ServerlessDrives.Drives;
using ServerlessDrives.Files;
using ServerlessDrives.Verification.Reports;

namespace ServerlessDrives.Adapters.Aws.Writing;

/// <summary>
/// Writes files to S3: in one call when they fit a buffer, in parts and several at a time when not. Each byte is covered by a CRC32C from
/// here to S3, and nothing is left behind of a write that fails.
/// </summary>
internal sealed class S3Writer(
    DriveClients clients,
    PartBuffers buffers,
    S3Uploads uploads,
    S3Outcomes outcomes,
    IDrives drives,
    IOptions<AwsOptions> options,
    TimeProvider clock)
{
    /// <summary>Up to here, in bytes, a file of known length doesn't wait for one of the shared buffers.</summary>
    private const int SmallBytes = 256 * 1024;

    /// <summary>Whoever looked the drive up longer ago than this looks again before writing.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    public async Task<Result<StoredFile, Refusal>> WriteAsync(Drive drive, FilePath path, FileToWrite file, CancellationToken cancellation)
    {
        if (file.Length > PartSizes.MostBytes)
            return PartSizes.TooLarge;
        using var lease = clients.Lease(drive);
        using var digests = file.Digests.Begin();
        using var content = new IncomingContent(file.Content, file.Length, digests, options.Value.SilenceTimeout, cancellation);
        var target = new S3Target(lease, drive, path);
        var began = clock.GetTimestamp();
        using var looking = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var before = BeforeAsync(target, looking.Token);
        try
        {
            using var first = file.Length is <= SmallBytes
                ? PartBuffer.Small((int)file.Length.Value)
                : await buffers.RentAsync(PartSizes.BlocksOf(1, file.Length), cancellation);
            if (!(await content.FillAsync(first)).TryGet(out _, out var cut))
                return cut;
            var seen = (await before).TryGet(out var present, out var unseen);
            if (!seen && file.IfMatch == "*")
                return S3Refusals.Of(drive, KnownCheck.ObjectReadable, unseen!);
            if (ConditionFails(file, present, seen))
                return S3Refusals.Changed;
            if (file.IfMatch == "*")
                file = file with { IfMatch = present!.ETag };
            var created = file.IfMatch is null && present is not { IsThere: true };
            if (!first.IsFull || content.Ended)
                return await PutAsync(target, file, first, content, created, clock.GetElapsedTime(began) > Fresh, cancellation);
            using var parts = new PartwiseWrite(target, file, content, buffers, uploads, outcomes, options.Value, created);
            return await parts.RunAsync(first, () => IsConnectedAsync(drive, cancellation), cancellation);
        }
        finally
        {
            await looking.CancelAsync();
            await ((Task)before).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>
    /// What is there before the write, seen while the content comes in: S3 doesn't say whether a write created or replaced.
    /// </summary>
    private async Task<Result<Present, Fault>> BeforeAsync(S3Target target, CancellationToken cancellation)
    {
        var looked = await target.Lease.AskAsync(
            (s3, token) => s3.GetObjectMetadataAsync(target.Bucket.Head(target.Key), token),
            options.Value.CallTimeout,
            cancellation);
        if (looked.TryGet(out var found, out var fault))
            return new Present(IsThere: true, found.ETag);
        var seen = await S3Absence.SeenThroughAsync(target, fault, options.Value.CallTimeout, cancellation);
        return seen is Fault.Refused { Status: 404 } ? new Present(IsThere: false, null) : seen;
    }

    /// <summary>Whether it is plain already that S3 would refuse; what isn't seen is left to S3.</summary>
    private static bool ConditionFails(FileToWrite file, Present? present, bool seen) => seen && (file.IfNoneMatch, file.IfMatch) switch
    {
        ("*", _) => present!.IsThere,
        (_, "*") => !present!.IsThere,
        (_, { } etag) => !present!.IsThere || present.ETag != etag,
        _ => false,
    };

    private async Task<bool> IsConnectedAsync(Drive drive, CancellationToken cancellation) =>
        await drives.FindAsync(drive.Organization, drive.Id, cancellation) is { Value.State: DriveState.Connected };

    private async Task<Result<StoredFile, Refusal>> PutAsync(
        S3Target target,
        FileToWrite file,
        PartBuffer content,
        IncomingContent incoming,
        bool created,
        bool lookAgain,
        CancellationToken cancellation)
    {
        if (incoming.Check() is { } mismatch)
            return mismatch;
        if (lookAgain && !await IsConnectedAsync(target.Drive, cancellation))
            return S3Refusals.DriveRemoved;
        var sum = content.Sum();
        var uncertain = false;
        for (var attempt = 1; ; attempt++)
        {
            var written = await target.Lease.AskOnceAsync(
                (s3, token) => s3.PutObjectAsync(RequestOf(target, file, content, sum, s3), token),
                options.Value.TransferTimeout,
                cancellation);
            if (written.TryGet(out var answer, out var fault))
            {
                return S3Requests.IsEncryptedAs(
                    target.Drive.Encryption,
                    answer.ServerSideEncryptionMethod,
                    answer.ServerSideEncryptionKeyManagementServiceKeyId)
                    ? new StoredFile(answer.ETag, S3DriveFiles.VersionOf(answer.VersionId), content.Length, created)
                    : await outcomes.TakeBackAsync(target, answer.VersionId);
            }

            uncertain |= S3Outcomes.MayHaveTakenEffect(fault);
            if (fault is Fault.Refused { Status: 412 or 404 } && uncertain)
                return await outcomes.IsThereAsync(target, content.Length, sum) is not null
                    ? S3Refusals.OutcomeUnknown
                    : S3Refusals.Write(target.Drive, file, fault);
            if (attempt == S3Outcomes.MostTries || !(fault.IsPassing || S3Outcomes.IsRace(fault)))
            {
                return uncertain && file.IfNoneMatch is null && await outcomes.IsThereAsync(target, content.Length, sum) is { } there
                    ? there with { Created = created }
                    : S3Refusals.Write(target.Drive, file, fault);
            }

            await outcomes.PauseAsync(attempt, cancellation);
        }
    }

    private static PutObjectRequest RequestOf(S3Target target, FileToWrite file, PartBuffer content, uint sum, IAmazonS3 s3)
    {
        var request = target.Bucket.Put(target.Key, content.Read(), sum, file.Kind, s3);
        (request.IfNoneMatch, request.IfMatch) = (file.IfNoneMatch, file.IfMatch);
        return request;
    }

    private sealed record Present(bool IsThere, string? ETag);
}
