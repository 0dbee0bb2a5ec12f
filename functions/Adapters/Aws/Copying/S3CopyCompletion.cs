using System.Buffers.Binary;
using Amazon.S3.Model;
using Microsoft.Extensions.Options;
using ServerlessDrives.Access;
using ServerlessDrives.Adapters.Aws.Sessions;
using ServerlessDrives.Adapters.Aws.Writing;
using ServerlessDrives.Files.Operations;
using ServerlessDrives.Files.References;
using ServerlessDrives.Verification.Reports;

namespace ServerlessDrives.Adapters.Aws.Copying;

/// <summary>The end of a copy in parts: S3 puts the parts together, unless the source has changed or something is there already.</summary>
internal sealed class S3CopyCompletion(
    S3Uploads uploads,
    S3Outcomes outcomes,
    S3Comparison comparison,
    IOptions<AwsOptions> options)
{
    public static PartwiseStep Changed { get; } = new(null, 0, new CopiedFile(CopyOutcome.SourceChanged, null));

    public static bool IsChanged(Fault fault) =>
        fault is Fault.Refused { Status: 412 or 404, Code: not "NoSuchBucket" and not "NoSuchUpload", Principal: null };

    public async Task<Result<PartwiseStep, Refusal>> CompleteAsync(
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

    /// <summary>The upload was completed by a step whose process died, or was aborted: then it begins anew.</summary>
    public async Task<Result<PartwiseStep, Refusal>> EndedAsync(
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
}
