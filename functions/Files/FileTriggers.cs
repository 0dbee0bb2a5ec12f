using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using ServerlessDrives.Access;
using ServerlessDrives.Drives;
using ServerlessDrives.Http;

namespace ServerlessDrives.Files;

/// <summary>A drive's files over HTTP: by path, and by query for names that can't travel in a path.</summary>
public sealed class FileTriggers(IDriveFiles files, DriveFinder finder)
{
    [Function("GetDriveFiles")]
    [Requires(Need.Person)]
    public Task<IResult> GetAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/drives/{driveId}/files/{*path}")] HttpRequest request, string driveId, string? path) =>
        string.IsNullOrEmpty(path) ? ListAsync(request, driveId) : WithFileAsync(request, driveId, path, fromRoute: true, (drive, file) => ReadAsync(request, drive, file));

    [Function("HeadDriveFile")]
    [Requires(Need.Person)]
    public Task<IResult> HeadAsync([HttpTrigger(AuthorizationLevel.Anonymous, "head", Route = "api/drives/{driveId}/files/{*path}")] HttpRequest request, string driveId, string? path) =>
        WithFileAsync(request, driveId, path, fromRoute: true, (drive, file) => ReadAsync(request, drive, file));

    [Function("PutDriveFile")]
    [Requires(Need.Person)]
    public Task<IResult> PutAsync([HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "api/drives/{driveId}/files/{*path}")] HttpRequest request, string driveId, string? path) =>
        WithFileAsync(request, driveId, path, fromRoute: true, (drive, file) => WriteAsync(request, drive, file));

    [Function("DeleteDriveFile")]
    [Requires(Need.Person)]
    public Task<IResult> DeleteAsync([HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "api/drives/{driveId}/files/{*path}")] HttpRequest request, string driveId, string? path) =>
        WithFileAsync(request, driveId, path, fromRoute: true, (drive, file) => RemoveAsync(request, drive, file));

    [Function("GetDriveContent")]
    [Requires(Need.Person)]
    public Task<IResult> GetContentAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "api/drives/{driveId}/content")] HttpRequest request, string driveId) =>
        WithFileAsync(request, driveId, PathQuery(request), fromRoute: false, (drive, file) => ReadAsync(request, drive, file));

    [Function("PutDriveContent")]
    [Requires(Need.Person)]
    public Task<IResult> PutContentAsync([HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "api/drives/{driveId}/content")] HttpRequest request, string driveId) =>
        WithFileAsync(request, driveId, PathQuery(request), fromRoute: false, (drive, file) => WriteAsync(request, drive, file));

    [Function("DeleteDriveContent")]
    [Requires(Need.Person)]
    public Task<IResult> DeleteContentAsync([HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "api/drives/{driveId}/content")] HttpRequest request, string driveId) =>
        WithFileAsync(request, driveId, PathQuery(request), fromRoute: false, (drive, file) => RemoveAsync(request, drive, file));

    private static string? PathQuery(HttpRequest request) => request.Query["path"];

    private async Task<IResult> ListAsync(HttpRequest request, string driveId)
    {
        var cancellation = request.HttpContext.RequestAborted;
        if (!(await finder.FindAsync(request.Person(), driveId, cancellation)).TryGet(out var drive, out var refusal))
            return refusal.AsProblem();
        if (!Paging.Of(request).TryGet(out var paging, out var invalid))
            return invalid.AsProblem();
        var recursive = false;
        if (request.Query.TryGetValue("recursive", out var asked) && !bool.TryParse(asked, out recursive))
            return Refusal.Invalid("recursive", "true or false was expected.").AsProblem();
        FilePath? folder = null;
        if (request.Query["path"].ToString().Trim('/') is { Length: > 0 } text && !FilePath.Parse(text).TryGet(out folder, out var problem))
            return Refusal.Invalid("path", problem).AsProblem();
        return (await files.ListAsync(drive, folder, recursive, paging.Limit, paging.Cursor, cancellation)).Answer(Answers.List);
    }

    private async Task<IResult> ReadAsync(HttpRequest request, Drive drive, FilePath file)
    {
        var headers = request.GetTypedHeaders();
        var conditions = new ReadConditions(Text(request.Headers.Range), Text(request.Headers.IfMatch), Text(request.Headers.IfNoneMatch), headers.IfModifiedSince, headers.IfUnmodifiedSince);
        var cancellation = request.HttpContext.RequestAborted;
        var opened = HttpMethods.IsHead(request.Method)
            ? await files.LookAsync(drive, file, conditions, cancellation)
            : await files.OpenAsync(drive, file, conditions, cancellation);
        return opened.Answer(content => new FileAnswer(content, request.Query["download"].ToString() is { Length: > 0 } name ? name : file.Name));
    }

    private async Task<IResult> WriteAsync(HttpRequest request, Drive drive, FilePath file)
    {
        if (!file.FitsOn(drive.Path))
            return Refusal.Invalid("path", "The path is too long: with the drive's own it would have more than S3's 1,024 bytes.").AsProblem();
        if (!ContentDigests.Parse(request.Headers.ContentMD5, request.Headers["Content-Digest"]).TryGet(out var digests, out var wrong))
            return wrong.AsProblem();
        if (Text(request.Headers.IfNoneMatch) is { } ifNoneMatch && ifNoneMatch != "*")
            return Refusal.Invalid("If-None-Match", "A write takes * only: it is there already, or it isn't.").AsProblem();
        var toWrite = new FileToWrite(request.Body, request.ContentLength, request.ContentType, Text(request.Headers.IfNoneMatch), Text(request.Headers.IfMatch), digests);
        return (await files.WriteAsync(drive, file, toWrite, request.HttpContext.RequestAborted)).Answer(stored =>
        {
            request.HttpContext.Response.Headers.ETag = stored.ETag;
            return Results.Json(
                new { path = file.Value, size = stored.Size, etag = stored.ETag, versionId = stored.VersionId }, Json.Options, statusCode: stored.Created ? StatusCodes.Status201Created : StatusCodes.Status200OK);
        });
    }

    private async Task<IResult> RemoveAsync(HttpRequest request, Drive drive, FilePath file) =>
        (await files.DeleteAsync(drive, file, Text(request.Headers.IfMatch), request.HttpContext.RequestAborted)).Answer(_ => Results.NoContent());

    private async Task<IResult> WithFileAsync(HttpRequest request, string driveId, string? path, bool fromRoute, Func<Drive, FilePath, Task<IResult>> act)
    {
        if (!(await finder.FindAsync(request.Person(), driveId, request.HttpContext.RequestAborted)).TryGet(out var drive, out var refusal))
            return refusal.AsProblem();
        // Hosts hand on "a%2Fb" and "a%252Fb" as the same text, so which file is meant can't be told here.
        if (fromRoute && path?.Contains("%2F", StringComparison.OrdinalIgnoreCase) == true)
            return Refusal.Invalid("path", "An encoded slash can't travel in a URL's path. Use /content?path= for this name.").AsProblem();
        return FilePath.Parse(path).TryGet(out var file, out var problem) ? await act(drive, file) : Refusal.Invalid("path", problem).AsProblem();
    }

    private static string? Text(Microsoft.Extensions.Primitives.StringValues header) => header.Count == 0 ? null : header.ToString();
}
