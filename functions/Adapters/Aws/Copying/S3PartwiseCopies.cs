using System.Buffers.Binary;
using Amazon.S3.Model;
using Microsoft.Extensions.Options;
using ServerlessDrives.Access;
using ServerlessDrives.Adapters.Aws.Sessions;
using ServerlessDrives.Adapters.Aws.Writing;
using ServerlessDrives.Files;
using ServerlessDrives.Files.Operations;
using ServerlessDrives.Files.References;
using ServerlessDrives.Verification.Reports;

namespace ServerlessDrives.Adapters.Aws.Copying;

/// <summary>
/// Large files, copied in parts: by S3 itself, or through us a few buffers at a time. S3 keeps the parts that have arrived, so a step goes
/// on where the last one ended, whichever process made that.
/// </summary>
internal sealed class S3PartwiseCopies(
    DriveClients clients,
    PartBuffers buffers,
    S3Uploads uploads,
    S3Outcomes outcomes,
    S3Comparison comparison,
    IOptions<AwsOptions> options,
    TimeProvider clock)
{
    private const int AtOnce = 4;
    private const long LeastPartWithin = 128L * 1024 * 1024;

    private static readonly Refusal NotAddressable = Refusal.Invalid(
        "path",
        "The file's name is no path here (empty or dotted parts), so it is not copied in parts.");

    public async Task AbandonAsync(FileToCopy file, PartwiseCopy state)
    {
        if (!file.Target.TryGetFile(out var path))
            return;
        using var lease = clients.Lease(file.To);
        await uploads.AbandonAsync(new S3Target(lease, file.To, path), UploadOf(file, path, state));
    }

    public async Task<Result<PartwiseStep, Refusal>> StepAsync(
        FileToCopy file,
        PartwiseCopy? state,
        bool within,
        TimeSpan time,
        CancellationToken cancellation)
    {
        if (!file.Target.TryGetFile(out var path))
            return NotAddressable;
        if (!within && file.Source.Size > PartSizes.MostBytes)
            return PartSizes.TooLarge;
        using var lease = clients.Lease(file.To);
        using var sourceLease = clients.Lease(file.From);
        var target = new S3Target(lease, file.To, path);
        if (state is not null && state.ETag != file.Source.ETag)
        {
            await uploads.AbandonAsync(target, UploadOf(file, path, state));
            state = null;
        }

        // What has only begun is noted by whoever asked, before parts are sent.
        if (state is null)
            return await BeginAsync(sourceLease, target, file, cancellation);
        var upload = UploadOf(file, path, state);
        await uploads.KeepAsync(upload, cancellation);
        if (!(await PartsAsync(target, upload, cancellation)).TryGet(out var parts, out var fault))
            return fault is Fault.Refused { Code: "NoSuchUpload" }
                ? await EndedAsync(target, file, upload, cancellation)
                : S3Refusals.Of(file.To, KnownCheck.MultipartUsable, fault);
        var size = PartSizeOf(file.Source.Size, within);
        var count = (int)((file.Source.Size + size - 1) / size);
        var until = clock.GetTimestamp() + (long)(time.TotalSeconds * clock.TimestampFrequency);
        var missing = Enumerable.Range(1, count).Except(parts.Select(part => part.PartNumber.GetValueOrDefault())).ToList();
        Fault? lost = null;
        await Parallel.ForEachAsync(
            missing,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation },
            async (number, token) =>
            {
                if (clock.GetTimestamp() >= until || lost is not null)
                    return;
                var (first, last) = ((number - 1) * size, Math.Min(number * size, file.Source.Size) - 1);
                var part = new Part(file, target, upload, number, first, last);
                if (await (within ? CopyAsync(part, token) : StreamAsync(sourceLease, part, token)) is { } failed)
                    Interlocked.CompareExchange(ref lost, failed, null);
            });
        if (lost is not null)
            return await LostAsync(target, file, upload, lost);
        if (!(await PartsAsync(target, upload, cancellation)).TryGet(out parts, out fault))
            return S3Refusals.Of(file.To, KnownCheck.MultipartUsable, fault);
        var bytes = parts.Sum(part => part.Size.GetValueOrDefault());
        return parts.Count < count
            ? new PartwiseStep(state, bytes, null)
            : await CompleteAsync(sourceLease, target, file, upload, parts, cancellation);
    }

    private static OpenUpload UploadOf(FileToCopy file, FilePath path, PartwiseCopy state) =>
        new(file.To.Organization, file.To.Id, path, state.S3UploadId, DateTimeOffset.MaxValue);

    /// <summary>The same for each step.</summary>
    private static long PartSizeOf(long size, bool within) => within
        ? Math.Max(LeastPartWithin, PartSizes.OfUpload(size))
        : (long)PartSizes.BlocksOf(1, size) * PartBuffers.BlockBytes;

    private async Task<Result<PartwiseStep, Refusal>> BeginAsync(
        DriveClientLease sourceLease,
        S3Target target,
        FileToCopy file,
        CancellationToken cancellation)
    {
        var looked = await sourceLease.AskAsync(
            (s3, token) =>
            {
                var request = S3Bucket.Of(file.From).Head(file.From.Path.Prefix + file.Source.Key);
                request.EtagToMatch = file.Source.ETag;
                return s3.GetObjectMetadataAsync(request, token);
            },
            options.Value.CallTimeout * 3,
            cancellation);
        if (!looked.TryGet(out var source, out var fault))
            return IsChanged(fault) ? Changed : S3Refusals.Of(file.From, KnownCheck.ObjectReadable, fault);
        var kind = ContentKind
            .Parse(source.Headers.ContentType, ContentKind.CodingsOf(source.Headers.ContentEncoding))
            .Match(known => known, _ => new ContentKind(null, null));
        return (await uploads.BeginAsync(target, kind, withSum: true, S3Uploads.Life, cancellation, source.Metadata))
            .Match<Result<PartwiseStep, Refusal>>(
                upload => new PartwiseStep(new PartwiseCopy(file.Source.ETag, upload.S3UploadId), 0, null),
                refusal => refusal);
    }

    private static PartwiseStep Changed { get; } = new(null, 0, new CopiedFile(CopyOutcome.SourceChanged, null));

    private static bool IsChanged(Fault fault) =>
        fault is Fault.Refused { Status: 412 or 404, Code: not "NoSuchBucket" and not "NoSuchUpload", Principal: null };

    private Task<Result<IReadOnlyList<PartDetail>, Fault>> PartsAsync(S3Target target, OpenUpload upload, CancellationToken cancellation) =>
        target.Lease.AskAsync(
            (s3, token) => S3Presigned.PartsAsync(s3, target, upload, token),
            options.Value.CallTimeout * 3,
            cancellation);

    private async Task<Fault?> CopyAsync(Part part, CancellationToken cancellation) =>
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

    private async Task<Fault?> StreamAsync(DriveClientLease sourceLease, Part part, CancellationToken cancellation)
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

    private async Task<Fault?> ReadAsync(DriveClientLease sourceLease, Part part, PartBuffer buffer, CancellationToken cancellation)
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

    private async Task<Result<PartwiseStep, Refusal>> LostAsync(S3Target target, FileToCopy file, OpenUpload upload, Fault lost)
    {
        if (lost.IsPassing)
            return S3Refusals.Of(file.To, KnownCheck.ObjectWritable, lost);
        if (lost is Fault.Refused { Code: "NoSuchUpload" })
            return await EndedAsync(target, file, upload, CancellationToken.None);
        await uploads.AbandonAsync(target, upload);
        return IsChanged(lost) ? Changed : S3Refusals.Of(file.To, KnownCheck.ObjectWritable, lost);
    }

    /// <summary>The upload was completed by a step whose process died, or was aborted: then it begins anew.</summary>
    private async Task<Result<PartwiseStep, Refusal>> EndedAsync(
        S3Target target,
        FileToCopy file,
        OpenUpload upload,
        CancellationToken cancellation)
    {
        await uploads.EndAsync(upload);
        var looked = await target.Lease.AskAsync(
            (s3, token) => s3.GetObjectMetadataAsync(target.Bucket.Head(target.Key), token),
            options.Value.CallTimeout * 3,
            cancellation);
        if (!looked.TryGet(out var found, out var fault))
        {
            fault = await S3Absence.SeenThroughAsync(target, fault, options.Value.CallTimeout, cancellation);
            return fault is Fault.Refused { Status: 404 }
                ? new PartwiseStep(null, 0, null)
                : S3Refusals.Of(file.To, KnownCheck.ObjectReadable, fault);
        }

        var present = new KeyState(file.Target, found.ETag, found.ContentLength);
        return (await comparison.IsSameAsync(file, present, cancellation)).Match<Result<PartwiseStep, Refusal>>(
            same => new PartwiseStep(
                null,
                file.Source.Size,
                new CopiedFile(same ? CopyOutcome.Copied : CopyOutcome.Exists, found.ETag)),
            refusal => refusal);
    }

    private async Task<Result<PartwiseStep, Refusal>> CompleteAsync(
        DriveClientLease sourceLease,
        S3Target target,
        FileToCopy file,
        OpenUpload upload,
        IReadOnlyList<PartDetail> parts,
        CancellationToken cancellation)
    {
        var sums = parts.Select(part => SumOf(part.ChecksumCRC32C)).ToList();
        // The source may have changed since the last of its parts was read.
        var looked = await sourceLease.AskAsync(
            (s3, token) => s3.GetObjectMetadataAsync(S3Bucket.Of(file.From).Head(file.From.Path.Prefix + file.Source.Key), token),
            options.Value.CallTimeout * 3,
            cancellation);
        if (looked.Error is { } unseen && !IsChanged(unseen))
            return S3Refusals.Of(file.From, KnownCheck.ObjectReadable, unseen);
        if (!looked.TryGet(out var source, out _) || source.ETag != file.Source.ETag)
        {
            await uploads.AbandonAsync(target, upload);
            return Changed;
        }

        for (var attempt = 1; ; attempt++)
        {
            var answered = await target.Lease.AskOnceAsync(
                (s3, token) =>
                {
                    var request = RequestOf(target, file, upload, parts, sums);
                    request.IfNoneMatch = "*";
                    return s3.CompleteMultipartUploadAsync(request, token);
                },
                options.Value.TransferTimeout,
                CancellationToken.None);
            if (answered.TryGet(out var answer, out var fault))
            {
                await uploads.EndAsync(upload);
                return S3Requests.IsEncryptedAs(
                    file.To.Encryption,
                    answer.ServerSideEncryptionMethod,
                    answer.ServerSideEncryptionKeyManagementServiceKeyId)
                    ? new PartwiseStep(null, file.Source.Size, new CopiedFile(CopyOutcome.Copied, answer.ETag))
                    : await outcomes.TakeBackAsync(target, answer.VersionId);
            }

            if (fault is Fault.Refused { Code: "NoSuchUpload" })
                return await EndedAsync(target, file, upload, CancellationToken.None);
            if (fault is Fault.Refused { Status: 412 })
            {
                await uploads.AbandonAsync(target, upload);
                return new PartwiseStep(null, 0, new CopiedFile(CopyOutcome.Exists, null));
            }

            if (attempt == S3Outcomes.MostTries || !fault.IsPassing)
                return S3Refusals.Of(file.To, KnownCheck.ObjectWritable, fault);
            await outcomes.PauseAsync(attempt, cancellation);
        }
    }

    private static CompleteMultipartUploadRequest RequestOf(
        S3Target target,
        FileToCopy file,
        OpenUpload upload,
        IReadOnlyList<PartDetail> parts,
        IReadOnlyList<uint?> sums)
    {
        var tags = parts.Select(part =>
            new PartETag(part.PartNumber.GetValueOrDefault(), part.ETag) { ChecksumCRC32C = part.ChecksumCRC32C });
        if (sums.Any(sum => sum is null))
            return target.Bucket.Complete(target.Key, upload.S3UploadId, tags);
        var whole = sums[0]!.Value;
        for (var at = 1; at < parts.Count; at++)
            whole = Crc32C.Combine(whole, sums[at]!.Value, parts[at].Size.GetValueOrDefault());
        return target.Bucket.Complete(target.Key, upload.S3UploadId, tags, whole, file.Source.Size);
    }

    /// <summary>As S3 writes it: base64 of four bytes, the highest first.</summary>
    private static uint? SumOf(string? text) => string.IsNullOrEmpty(text)
        ? null
        : BinaryPrimitives.ReadUInt32BigEndian(Convert.FromBase64String(text));

    /// <param name="First">The first byte, from 0.</param>
    private sealed record Part(FileToCopy File, S3Target Target, OpenUpload Upload, int Number, long First, long Last);
}
