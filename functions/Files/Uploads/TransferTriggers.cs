using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using ServerlessDrives.Access;
using ServerlessDrives.Drives;
using ServerlessDrives.Files.References;
using ServerlessDrives.Files.Versions;
using ServerlessDrives.Http;
using ServerlessDrives.Http.Middleware;
using ServerlessDrives.Http.Repetition;

namespace ServerlessDrives.Files.Uploads;

[NeedsFields("path", "size")]
public sealed record BeginUploadBody(string? Path, long? Size, string? ContentType)
{
    /// <summary>
    /// For so many hours the upload can be gone on with after links for it were last made, 1 to 72; 1 unless said otherwise. Then its
    /// parts are deleted.
    /// </summary>
    public int? KeepForHours { get; init; }

    /// <summary>Links to answer at most, for the first parts; all unless said otherwise. POST …/links makes the others.</summary>
    public int? MostLinks { get; init; }
}

/// <param name="Parts">What S3 answered for each part; without it, whatever has arrived is taken.</param>
public sealed record CompleteUploadBody(IReadOnlyList<UploadedPart>? Parts);

[NeedsFields("path")]
public sealed record DownloadLinkBody(string? Path, int? ExpiresInSeconds, string? DownloadName)
{
    /// <summary>S3's version of the file; the newest unless said otherwise.</summary>
    public string? VersionId { get; init; }
}

/// <summary>An upload that is begun.</summary>
/// <param name="PartSize">Bytes of every part but the last.</param>
/// <param name="Parts">Where to PUT each part, or the first of them.</param>
public sealed record UploadView(UploadId Id, string Path, long PartSize, IReadOnlyList<UploadPartView> Parts, DateTimeOffset ExpiresAt);

public sealed record UploadPartView(int Number, Uri Url);

/// <param name="Url">Needs no token; whoever has it can read the file until it expires.</param>
public sealed record DownloadLinkView(Uri Url, DateTimeOffset ExpiresAt);

