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
    S3Uploads uploads,
    S3PartTransfer transfer,
    S3CopyCompletion completion,
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
                ? await completion.EndedAsync(target, file, upload, cancellation)
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
                var part = new PartToCopy(file, target, upload, number, first, last);
                if (await (within ? transfer.CopyWithinAsync(part, token) : transfer.StreamAsync(sourceLease, part, token)) is { } failed)
                    Interlocked.CompareExchange(ref lost, failed, null);
            });
        if (lost is not null)
            return await LostAsync(target, file, upload, lost);
        if (!(await PartsAsync(target, upload, cancellation)).TryGet(out parts, out fault))
            return S3Refusals.Of(file.To, KnownCheck.MultipartUsable, fault);
        var bytes = parts.Sum(part => part.Size.GetValueOrDefault());
        return parts.Count < count
            ? new PartwiseStep(state, bytes, null)
            : await completion.CompleteAsync(sourceLease, target, file, upload, parts, cancellation);
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
            return S3CopyCompletion.IsChanged(fault)
                ? S3CopyCompletion.Changed
                : S3Refusals.Of(file.From, KnownCheck.ObjectReadable, fault);
        var kind = ContentKind
            .Parse(source.Headers.ContentType, ContentKind.CodingsOf(source.Headers.ContentEncoding))
            .Match(known => known, _ => new ContentKind(null, null));
        return (await uploads.BeginAsync(target, kind, withSum: true, S3Uploads.Life, cancellation, source.Metadata))
            .Match<Result<PartwiseStep, Refusal>>(
                upload => new PartwiseStep(new PartwiseCopy(file.Source.ETag, upload.S3UploadId), 0, null),
                refusal => refusal);
    }

    private Task<Result<IReadOnlyList<PartDetail>, Fault>> PartsAsync(S3Target target, OpenUpload upload, CancellationToken cancellation) =>
        target.Lease.AskAsync(
            (s3, token) => S3Presigned.PartsAsync(s3, target, upload, token),
            options.Value.CallTimeout * 3,
            cancellation);

    private async Task<Result<PartwiseStep, Refusal>> LostAsync(S3Target target, FileToCopy file, OpenUpload upload, Fault lost)
    {
        if (lost.IsPassing)
            return S3Refusals.Of(file.To, KnownCheck.ObjectWritable, lost);
        if (lost is Fault.Refused { Code: "NoSuchUpload" })
            return await completion.EndedAsync(target, file, upload, CancellationToken.None);
        await uploads.AbandonAsync(target, upload);
        return S3CopyCompletion.IsChanged(lost) ? S3CopyCompletion.Changed : S3Refusals.Of(file.To, KnownCheck.ObjectWritable, lost);
    }
}
