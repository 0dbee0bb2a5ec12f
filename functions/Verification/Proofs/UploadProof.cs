using ServerlessDrives.Access;
using ServerlessDrives.Verification.Reports;

namespace ServerlessDrives.Verification.Proofs;

/// <summary>Proves that large files can be uploaded in parts, and that an upload that isn't finished can be listed and aborted.</summary>
internal sealed class UploadProof(
    IBucketProbe bucket,
    ProbeTraces traces,
    PropagationRetry retry,
    VerificationReportBuilder builder,
    AccountId? owner)
{
    public async Task ProveAsync(CancellationToken cancellation)
    {
        builder.Begin(KnownCheck.MultipartUsable, KnownCheck.UploadsListable);
        var key = traces.UploadKey;
        traces.Expect(key, owner);
        var listed = ListUploadsAsync(cancellation);
        var begun = await retry.AskAsync(cancel => traces.DoubtingAsync(key, bucket.BeginUploadAsync(key, owner, cancel)), cancellation);
        if (!begun.TryGet(out var id, out var fault))
        {
            if (fault is Fault.Refused { IsPassing: false })
                traces.WasRefused(key);
            builder.Fail(KnownCheck.MultipartUsable, fault);
            builder.Skip(KnownCheck.PartsListable, "No upload could be begun.");
            builder.Skip(KnownCheck.UploadAbortable, "No upload could be begun.");
            await listed;
            return;
        }

        var upload = new PendingUpload(key, id);
        traces.Expect(key, upload);
        await UploadPartAsync(upload, cancellation);
        await ListPartsAsync(upload, cancellation);
        await AbortAsync(upload, cancellation);
        await listed;
    }

    private async Task ListUploadsAsync(CancellationToken cancellation)
    {
        var listed = await retry.AskAsync(cancel => bucket.ListUploadsAsync(traces.UploadKey, owner, cancel), cancellation);
        if (listed.Error is null)
            builder.Pass(KnownCheck.UploadsListable);
        else
            builder.Fail(KnownCheck.UploadsListable, listed.Error);
    }

    private async Task UploadPartAsync(PendingUpload upload, CancellationToken cancellation)
    {
        var sent = await retry.AskAsync(
            cancel => bucket.UploadPartAsync(upload.Key, upload.UploadId, traces.Content, owner, cancel),
            cancellation);
        if (sent.TryGet(out var etag, out var fault))
        {
            traces.HasPart(upload, etag, traces.Content);
            builder.Pass(KnownCheck.MultipartUsable);
        }
        else
        {
            builder.Fail(KnownCheck.MultipartUsable, fault);
        }
    }

    private async Task ListPartsAsync(PendingUpload upload, CancellationToken cancellation)
    {
        builder.Begin(KnownCheck.PartsListable);
        var parts = await retry.AskAsync(cancel => bucket.ListPartsAsync(upload.Key, upload.UploadId, owner, cancel), cancellation);
        if (!parts.TryGet(out var count, out var fault))
            builder.Fail(KnownCheck.PartsListable, fault);
        else if (count == 0 && builder.HasPassed(KnownCheck.MultipartUsable))
            builder.Fail(
                KnownCheck.PartsListable,
                "The part that was uploaded isn't listed.",
                "Verify again; if it stays, the server doesn't keep parts as S3 does.");
        else
            builder.Pass(KnownCheck.PartsListable);
    }

    private async Task AbortAsync(PendingUpload upload, CancellationToken cancellation)
    {
        builder.Begin(KnownCheck.UploadAbortable);
        var aborted = await retry.AskAsync(cancel => bucket.AbortUploadAsync(upload.Key, upload.UploadId, owner, cancel), cancellation);
        // An abort whose answer was lost is answered NoSuchUpload when it is repeated.
        if (aborted.Error is null or Fault.Refused { Code: "NoSuchUpload" })
        {
            traces.Aborted(upload);
            builder.Pass(KnownCheck.UploadAbortable);
        }
        else
        {
            builder.Fail(KnownCheck.UploadAbortable, aborted.Error);
        }
    }
}
