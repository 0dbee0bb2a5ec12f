using Amazon.S3;
using Amazon.S3.Model;
using Microsoft.Extensions.Options;
using ServerlessDrives.Access;
using ServerlessDrives.Adapters.Aws.Sessions;
using ServerlessDrives.Drives;
using ServerlessDrives.Files;
using ServerlessDrives.Files.References;
using ServerlessDrives.Files.Uploads;
using ServerlessDrives.Files.Versions;
using ServerlessDrives.Verification.Reports;

namespace ServerlessDrives.Adapters.Aws.Writing;

/// <summary>Links by which files travel between a caller and S3 without us: one for each part of an upload, or one to read.</summary>
internal sealed class S3Presigned(
    DriveClients clients,
    S3Uploads uploads,
    S3Outcomes outcomes,
    IOptions<AwsOptions> options,
    TimeProvider clock
) : IResumableUploads
{
    public async Task<Result<PresignedLink, Refusal>> ReadAsync(
        Drive drive,
        FilePath path,
        VersionId? version,
        TimeSpan life,
        string downloadName,
        CancellationToken cancellation)
    {
        using var lease = clients.Lease(drive);
        cancellation.ThrowIfCancellationRequested();
        var ends = await EndAsync(lease, life);
        var target = new S3Target(lease, drive, path, version);
        var request = target.Bucket.Link(target.Key, HttpVerb.GET, ends, lease.S3);
        request.VersionId = version?.Value;
        // A browser that follows the link saves the file, and runs nothing of it under S3's name.
        request.ResponseHeaderOverrides.ContentDisposition = ContentNames.Attachment(downloadName);
        var link = new Uri(await lease.S3.GetPreSignedURLAsync(request));
        lease.Meter.Sign(uploads: 0, downloads: 1);
        return new PresignedLink(link, ends);
    }

    public async Task<Result<PresignedUpload, Refusal>> BeginAsync(
        Drive drive,
        AnnouncedUpload announced,
        TimeSpan life,
        CancellationToken cancellation)
    {
        using var lease = clients.Lease(drive);
        var target = new S3Target(lease, drive, announced.Path);
        var began = await uploads.BeginAsync(target, announced.Kind, withSum: false, announced.KeptFor, cancellation);
        if (!began.TryGet(out var upload, out var refusal))
            return refusal;
        var ends = await EndAsync(lease, life);
        var partSize = PartSizes.OfUpload(announced.Size);
        var links = new List<Uri>();
        for (var number = 1; number == 1 || (number <= announced.MostLinks && (number - 1) * partSize < announced.Size); number++)
            links.Add(await PartAsync(target, upload, number, ends));
        lease.Meter.Sign(links.Count, downloads: 0);
        return new PresignedUpload(upload, partSize, links, ends);
    }

    public long PartSizeOf(long size) => PartSizes.OfUpload(size);

    public async Task<Result<ReceivedParts, Refusal>> ReceivedAsync(Drive drive, OpenUpload upload, CancellationToken cancellation)
    {
        using var lease = clients.Lease(drive);
        var target = new S3Target(lease, drive, upload.Path);
        var listed = await lease.AskAsync(
            (s3, token) => PartsAsync(s3, target, upload, token),
            options.Value.CallTimeout * 3,
            cancellation);
        if (!listed.TryGet(out var there, out var fault))
            return S3Refusals.Of(drive, KnownCheck.MultipartUsable, fault);
        return new ReceivedParts(
            [.. there.Select(part => new ReceivedPart(part.PartNumber.GetValueOrDefault(), part.Size.GetValueOrDefault(), part.ETag))]);
    }

    public async Task<Result<PartLinks, Refusal>> LinkAsync(
        Drive drive,
        OpenUpload upload,
        IReadOnlyList<int> parts,
        TimeSpan life,
        CancellationToken cancellation)
    {
        using var lease = clients.Lease(drive);
        cancellation.ThrowIfCancellationRequested();
        var (target, ends, links) = (new S3Target(lease, drive, upload.Path), await EndAsync(lease, life), new List<Uri>());
        foreach (var number in parts)
            links.Add(await PartAsync(target, upload, number, ends));
        lease.Meter.Sign(links.Count, downloads: 0);
        return new PartLinks(links, ends);
    }

    /// <summary>Completes the upload if the parts that S3 has are those that were announced.</summary>
    /// <param name="parts">What the caller says that S3 answered; null for whatever S3 has.</param>
    public async Task<Result<StoredFile, Refusal>> CompleteAsync(
        Drive drive,
        OpenUpload upload,
        long size,
        IReadOnlyList<UploadedPart>? parts,
        CancellationToken cancellation)
    {
        using var lease = clients.Lease(drive);
        var target = new S3Target(lease, drive, upload.Path);
        var listed = await lease.AskAsync(
            (s3, token) => PartsAsync(s3, target, upload, token),
            options.Value.CallTimeout * 3,
            cancellation);
        if (!listed.TryGet(out var there, out var fault))
            return S3Refusals.Of(drive, KnownCheck.MultipartUsable, fault);
        if (Differing(there, parts) is { } differing)
            return Refusal.Invalid("parts", differing);
        if (there.Sum(part => part.Size.GetValueOrDefault()) is var arrived && arrived != size)
            return Refusal.Invalid(
                "size",
                $"{size} bytes were announced and {arrived} are there. Upload what is missing, or abort the upload.");

        var completed = await lease.AskAsync(
            (s3, token) =>
                s3.CompleteMultipartUploadAsync(
                    target.Bucket.Complete(
                        target.Key,
                        upload.S3UploadId,
                        there.Select(part => new PartETag(part.PartNumber.GetValueOrDefault(), part.ETag))),
                    token),
            options.Value.TransferTimeout,
            CancellationToken.None);
        if (!completed.TryGet(out var answer, out var refused))
            return S3Refusals.Of(drive, KnownCheck.ObjectWritable, refused);
        await uploads.EndAsync(upload);
        return S3Requests.IsEncryptedAs(
            drive.Encryption,
            answer.ServerSideEncryptionMethod,
            answer.ServerSideEncryptionKeyManagementServiceKeyId)
            ? new StoredFile(answer.ETag, S3DriveFiles.VersionOf(answer.VersionId), size, Created: true)
            : await outcomes.TakeBackAsync(target, answer.VersionId);
    }

    /// <summary>Aborts the upload; one that has ended is fine.</summary>
    public async Task<Result<Deleted, Refusal>> AbortAsync(Drive drive, OpenUpload upload, CancellationToken cancellation)
    {
        using var lease = clients.Lease(drive);
        var target = new S3Target(lease, drive, upload.Path);
        if (upload.BeginningAt is not null)
            return await uploads.AbortBeginningAsync(target, upload)
                ? new Deleted()
                : new Refusal(RefusalKind.Unavailable, "unavailable", "S3 doesn't say at the moment which uploads there are.");
        if (await uploads.AbortAsync(target, upload.S3UploadId, cancellation) is { } fault and not Fault.Refused { Code: "NoSuchUpload" })
            return S3Refusals.Of(drive, KnownCheck.MultipartUsable, fault);
        await uploads.EndAsync(upload);
        return new Deleted();
    }

    private static async Task<Uri> PartAsync(S3Target target, OpenUpload upload, int number, DateTimeOffset ends)
    {
        var request = target.Bucket.Link(target.Key, HttpVerb.PUT, ends, target.Lease.S3);
        (request.UploadId, request.PartNumber) = (upload.S3UploadId, number);
        return new Uri(await target.Lease.S3.GetPreSignedURLAsync(request));
    }

    private static string? Differing(IReadOnlyList<PartDetail> there, IReadOnlyList<UploadedPart>? said)
    {
        if (there.Count == 0)
            return "No part has arrived yet.";
        if (said is null)
            return null;
        var byNumber = there.ToDictionary(part => part.PartNumber.GetValueOrDefault(), part => part.ETag.Trim('"'));
        if (said.FirstOrDefault(part => !byNumber.TryGetValue(part.Number, out var etag) || etag != part.ETag.Trim('"')) is { } wrong)
            return $"Part {wrong.Number} is not there, or has another ETag.";
        return said.Count != there.Count ? $"{there.Count} parts have arrived and {said.Count} are named." : null;
    }

    internal static async Task<IReadOnlyList<PartDetail>> PartsAsync(
        IAmazonS3 s3,
        S3Target target,
        OpenUpload upload,
        CancellationToken cancellation)
    {
        var parts = new List<PartDetail>();
        string? marker = null;
        do
        {
            var page = await s3.ListPartsAsync(target.Bucket.Parts(target.Key, upload.S3UploadId, marker), cancellation);
            parts.AddRange(page.Parts ?? []);
            marker =
                page.IsTruncated == true ? page.NextPartNumberMarker?.ToString(System.Globalization.CultureInfo.InvariantCulture) : null;
        } while (marker is not null);
        return parts;
    }

    /// <summary>A link is good for no longer than the session that signed it.</summary>
    private async Task<DateTimeOffset> EndAsync(DriveClientLease lease, TimeSpan life)
    {
        var wanted = clock.GetUtcNow() + life;
        return await lease.SessionEndsAsync() is { } ends && ends < wanted ? ends : wanted;
    }
}
