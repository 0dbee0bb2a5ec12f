using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using ServerlessDrives.Access;
using ServerlessDrives.Drives;
using ServerlessDrives.Http;
using ServerlessDrives.Http.Limits;
using ServerlessDrives.Http.Middleware;

namespace ServerlessDrives.Files;

/// <summary>A file as it was stored.</summary>
/// <param name="VersionId">S3's version, in a versioned bucket.</param>
public sealed record StoredFileView(string Path, long Size, string Etag, string? VersionId);

/// <summary>A drive's files over HTTP: by path, and by query for names that can't travel in a path.</summary>
[Section("Files")]
public sealed class FileTriggers(IDriveFiles files, DriveFinder finder, FileTransferOptions options)
{
    // The route's parameter isn't called "path": values bind from the query too, and ?path= is the folder to list.
    [Function("GetDriveFiles")]
    [Requires(Need.Person, GoesByRecent = true)]
    [Summary("List a folder", WithoutPath = true)]
    [Summary("Read a file", Detail = "Streamed. Names that can't travel in a path are read through content?path=.")]
    [AnswersPage<FileEntry>("Folders and files.", WithoutPath = true)]
    [Answers(
        200,
        "The content.",
        ContentType = "*/*",
        ETag = true,
        Headers = [
            "Last-Modified: When S3 stored it.",
            "Accept-Ranges: bytes",
            "Content-Disposition: The name to save it under.",
            "x-version-id: S3's version, in a versioned bucket.",
        ]
    )]
    [Answers(
        206,
        "The range that was asked for.",
        ContentType = "*/*",
        ETag = true,
        Headers = ["Content-Range: Which bytes these are, of how many."]
    )]
    [Answers(304, "The reader has it already.", ETag = true)]
    [Heeds("Range", "Such as bytes=0-99.")]
    [Heeds("If-None-Match", "ETags that the reader has.")]
    [Heeds("If-Modified-Since", "When the reader got it.")]
    [Heeds("If-Match", "Only this state of the file.")]
    [Heeds("If-Unmodified-Since", "Only if it hasn't changed since.")]
    [Query("path", "The folder to list; the drive's own unless said otherwise.", WithoutPath = true)]
    [Query<bool>("recursive", "Everything below, without folders.", WithoutPath = true)]
    [Query("download", "The name to save the content under.")]
    [Refuses("not-found", "drive-removed", "invalid", "changed", "range-not-satisfiable", "archived", "aws")]
    public Task<IResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/drives/{driveId}/files/{*file}")] HttpRequest request,
        string driveId,
        string? file
    ) =>
        string.IsNullOrEmpty(file)
            ? ListAsync(request, driveId)
            : WithFileAsync(request, driveId, file, fromRoute: true, (drive, path) => ReadAsync(request, drive, path));

    [Function("HeadDriveFile")]
    [Requires(Need.Person, GoesByRecent = true)]
    [Summary("A file's state", Detail = "What a GET would answer, without the content.")]
    [DescribedAs(nameof(GetAsync))]
    public Task<IResult> HeadAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "head", Route = "api/drives/{driveId}/files/{*file}")] HttpRequest request,
        string driveId,
        string? file
    ) => WithFileAsync(request, driveId, file, fromRoute: true, (drive, path) => ReadAsync(request, drive, path));

    [Function("PutDriveFile")]
    [Requires(Need.Person)]
    [Summary(
        "Write a file",
        Detail = "Streamed, encrypted as the drive says. It is there whole or not at all. In Azure a request takes 100 MiB; what " +
            "is larger goes straight to S3, by an upload."
    )]
    [Reads("*/*")]
    [Answers<StoredFileView>(200, "It replaced another.", ETag = true)]
    [Answers<StoredFileView>(201, "It is new.", ETag = true)]
    [Heeds("If-None-Match", "* writes only if there is none yet.")]
    [Heeds("If-Match", "Only over this ETag.")]
    [Heeds("Content-MD5", "The content's MD5 in base64; what doesn't match isn't written.")]
    [Heeds("Content-Digest", "RFC 9530: sha-256 or sha-512 with the digest in base64 between colons.")]
    [Heeds("x-amz-checksum-crc64nvme", "S3's own checksums, in base64: this, -crc32, -crc32c, -sha1 and -sha256.")]
    [Refuses(
        "read-only",
        "not-found",
        "drive-removed",
        "invalid",
        "changed",
        "digest-mismatch",
        "cut-off",
        "content-too-large",
        "write-raced",
        "outcome-unknown",
        "upload-aborted",
        "aws-encryption-differs",
        "aws"
    )]
    public Task<IResult> PutAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "api/drives/{driveId}/files/{*file}")] HttpRequest request,
        string driveId,
        string? file
    ) => WithFileAsync(request, driveId, file, fromRoute: true, (drive, path) => WriteAsync(request, drive, path));

    [Function("DeleteDriveFile")]
    [Requires(Need.Person)]
    [Summary("Delete a file")]
    [Answers(204, "There is no such file now.")]
    [Heeds("If-Match", "Only this ETag.")]
    [Refuses("read-only", "not-found", "drive-removed", "invalid", "changed", "write-raced", "aws")]
    public Task<IResult> DeleteAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "api/drives/{driveId}/files/{*file}")] HttpRequest request,
        string driveId,
        string? file
    ) => WithFileAsync(request, driveId, file, fromRoute: true, (drive, path) => RemoveAsync(request, drive, path));

    [Function("GetDriveContent")]
    [Requires(Need.Person, GoesByRecent = true)]
    [Summary("Read a file whose name can't travel in a path")]
    [Query("path", "The file.", Required = true)]
    [DescribedAs(nameof(GetAsync))]
    public Task<IResult> GetContentAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "api/drives/{driveId}/content")] HttpRequest request,
        string driveId
    ) => WithNamedAsync(request, driveId, (drive, file) => ReadAsync(request, drive, file));

    [Function("PutDriveContent")]
    [Requires(Need.Person)]
    [Query("path", "The file.", Required = true)]
    [DescribedAs(nameof(PutAsync))]
    public Task<IResult> PutContentAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "api/drives/{driveId}/content")] HttpRequest request,
        string driveId
    ) => WithNamedAsync(request, driveId, (drive, file) => WriteAsync(request, drive, file));

    [Function("DeleteDriveContent")]
    [Requires(Need.Person)]
    [Query("path", "The file.", Required = true)]
    [DescribedAs(nameof(DeleteAsync))]
    public Task<IResult> DeleteContentAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "api/drives/{driveId}/content")] HttpRequest request,
        string driveId
    ) => WithNamedAsync(request, driveId, (drive, file) => RemoveAsync(request, drive, file));

    /// <summary>The folder that <c>?path=</c> names; null for the drive's own.</summary>
    internal static Result<ListQuery.Choice<FilePath>, Refusal> FolderOf(HttpRequest request)
    {
        if (request.Query["path"].Count > 1)
            return Refusal.Invalid("path", "One folder was expected.");
        if (request.Query["path"].ToString() is not { Length: > 0 } text)
            return new ListQuery.Choice<FilePath>(null);
        // One slash at the end is how folders are often written; what is left of "a//" or "/" is a folder without a name.
        return FilePath.Parse(text.EndsWith('/') ? text[..^1] : text).TryGet(out var folder, out _)
            ? new ListQuery.Choice<FilePath>(folder)
            : Refusal.Invalid("path", FolderProblem(text));
    }

    /// <summary>What a request brings, as it is to be written.</summary>
    internal static Result<FileToWrite, Refusal> ContentOf(HttpRequest request, Drive drive, FileTransferOptions options)
    {
        if (options.LargestRequest is { } most && request.ContentLength > most)
            return Bodies.LargerThan(most);
        request.Body = new AdmittedBody(request, request.Body, drive.Audience, options.LargestRequest);
        if (!ContentDigests.Parse(request.Headers).TryGet(out var digests, out var wrong))
            return wrong;
        return ContentKind.Parse(request.ContentType, request.Headers.ContentEncoding.ToString()).TryGet(out var kind, out var odd)
            ? new FileToWrite(request.Body, request.ContentLength, kind, null, null, digests)
            : odd;
    }

    /// <summary>Why a body ended before its time; then nothing was written. Null otherwise.</summary>
    internal static Refusal? RefusalOf(HttpRequest request) => (request.Body as AdmittedBody)?.Refused;

    private async Task<IResult> ListAsync(HttpRequest request, string driveId)
    {
        var cancellation = request.HttpContext.RequestAborted;
        if (!(await finder.FindRecentAsync(request.Person(), driveId, cancellation)).TryGet(out var drive, out var refusal))
            return refusal.AsProblem();
        if (!Paging.Of(request).TryGet(out var paging, out var invalid))
            return invalid.AsProblem();
        var recursive = false;
        if (request.Query.TryGetValue("recursive", out var asked) && !bool.TryParse(asked, out recursive))
            return Refusal.Invalid("recursive", "true or false was expected.").AsProblem();
        if (!FolderOf(request).TryGet(out var folder, out var wrong))
            return wrong.AsProblem();
        return (await files.ListAsync(drive, folder.Chosen, recursive, paging.Limit, paging.Cursor, cancellation)).Answer(Answers.List);
    }

    private static string FolderProblem(string text) =>
        FilePath
            .Parse(
                text == "/" ? "//"
                : text.EndsWith('/') ? text[..^1]
                : text)
            .TryGet(out _, out var problem)
            ? ""
            : problem.Message;

    private Task<IResult> ReadAsync(HttpRequest request, Drive drive, FilePath file) =>
        FileAnswers.ReadAsync(request, files, drive, file);

    private async Task<IResult> WriteAsync(HttpRequest request, Drive drive, FilePath file)
    {
        request.TakeAnySize();
        if (request.Headers.ContentRange.Count > 0)
            return new Refusal(
                RefusalKind.Malformed,
                "malformed",
                "A file is written whole; leave Content-Range out. Use a presigned upload to send it in parts."
            ).AsProblem();
        if (Preconditions.MatchesNothing(request.Headers.IfMatch))
            return Refusal.Changed("file").AsProblem();
        if (!ContentOf(request, drive, options).TryGet(out var content, out var odd))
            return odd.AsProblem();
        if (Text(request.Headers.IfNoneMatch) is { } ifNoneMatch && ifNoneMatch != "*")
            return Refusal.Invalid("If-None-Match", "A write takes * only: it is there already, or it isn't.").AsProblem();
        if (
            Text(request.Headers.IfMatch) is { } ifMatch
            && (ifMatch.Contains(',', StringComparison.Ordinal) || request.Headers.IfNoneMatch.Count > 0))
            return Refusal.Invalid("If-Match", "A write takes one ETag, or *, and not If-None-Match besides.").AsProblem();
        var toWrite = content with { IfNoneMatch = Text(request.Headers.IfNoneMatch), IfMatch = Text(request.Headers.IfMatch) };
        var written = await files.WriteAsync(drive, file, toWrite, request.HttpContext.RequestAborted);
        if (RefusalOf(request) is { } refused)
            return refused.AsProblem();
        return written.Answer(stored =>
        {
            FileMeasures.Written(stored.Size);
            request.HttpContext.Response.Headers.ETag = stored.ETag;
            return Results.Json(
                new StoredFileView(file.Value, stored.Size, stored.ETag, stored.VersionId),
                Json.Options,
                statusCode: stored.Created ? StatusCodes.Status201Created : StatusCodes.Status200OK);
        });
    }

    private async Task<IResult> RemoveAsync(HttpRequest request, Drive drive, FilePath file) =>
        Preconditions.MatchesNothing(request.Headers.IfMatch)
            ? Refusal.Changed("file").AsProblem()
            : (await files.DeleteAsync(drive, file, Text(request.Headers.IfMatch), request.HttpContext.RequestAborted)).Answer(_ =>
                Results.NoContent());

    private async Task<IResult> WithNamedAsync(HttpRequest request, string driveId, Func<Drive, FilePath, Task<IResult>> act) =>
        request.Query["path"].Count > 1
            ? Refusal.Invalid("path", "One file was expected.").AsProblem()
            : await WithFileAsync(request, driveId, request.Query["path"], fromRoute: false, act);

    private async Task<IResult> WithFileAsync(
        HttpRequest request,
        string driveId,
        string? path,
        bool fromRoute,
        Func<Drive, FilePath, Task<IResult>> act)
    {
        var (person, cancellation) = (request.Person(), request.HttpContext.RequestAborted);
        var reads = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);
        var found = reads
            ? await finder.FindRecentAsync(person, driveId, cancellation)
            : await finder.FindAsync(person, driveId, cancellation);
        if (!found.TryGet(out var drive, out var refusal))
            return refusal.AsProblem();
        if (!reads && drive.Access.IsReadOnly)
            return DriveFinder.IsReadOnly.AsProblem();
        // Hosts hand on "a%2Fb" and "a%252Fb" as the same text, so which file is meant can't be told here.
        if (fromRoute && path?.Contains("%2F", StringComparison.OrdinalIgnoreCase) == true)
            return Refusal.Invalid("path", "An encoded slash can't travel in a URL's path. Use /content?path= for this name.").AsProblem();
        return FilePath.Parse(path, drive.Path).TryGet(out var file, out var problem)
            ? await act(drive, file)
            : Refusal.Invalid("path", problem.Message).AsProblem();
    }

    private static string? Text(Microsoft.Extensions.Primitives.StringValues header) => header.Count == 0 ? null : header.ToString();
}
