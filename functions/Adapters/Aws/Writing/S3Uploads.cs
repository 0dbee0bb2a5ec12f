using Amazon.S3.Model;
using Microsoft.Extensions.Options;
using ServerlessDrives.Access;
using ServerlessDrives.Files;
using ServerlessDrives.Files.References;
using ServerlessDrives.Files.Uploads;
using ServerlessDrives.Verification.Reports;

namespace ServerlessDrives.Adapters.Aws.Writing;

/// <summary>
/// Multipart uploads from their beginning to their end. Each is noted before a byte is sent and struck out at its end, so that one whose
/// process died is found and aborted (<see cref="AbandonedUploads"/>): it would cost the customer money unseen.
/// </summary>
internal sealed class S3Uploads(IFileRecords records, S3Outcomes outcomes, IOptions<AwsOptions> options, TimeProvider clock)
{
    /// <summary>How long a streamed upload may go without a sign of life before it counts as abandoned.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromMinutes(15);

    /// <summary>How long it may take from the note that an upload begins to its beginning; all tries together take less.</summary>
    private static readonly TimeSpan Beginning = TimeSpan.FromMinutes(5);

    /// <summary>Begins an upload, encrypted as the drive says.</summary>
    /// <param name="life">After how long without a sign of life it is aborted.</param>
    /// <param name="metadata">What else the file is to be kept with.</param>
    public async Task<Result<OpenUpload, Refusal>> BeginAsync(
        S3Target target,
        ContentKind kind,
        bool withSum,
        TimeSpan life,
        CancellationToken cancellation,
        MetadataCollection? metadata = null)
    {
        cancellation.ThrowIfCancellationRequested();
        var began = clock.GetUtcNow();
        var (uncertain, settled, uploadId) = (false, false, (string?)null);
        // Killed between S3's answer and the note of it, we would have an upload that nobody knows of; by this note it is looked for.
        var beginning = new OpenUpload(
            target.Drive.Organization,
            target.Drive.Id,
            target.Path,
            $"beginning-{Guid.NewGuid():N}",
            began + Life)
        {
            BeginningAt = began,
        };
        await records.NoteAsync(beginning, cancellation);
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                // Whoever asked may go away meanwhile: an upload whose id nobody heard could not be aborted.
                var asked = await target.Lease.AskOnceAsync(
                    (s3, token) => s3.InitiateMultipartUploadAsync(target.Bucket.Begin(target.Key, kind, withSum, metadata), token),
                    options.Value.CallTimeout,
                    CancellationToken.None);
                if (asked.TryGet(out var answer, out var fault))
                {
                    uploadId = answer.UploadId;
                    var upload = new OpenUpload(
                        target.Drive.Organization,
                        target.Drive.Id,
                        target.Path,
                        uploadId,
                        clock.GetUtcNow() + life);
                    if (
                        !S3Requests.IsEncryptedAs(
                            target.Drive.Encryption,
                            answer.ServerSideEncryptionMethod,
                            answer.ServerSideEncryptionKeyManagementServiceKeyId))
                    {
                        settled = await AbortAsync(target, uploadId, CancellationToken.None) is null;
                        return S3Refusals.EncryptionDiffers;
                    }

                    await KeepAsync(target, upload);
                    settled = true;
                    return upload;
                }

                uncertain |= S3Outcomes.MayHaveTakenEffect(fault);
                settled = true;
                if (attempt == S3Outcomes.MostTries || !fault.IsPassing || cancellation.IsCancellationRequested)
                    return S3Refusals.Of(target.Drive, KnownCheck.ObjectWritable, fault);
                await outcomes.PauseAsync(attempt, CancellationToken.None);
            }
        }
        finally
        {
            if (uncertain)
                settled &= await AbortStraysAsync(target, uploadId, began, clock.GetUtcNow());
            if (settled)
                await EndAsync(beginning);
        }
    }

    /// <summary>Says that the upload is still alive.</summary>
    public Task KeepAsync(OpenUpload upload, CancellationToken cancellation) =>
        records.NoteAsync(upload with { ExpiresAt = clock.GetUtcNow() + Life }, cancellation);

    /// <summary>The upload was completed: nothing is left of it.</summary>
    public async Task EndAsync(OpenUpload upload)
    {
        using var patience = new CancellationTokenSource(S3Outcomes.TimeLimit);
        await records.StrikeAsync(upload, patience.Token);
    }

    /// <summary>Whatever was in the way, no upload stays behind. What can't be aborted now stays noted, to be aborted later.</summary>
    /// <returns>True when the upload was still open, false when it had ended already, null when S3 doesn't say.</returns>
    public async Task<bool?> AbandonAsync(S3Target target, OpenUpload upload)
    {
        bool? wasOpen = null;
        for (var attempt = 1; attempt <= S3Outcomes.MostTries; attempt++)
        {
            var fault = await AbortAsync(target, upload.S3UploadId, CancellationToken.None);
            if (fault is Fault.Refused { Code: "NoSuchUpload" })
            {
                await EndAsync(upload);
                return wasOpen ?? false;
            }

            // A part that was under way when the upload was aborted may come after it: S3 says to abort again until it knows nothing of it.
            wasOpen = fault is null ? true : wasOpen;
            if (fault is { IsPassing: false })
                break;
            if (fault is not null)
                await outcomes.PauseAsync(attempt, CancellationToken.None);
        }

        return wasOpen;
    }

    /// <summary>Aborts what may have come of an upload of which only the beginning is noted.</summary>
    /// <returns>Whether nothing is left of it.</returns>
    public async Task<bool> AbortBeginningAsync(S3Target target, OpenUpload beginning)
    {
        var began = beginning.BeginningAt!.Value;
        if (!await AbortStraysAsync(target, ours: null, began, began + Beginning))
            return false;
        await EndAsync(beginning);
        return true;
    }

    public async Task<Fault?> AbortAsync(S3Target target, string uploadId, CancellationToken cancellation) => (await target.Lease.AskAsync(
        (s3, token) => s3.AbortMultipartUploadAsync(target.Bucket.Abort(target.Key, uploadId), token),
        S3Outcomes.TimeLimit,
        cancellation)).Error;

    private async Task KeepAsync(S3Target target, OpenUpload upload)
    {
        try
        {
            using var patience = new CancellationTokenSource(S3Outcomes.TimeLimit);
            await records.NoteAsync(upload, patience.Token);
        }
        catch
        {
            await AbortAsync(target, upload.S3UploadId, CancellationToken.None);
            throw;
        }
    }

    /// <summary>Aborts what an answer that was lost may have begun: uploads of this very key, begun since, that nobody has noted.</summary>
    /// <returns>Whether S3 said which there are, and aborted those.</returns>
    private async Task<bool> AbortStraysAsync(S3Target target, string? ours, DateTimeOffset began, DateTimeOffset until)
    {
        var listed = await target.Lease.AskAsync(
            (s3, token) => s3.ListMultipartUploadsAsync(target.Bucket.Uploads(target.Key), token),
            S3Outcomes.TimeLimit,
            CancellationToken.None);
        if (!listed.TryGet(out var found, out _))
            return false;
        // S3 says whole seconds.
        var (since, aborted) = (began - TimeSpan.FromSeconds(1), true);
        var noted = (await records.UploadsAsync(target.Drive.Organization, target.Drive.Id, CancellationToken.None))
            .Select(upload => upload.S3UploadId)
            .ToHashSet();
        foreach (
            var stray in (found.MultipartUploads ?? []).Where(upload =>
                upload.Key == target.Key && upload.UploadId != ours && !noted.Contains(upload.UploadId)))
        {
            if (new DateTimeOffset(stray.Initiated.GetValueOrDefault().ToUniversalTime()) is var at && at >= since && at <= until)
                aborted &=
                    await AbortAsync(target, stray.UploadId, CancellationToken.None) is null or Fault.Refused { Code: "NoSuchUpload" };
        }

        return aborted;
    }
}
