using Amazon.S3.Model;
using ServerlessDrives.Access;
using ServerlessDrives.Files;
using ServerlessDrives.Files.References;

namespace ServerlessDrives.Adapters.Aws.Writing;

/// <summary>One file written in parts, several at a time. It shows up whole at the end, or the upload is aborted.</summary>
internal sealed class PartwiseWrite(
    S3Target target,
    FileToWrite file,
    IncomingContent content,
    PartBuffers buffers,
    S3Uploads uploads,
    S3Outcomes outcomes,
    AwsOptions options,
    bool created
) : IDisposable
{
    private const int PartsAtOnce = 10;
    private static readonly TimeSpan BetweenSigns = S3Uploads.Life / 3;

    private readonly SemaphoreSlim _slots = new(PartsAtOnce);
    private readonly List<Task<SentPart?>> _parts = [];
    private Fault? _lost;
    private long _sign = Environment.TickCount64;

    /// <param name="first">Full; disposed here.</param>
    /// <param name="isConnected">Whether the drive still is.</param>
    public async Task<Result<StoredFile, Refusal>> RunAsync(PartBuffer first, Func<Task<bool>> isConnected, CancellationToken cancellation)
    {
        if (
            !(await uploads.BeginAsync(target, file.Kind, withSum: true, S3Uploads.Life, cancellation)).TryGet(
                out var upload,
                out var refused))
            return refused;
        var ended = false;
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            if (!(await SendAsync(upload, first, failed)).TryGet(out var sent, out var lost))
                return _lost is Fault.Refused { Code: "NoSuchUpload" } && !await isConnected() ? S3Refusals.DriveRemoved : lost;
            if (!await isConnected())
                return S3Refusals.DriveRemoved;
            // From here on the answer counts, even if nobody waits for it any more.
            cancellation.ThrowIfCancellationRequested();
            var completed = await CompleteAsync(upload, sent);
            ended = completed.TryGet(out _, out _);
            return completed;
        }
        finally
        {
            await failed.CancelAsync();
            await ((Task)Task.WhenAll(_parts)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (ended)
                await uploads.EndAsync(upload);
            else
                await uploads.AbandonAsync(target, upload);
        }
    }

    public void Dispose() => _slots.Dispose();

    private async Task<Result<IReadOnlyList<SentPart>, Refusal>> SendAsync(
        OpenUpload upload,
        PartBuffer first,
        CancellationTokenSource failed
    )
    {
        await _slots.WaitAsync(failed.Token);
        _parts.Add(Begin(upload, 1, first, failed));
        for (var number = 2; !content.Ended; number++)
        {
            if (number > PartSizes.MostParts)
                return PartSizes.TooLarge;
            await _slots.WaitAsync(failed.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_lost is not null)
                break;
            failed.Token.ThrowIfCancellationRequested();
            var buffer = await buffers.RentAsync(PartSizes.BlocksOf(number, file.Length), failed.Token);
            var handedOn = false;
            try
            {
                if (!(await content.FillAsync(buffer)).TryGet(out var filled, out var cut))
                    return cut;
                if (filled == 0)
                    break;
                handedOn = true;
                _parts.Add(Begin(upload, number, buffer, failed));
            }
            finally
            {
                if (!handedOn)
                    buffer.Dispose();
            }

            if (Environment.TickCount64 - _sign > BetweenSigns.TotalMilliseconds)
            {
                _sign = Environment.TickCount64;
                await uploads.KeepAsync(upload, failed.Token);
            }
        }

        var sent = await Task.WhenAll(_parts);
        if (_lost is not null)
            return S3Refusals.Write(target.Drive, file, _lost);
        return content.Check() is { } mismatch ? mismatch : sent.Select(part => part!).ToArray();
    }

    /// <summary>On a thread of its own: a part is summed and signed while the next one comes in.</summary>
    private Task<SentPart?> Begin(OpenUpload upload, int number, PartBuffer buffer, CancellationTokenSource failed) =>
        Task.Run(() => UploadAsync(upload, number, buffer, failed), CancellationToken.None);

    /// <returns>Null when it is lost, and all others with it.</returns>
    private async Task<SentPart?> UploadAsync(OpenUpload upload, int number, PartBuffer buffer, CancellationTokenSource failed)
    {
        try
        {
            using (buffer)
            {
                var (sum, length) = (buffer.Sum(), buffer.Length);
                var answer = await target.Lease.AskAsync(
                    (s3, token) => s3.UploadPartAsync(
                        target.Bucket.Part(target.Key, upload.S3UploadId, number, buffer.Read(), length, sum, s3), token),
                    options.TransferTimeout * 2,
                    failed.Token);
                if (answer.TryGet(out var uploaded, out var fault))
                    return new SentPart(number, uploaded.ETag, sum, length);
                Interlocked.CompareExchange(ref _lost, fault, null);
                return null;
            }
        }
        finally
        {
            _slots.Release();
        }
    }

    private async Task<Result<StoredFile, Refusal>> CompleteAsync(OpenUpload upload, IReadOnlyList<SentPart> parts)
    {
        var sum = parts.Skip(1).Aggregate(parts[0].Sum, (whole, part) => Crc32C.Combine(whole, part.Sum, part.Length));
        for (var (attempt, uncertain) = (1, false); ; attempt++)
        {
            var answered = await target.Lease.AskOnceAsync(
                (s3, token) => s3.CompleteMultipartUploadAsync(RequestOf(upload, parts, sum), token),
                options.TransferTimeout,
                CancellationToken.None);
            if (answered.TryGet(out var answer, out var fault))
            {
                return S3Requests.IsEncryptedAs(
                    target.Drive.Encryption,
                    answer.ServerSideEncryptionMethod,
                    answer.ServerSideEncryptionKeyManagementServiceKeyId)
                    ? new StoredFile(answer.ETag, S3DriveFiles.VersionOf(answer.VersionId), content.Size, created)
                    : await outcomes.TakeBackAsync(target, answer.VersionId);
            }

            uncertain |= S3Outcomes.MayHaveTakenEffect(fault);
            if (fault.IsPassing && attempt < S3Outcomes.MostTries)
            {
                await outcomes.PauseAsync(attempt, CancellationToken.None);
                continue;
            }

            // An upload that is no longer open after an answer that was lost was completed by that very call.
            if (
                uncertain
                && await uploads.AbandonAsync(target, upload) is false
                && await outcomes.IsThereAsync(target, content.Size, sum) is { } there)
                return there with { Created = created };
            return S3Refusals.Write(target.Drive, file, fault);
        }
    }

    private CompleteMultipartUploadRequest RequestOf(OpenUpload upload, IReadOnlyList<SentPart> parts, uint sum)
    {
        var request = target.Bucket.Complete(
            target.Key,
            upload.S3UploadId,
            parts.Select(part => new PartETag(part.Number, part.ETag) { ChecksumCRC32C = Crc32C.Text(part.Sum) }),
            sum,
            content.Size);
        (request.IfNoneMatch, request.IfMatch) = (file.IfNoneMatch, file.IfMatch);
        return request;
    }

    private sealed record SentPart(int Number, string ETag, uint Sum, long Length);
}
