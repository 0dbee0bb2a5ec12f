using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using ServerlessDrives.Access;
using ServerlessDrives.Drives;
using ServerlessDrives.Http;
using ServerlessDrives.Http.Middleware;
using ServerlessDrives.Http.Repetition;

namespace ServerlessDrives.Files.Previews;

[NeedsFields("path")]
public sealed record PreviewLinkBody(string? Path);

/// <param name="Url">Relative; for an img, audio or video element of a page from here. Needs no token.</param>
/// <param name="Type">The media type that it answers.</param>
public sealed record PreviewLinkView(string Url, string Type, DateTimeOffset ExpiresAt);

/// <summary><c>POST /api/drives/{driveId}/preview-links</c>.</summary>
[Section("Files")]
public sealed class MakePreviewLinkFunction(
    IPreviewLinks links,
    IDriveFiles files,
    DriveFinder finder,
    Idempotency idempotency,
    TimeProvider clock)
{
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(10);

    [Function("MakePreviewLink")]
    [Requires(Need.Person)]
    [Summary(
        "Make a link that shows a file",
        Detail = "For images, audio and video, which browsers fetch without a token. It works for ten minutes, within pages of this " +
            "site, until the drive is removed or whoever made it may no longer use the drive."
    )]
    [Reads<PreviewLinkBody>]
    [Answers<PreviewLinkView>(201, "The link.")]
    [HonoursIdempotencyKey]
    [Refuses("drive-removed", "archived", "aws")]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/drives/{driveId}/preview-links")] HttpRequest request,
        string driveId
    ) =>
        idempotency.OnceAsync<PreviewLinkBody>(
            request,
            async body =>
            {
                var (person, cancellation) = (request.Person(), request.HttpContext.RequestAborted);
                if (!(await finder.FindAsync(person, driveId, cancellation)).TryGet(out var drive, out var unknown))
                    return unknown.AsProblem();
                if (!FilePath.Parse(body.Path, drive.Path).TryGet(out var path, out var problem))
                    return Refusal.Invalid("path", problem.Message).AsProblem();
                if (PreviewType.Of(path) is not { } type)
                    return Refusal
                        .Invalid("path", "A file whose name ends as those of images, audio and video do was expected.")
                        .AsProblem();
                if (!(await files.LookAsync(drive, path, ReadConditions.None, cancellation)).TryGet(out _, out var missing))
                    return missing.AsProblem();
                var ends = DateTimeOffset.FromUnixTimeSeconds((clock.GetUtcNow() + Life).ToUnixTimeSeconds());
                var token = LinkToken.New(OpenPreview.TargetOf(ends));
                await links.AddAsync(
                    new PreviewLink(token.Hash, person.Organization, drive.Id, path, type, person.Id, ends),
                    cancellation);
                return Results.Json(
                    new PreviewLinkView($"/api/previews/{token.Reveal()}", type, ends),
                    Json.Options,
                    statusCode: StatusCodes.Status201Created);
            });
}