/// <summary>Transfers that bypass us: presigned links, straight to S3, under the drive's path, encryption and audience.</summary>
[Section("Files")]
public sealed class TransferTriggers(
    IDriveFiles files,
    IFileVersions versions,
    IFileRecords records,
    DriveFinder finder,
    Idempotency idempotency)
{
    /// <summary>The largest file that can be uploaded, in bytes: 10,000 parts of 5 GiB.</summary>
    public const long MostBytes = MostParts * (5L * 1024 * 1024 * 1024);

    private const int MostParts = 10_000;
    private const int MostHours = 72;

    /// <summary>
    /// The session behind a link of a role's lives an hour at most, is renewed at half its life, and takes the link with it.
    /// </summary>
    internal static readonly TimeSpan LinkLife = TimeSpan.FromMinutes(30);

    [Function("BeginUpload")]
    [Requires(Need.Person)]
    [Summary("Begin an upload straight to S3")]
    [Reads<BeginUploadBody>]
    [Answers<UploadView>(201, "A link for each part.")]
    [HonoursIdempotencyKey]
    [Refuses("drive-removed", "read-only", "aws")]
    public Task<IResult> BeginAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/drives/{driveId}/uploads")] HttpRequest request,
        string driveId
    ) =>
        idempotency.OnceAsync<BeginUploadBody>(
            request,
            async body =>
            {
                var (person, cancellation) = (request.Person(), request.HttpContext.RequestAborted);
                if (!(await finder.FindAsync(person, driveId, cancellation)).TryGet(out var drive, out var unknown))
                    return unknown.AsProblem();
                if (drive.Access.IsReadOnly)
                    return DriveFinder.IsReadOnly.AsProblem();
                var form = new FormReader();
                var path = form.Read("path", FilePath.Parse(body.Path, drive.Path));
                if (body.Size is not (>= 0 and <= MostBytes))
                    form.Refuse<long>("size", $"A number of bytes from 0 to {MostBytes} was expected.");
                if (body.KeepForHours is < 1 or > MostHours)
                    form.Refuse<int>("keepForHours", $"A number from 1 to {MostHours} was expected.");
                if (body.MostLinks is < 1)
                    form.Refuse<int>("mostLinks", "A number from 1 on was expected.");
                if (!form.IsValid)
                    return form.Refusal.AsProblem();
                if (!ContentKind.Parse(body.ContentType, typeField: "contentType").TryGet(out var kind, out var odd))
                    return odd.AsProblem();
                var id = request.Operation().IdOf<UploadId>();
                // Repeated, because its answer was lost: the upload that was begun then has parts that nobody knows the links of.
                if (
                    request.Operation().IsRepeated
                    && await records.FindAsync(person.Organization, id, cancellation) is { } lost
                    && lost.Drive == drive.Id
                    && !(await files.AbortUploadAsync(drive, lost.Open, cancellation)).TryGet(out _, out var stuck))
                    return stuck.AsProblem();
                var kept = TimeSpan.FromHours(body.KeepForHours ?? 1);
                var announced = new AnnouncedUpload(path!, body.Size!.Value, kind, kept, body.MostLinks ?? MostParts);
                if (!(await files.BeginUploadAsync(drive, announced, LinkLife, cancellation)).TryGet(out var begun, out var refusal))
                    return refusal.AsProblem();
                var upload = new PendingUpload(
                    id,
                    person.Organization,
                    drive.Id,
                    path!,
                    begun.Upload.S3UploadId,
                    body.Size.Value,
                    person.Id,
                    begun.Upload.ExpiresAt)
                {
                    KeptFor = kept,
                };
                await records.AddAsync(upload, cancellation);
                return Results.Json(
                    new UploadView(
                        upload.Id,
                        path!.Value,
                        begun.PartSize,
                        [.. begun.Parts.Select((url, i) => new UploadPartView(i + 1, url))],
                        begun.Ends),
                    Json.Options,
                    statusCode: StatusCodes.Status201Created);
            });

    [Function("CompleteUpload")]
    [Requires(Need.Person)]
    [Summary("Complete an upload")]
    [Reads<CompleteUploadBody>]
    [Answers<StoredFileView>(200, "The file.")]
    [Refuses("drive-removed", "changed", "write-raced", "outcome-unknown", "upload-aborted", "aws", "aws-encryption-differs")]
    public async Task<IResult> CompleteAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/drives/{driveId}/uploads/{uploadId}/complete")] HttpRequest request,
        string driveId,
        string uploadId)
    {
        if (!(await FindAsync(request, driveId, uploadId)).TryGet(out var found, out var unknown))
            return unknown.AsProblem();
        if (!(await request.ReadJsonAsync<CompleteUploadBody>()).TryGet(out var body, out var unreadable))
            return unreadable.AsProblem();
        if (
            body.Parts is { } parts
            && (
                parts.Count is 0 or > MostParts
                || parts.Any(part => part is not { Number: >= 1 and <= MostParts, ETag.Length: > 0 })
                || parts.DistinctBy(part => part.Number).Count() != parts.Count))
            return Refusal
                .Invalid(
                    "parts",
                    "Each part's number and the ETag that S3 answered were expected; leave parts out to take whatever has arrived.")
                .AsProblem();
        // Asked again, because the first answer was lost: it is the same.
        if (found.Upload.Outcome is not { } stored)
        {
            var cancellation = request.HttpContext.RequestAborted;
            if (
                !(await files.CompleteUploadAsync(found.Drive, found.Upload.Open, found.Upload.Size, body.Parts, cancellation)).TryGet(
                    out stored,
                    out var refusal))
                return refusal.AsProblem();
            await records.AddAsync(found.Upload with { Outcome = stored }, CancellationToken.None);
        }

        return Results.Json(new StoredFileView(found.Upload.Path.Value, stored.Size, stored.ETag, stored.VersionId), Json.Options);
    }

    [Function("AbortUpload")]
    [Requires(Need.Person)]
    [Summary("Give up an upload")]
    [Answers(204, "Nothing of it is left.")]
    [Refuses("drive-removed", "upload-completed", "aws")]
    public async Task<IResult> AbortAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "api/drives/{driveId}/uploads/{uploadId}")] HttpRequest request,
        string driveId,
        string uploadId)
    {
        if (!(await FindAsync(request, driveId, uploadId)).TryGet(out var found, out var unknown))
            return unknown.AsProblem();
        if (found.Upload.Outcome is not null)
            return Refusal.Conflict("upload-completed", "The upload was completed; delete the file if it isn't wanted.").AsProblem();
        var cancellation = request.HttpContext.RequestAborted;
        if (!(await files.AbortUploadAsync(found.Drive, found.Upload.Open, cancellation)).TryGet(out _, out var refusal))
            return refusal.AsProblem();
        await records.RemoveAsync(found.Upload, cancellation);
        return Results.NoContent();
    }

    [Function("CreateDownloadLink")]
    [Requires(Need.Person)]
    [Summary("Make a link that reads straight from S3")]
    [Reads<DownloadLinkBody>]
    [Answers<DownloadLinkView>(201, "The link.")]
    [HonoursIdempotencyKey]
    [Refuses("drive-removed", "delete-marker", "aws")]
    public Task<IResult> LinkAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/drives/{driveId}/download-links")] HttpRequest request,
        string driveId
    ) =>
        idempotency.OnceAsync<DownloadLinkBody>(
            request,
            async body =>
            {
                var (person, cancellation) = (request.Person(), request.HttpContext.RequestAborted);
                if (!(await finder.FindAsync(person, driveId, cancellation)).TryGet(out var drive, out var unknown))
                    return unknown.AsProblem();
                var form = new FormReader();
                var path = form.Read("path", FilePath.Parse(body.Path, drive.Path));
                var version = body.VersionId is null ? null : form.Read("versionId", VersionId.Parse(body.VersionId));
                var life = TimeSpan.FromSeconds(body.ExpiresInSeconds ?? 300);
                if (life < TimeSpan.FromSeconds(1) || life > LinkLife)
                    form.Refuse<int>("expiresInSeconds", $"A number from 1 to {LinkLife.TotalSeconds:0} was expected.");
                if (!form.IsValid)
                    return form.Refusal.AsProblem();
                var looked = version is null
                    ? await files.LookAsync(drive, path!, ReadConditions.None, cancellation)
                    : await versions.LookAsync(drive, path!, version, ReadConditions.None, cancellation);
                if (!looked.TryGet(out _, out var missing))
                    return missing.AsProblem();
                var link = await files.LinkAsync(drive, path!, version, life, body.DownloadName ?? path!.Name, cancellation);
                return link.Answer(made =>
                    Results.Json(new DownloadLinkView(made.Url, made.Ends), Json.Options, statusCode: StatusCodes.Status201Created));
            });

    private Task<Result<(Drive Drive, PendingUpload Upload), Refusal>> FindAsync(HttpRequest request, string driveId, string uploadId) =>
        UploadFinder.FindAsync(finder, records, request.Person(), (driveId, uploadId), request.HttpContext.RequestAborted);
}
