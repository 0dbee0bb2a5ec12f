using Amazon.S3;
using Amazon.S3.Model;
using Microsoft.Extensions.Options;
using ServerlessDrives.Access;
using ServerlessDrives.Adapters.Aws.Sessions;
using ServerlessDrives.Drives;
using ServerlessDrives.Files.Operations;
using ServerlessDrives.Verification.Reports;

namespace ServerlessDrives.Adapters.Aws.Copying;

/// <summary>
/// Whether two files have the same content. ETags tell where both were written in one call and neither is encrypted by KMS, checksums of
/// the whole where both have one of a kind; otherwise the bytes do.
/// </summary>
internal sealed class S3Comparison(DriveClients clients, IOptions<AwsOptions> options)
{
    private const int BlockBytes = 128 * 1024;

    public async Task<Result<bool, Refusal>> IsSameAsync(FileToCopy file, KeyState present, CancellationToken cancellation)
    {
        if (file.Source.Size != present.Size)
            return false;
        if (file.Source.ETag == present.ETag || present.Size == 0)
            return true;
        using var sourceLease = clients.Lease(file.From);
        using var targetLease = clients.Lease(file.To);
        var (one, other) = (
            await LookAsync(sourceLease, file.From, file.Source, cancellation),
            await LookAsync(targetLease, file.To, present, cancellation));
        if (!one.TryGet(out var source, out var unseen))
            return NotSeen(file.From, unseen);
        if (!other.TryGet(out var target, out unseen))
            return NotSeen(file.To, unseen);
        return ByChecksum(source, target)
            ?? await ByBytesAsync(sourceLease, targetLease, file, present, cancellation);
    }

    private static Result<bool, Refusal> NotSeen(Drive drive, Fault fault) =>
        fault is Fault.Refused { Status: 412 or 404, Code: not "NoSuchBucket" }
            ? false
            : S3Refusals.Of(drive, KnownCheck.ObjectReadable, fault);

    /// <returns>Null where they have no checksums that can be compared.</returns>
    private static Result<bool, Refusal>? ByChecksum(GetObjectMetadataResponse one, GetObjectMetadataResponse other)
    {
        if (one.ChecksumType == ChecksumType.COMPOSITE || other.ChecksumType == ChecksumType.COMPOSITE)
            return null;
        foreach (
            var (first, second) in new[]
            {
                (one.ChecksumCRC64NVME, other.ChecksumCRC64NVME),
                (one.ChecksumCRC32C, other.ChecksumCRC32C),
                (one.ChecksumCRC32, other.ChecksumCRC32),
                (one.ChecksumSHA256, other.ChecksumSHA256),
                (one.ChecksumSHA1, other.ChecksumSHA1),
            })
        {
            if (!string.IsNullOrEmpty(first) && !string.IsNullOrEmpty(second))
                return first == second;
        }

        return null;
    }

    private Task<Result<GetObjectMetadataResponse, Fault>> LookAsync(
        DriveClientLease lease,
        Drive drive,
        KeyState state,
        CancellationToken cancellation
    ) =>
        lease.AskAsync(
            (s3, token) =>
            {
                var request = S3Bucket.Of(drive).Head(drive.Path.Prefix + state.Key);
                (request.ChecksumMode, request.EtagToMatch) = (ChecksumMode.ENABLED, state.ETag);
                return s3.GetObjectMetadataAsync(request, token);
            },
            options.Value.CallTimeout * 3,
            cancellation);

    private async Task<Result<bool, Refusal>> ByBytesAsync(
        DriveClientLease sourceLease,
        DriveClientLease targetLease,
        FileToCopy file,
        KeyState present,
        CancellationToken cancellation)
    {
        var opened = await OpenAsync(sourceLease, file.From, file.Source, cancellation);
        if (!opened.TryGet(out var source, out var unseen))
            return NotSeen(file.From, unseen);
        using (source)
        {
            opened = await OpenAsync(targetLease, file.To, present, cancellation);
            if (!opened.TryGet(out var target, out unseen))
                return NotSeen(file.To, unseen);
            using (target)
            {
                try
                {
                    return await AreEqualAsync(source.ResponseStream, target.ResponseStream, cancellation);
                }
                catch (IOException)
                {
                    return S3Refusals.Of(file.From, KnownCheck.ObjectReadable, new Fault.Unreachable("the answer was cut off"));
                }
            }
        }
    }

    private async Task<bool> AreEqualAsync(Stream one, Stream other, CancellationToken cancellation)
    {
        var (first, second) = (new byte[BlockBytes], new byte[BlockBytes]);
        while (true)
        {
            using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            silence.CancelAfter(options.Value.SilenceTimeout);
            var read = await one.ReadAtLeastAsync(first, BlockBytes, throwOnEndOfStream: false, silence.Token);
            if (
                await other.ReadAtLeastAsync(second, BlockBytes, throwOnEndOfStream: false, silence.Token) != read
                || !first.AsSpan(0, read).SequenceEqual(second.AsSpan(0, read)))
                return false;
            if (read < BlockBytes)
                return true;
        }
    }

    private Task<Result<GetObjectResponse, Fault>> OpenAsync(
        DriveClientLease lease,
        Drive drive,
        KeyState state,
        CancellationToken cancellation
    ) =>
        lease.AskAsync(
            (s3, _) =>
            {
                var request = S3Bucket.Of(drive).Get(drive.Path.Prefix + state.Key);
                request.EtagToMatch = state.ETag;
                return s3.GetObjectAsync(request, cancellation);
            },
            options.Value.TransferTimeout,
            cancellation);
}
