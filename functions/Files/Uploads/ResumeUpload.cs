using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using ServerlessDrives.Drives;
using ServerlessDrives.Files.References;
using ServerlessDrives.Http;
using ServerlessDrives.Http.Middleware;

namespace ServerlessDrives.Files.Uploads;

/// <summary>How far an upload is.</summary>
/// <param name="Size">Bytes, as announced.</param>
/// <param name="PartSize">Bytes of every part but the last.</param>
/// <param name="Received">The parts that S3 has, in the order of their numbers; none once the upload is completed.</param>
/// <param name="File">What it became; null until it is completed.</param>
public sealed record UploadProgressView(
    UploadId Id,
    string Path,
    long Size,
    long PartSize,
    IReadOnlyList<ReceivedPart> Received,
    StoredFileView? File);

/// <param name="Parts">Numbers of the parts to send: 1 to 1,000 of them.</param>
[NeedsFields("parts")]
public sealed record UploadLinksBody(IReadOnlyList<int>? Parts);

/// <param name="Parts">Where to PUT each part that was named.</param>
/// <param name="ExpiresAt">When the links stop working. Parts that S3 has stay.</param>
public sealed record UploadLinksView(IReadOnlyList<UploadPartView> Parts, DateTimeOffset ExpiresAt);

/// <summary>Going on with an upload whose sender went away, or whose links have expired.</summary>
[Section("Files")]
public sealed class ResumeUploadFunctions(IResumableUploads uploads, IFileRecords records, DriveFinder finder, TimeProvider clock)
{
    private const int MostLinks = 1_000;

    [Function("GetUpload")]
    [Requires(Need.Person)]
    [Summary("How far an upload is", Detail = "Which parts S3 has. Those needn't be sent again.")]
    [Answers<UploadProgressView>(200, "What has arrived.")]
    [Refuses("not-found", "drive-removed", "aws")]
    public async Task<IResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/drives/{driveId}/uploads/{uploadId}")] HttpRequest request,
        string driveId,
        string uploadId)
    {
        ArgumentNullException.ThrowIfNull(request);
        var cancellation = request.HttpContext.RequestAborted;
        if (!(await FindAsync(request, driveId, uploadId)).TryGet(out var found, out var unknown))
            return unknown.AsProblem();
        request.HttpContext.Response.Headers.CacheControl = "no-store";
        var upload = found.Upload;
        if (upload.Outcome is { } stored)
            return Shown(upload, [], new StoredFileView(upload.Path.Value, stored.Size, stored.ETag, stored.VersionId));
        return (await uploads.ReceivedAsync(found.Drive, upload.Open, cancellation)).Answer(received =>
            Shown(upload, received.Parts, file: null));
    }

    [Function("CreateUploadLinks")]
    [Requires(Need.Person)]
    [Summary(
        "Make links for parts of an upload",
        Detail = "When the first ones have expired, or were not asked for. The upload is kept for as long as was asked for when it was " +
            "begun, counted from now."
    )]
    [Reads<UploadLinksBody>]
    [Answers<UploadLinksView>(200, "A link for each part that was named.")]
    [Refuses("not-found", "drive-removed", "read-only", "upload-completed", "aws")]
    public async Task<IResult> LinkAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/drives/{driveId}/uploads/{uploadId}/links")] HttpRequest request,
        string driveId,
        string uploadId)
    {
        ArgumentNullException.ThrowIfNull(request);
        var cancellation = request.HttpContext.RequestAborted;
        if (!(await FindAsync(request, driveId, uploadId)).TryGet(out var found, out var unknown))
            return unknown.AsProblem();
        var upload = found.Upload;
        if (found.Drive.Access.IsReadOnly)
            return DriveFinder.IsReadOnly.AsProblem();
        if (!(await request.ReadJsonAsync<UploadLinksBody>()).TryGet(out var body, out var unreadable))
            return unreadable.AsProblem();
        var partSize = uploads.PartSizeOf(upload.Size);
        var last = Math.Max(1, ((upload.Size - 1) / partSize) + 1);
        if (
            body.Parts is not { Count: >= 1 and <= MostLinks } parts
            || parts.Any(number => number < 1 || number > last)
            || parts.Distinct().Count() != parts.Count)
            return Refusal.Invalid("parts", $"1 to {MostLinks} different numbers from 1 to {last} were expected.").AsProblem();
        if (upload.Outcome is not null)
            return Refusal.Conflict("upload-completed", "The upload was completed; there is nothing left to send.").AsProblem();
        // Noted first: it must not be given up while somebody sends its parts.
        await records.NoteAsync(upload.Open with { ExpiresAt = clock.GetUtcNow() + upload.KeptAtLeast }, cancellation);
        return (await uploads.LinkAsync(found.Drive, upload.Open, parts, TransferTriggers.LinkLife, cancellation)).Answer(made =>
            Results.Json(
                new UploadLinksView([.. made.Links.Select((url, i) => new UploadPartView(parts[i], url))], made.Ends),
                Json.Options));
    }

    private Task<Result<(Drive Drive, PendingUpload Upload), Refusal>> FindAsync(HttpRequest request, string driveId, string uploadId) =>
        UploadFinder.FindAsync(finder, records, request.Person(), (driveId, uploadId), request.HttpContext.RequestAborted);

    private IResult Shown(PendingUpload upload, IReadOnlyList<ReceivedPart> received, StoredFileView? file) =>
        Results.Json(
            new UploadProgressView(upload.Id, upload.Path.Value, upload.Size, uploads.PartSizeOf(upload.Size), received, file),
            Json.Options);
}
