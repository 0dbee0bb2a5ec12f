using Amazon.S3.Model;
using Microsoft.Extensions.Options;
using ServerlessDrives.Access;
using ServerlessDrives.Adapters.Aws.Sessions;
using ServerlessDrives.Adapters.Aws.Writing;
using ServerlessDrives.Files.Operations;
using ServerlessDrives.Files.References;

namespace ServerlessDrives.Adapters.Aws.Copying;

/// <param name="First">The first byte, from 0.</param>
internal sealed record PartToCopy(FileToCopy File, S3Target Target, OpenUpload Upload, int Number, long First, long Last);

/// <summary>One part of a large file on its way: copied by S3 itself, or read by us and sent on.</summary>
internal sealed class S3PartTransfer(PartBuffers buffers, S3Outcomes outcomes, IOptions<AwsOptions> options)
{
    public async Task<Fault?> CopyWithinAsync(PartToCopy part, CancellationToken cancellation) =>
        (
            await part.Target.Lease.AskAsync(
                (s3, token) => s3.CopyPartAsync(
                    part.Target.Bucket.CopyPart(
                        S3Bucket.Of(part.File.From),
                        part.File.From.Path.Prefix + part.File.Source.Key,
                        part.File.Source.ETag,
                        part.Target.Key,
                        part.Upload.S3UploadId,
                        part.Number,
                        part.First,
                        part.Last),
                    token),
                options.Value.TransferTimeout * 2,
                cancellation)
        ).Error;

    public async Task<Fault?> StreamAsync(DriveClientLease sourceLease, PartToCopy part, CancellationToken cancellation)
    {
        var length = part.Last - part.First + 1;
        var blocks = (int)((length + PartBuffers.BlockBytes - 1) / PartBuffers.BlockBytes);
        for (var attempt = 1; ; attempt++)
        {
            using var buffer = await buffers.RentAsync(blocks, cancellation);
            if (await ReadAsync(sourceLease, part, buffer, cancellation) is { } unread)
            {
                if (attempt == S3Outcomes.MostTries || !unread.IsPassing)
                    return unread;
                await outcomes.PauseAsync(attempt, cancellation);
                continue;
            }

            var (sum, sent) = (buffer.Sum(), buffer.Length);
            return (
                await part.Target.Lease.AskAsync(
                    (s3, token) => s3.UploadPartAsync(
                        part.Target.Bucket.Part(part.Target.Key, part.Upload.S3UploadId, part.Number, buffer.Read(), sent, sum, s3), token),
                    options.Value.TransferTimeout * 2,
                    cancellation)
            ).Error;
        }
    }

    private async Task<Fault?> ReadAsync(DriveClientLease sourceLease, PartToCopy part, PartBuffer buffer, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(options.Value.TransferTimeout);
        var answered = await sourceLease.AskAsync(
            (s3, _) =>
            {
                var request = S3Bucket.Of(part.File.From).Get(part.File.From.Path.Prefix + part.File.Source.Key);
                (request.ByteRange, request.EtagToMatch) = (new ByteRange(part.First, part.Last), part.File.Source.ETag);
                return s3.GetObjectAsync(request, limit.Token);
            },
            options.Value.TransferTimeout,
            cancellation);
        if (!answered.TryGet(out var answer, out var fault))
            return fault;
        using (answer)
        {
            try
            {
                for (var left = part.Last - part.First + 1; left > 0;)
                {
                    var next = buffer.Next();
                    var read = await answer.ResponseStream.ReadAsync(next[..(int)Math.Min(next.Length, left)], limit.Token);
                    if (read == 0)
                        return new Fault.Unreachable("the answer was cut off");
                    buffer.Advance(read);
                    left -= read;
                }

                return null;
            }
            catch (Exception broken)
                when (broken is IOException or HttpRequestException
                    || (broken is OperationCanceledException && !cancellation.IsCancellationRequested))
            {
                return new Fault.Unreachable("the answer was cut off");
            }
        }
    }
}
