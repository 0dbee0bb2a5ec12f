using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using ServerlessDrives.Access;
using ServerlessDrives.Drives;
using ServerlessDrives.Http;
using ServerlessDrives.Http.Middleware;

namespace ServerlessDrives.Files.Versions;

/// <summary><c>GET /api/drives/{driveId}/versions</c> and <c>…/files-with-deleted</c>: what the bucket keeps of files.</summary>
[Section("Files")]
public sealed class ListVersionsFunctions(IFileVersions versions, DriveFinder finder)
{
    [Function("ListFileVersions")]
    [Requires(Need.Person, GoesByRecent = true)]
    [Summary(
        "The versions of a file",
        Detail = "The newest first, those of a deleted file too. Needs s3:ListBucketVersions, which the offered policies don't grant; " +
            "where it is missing, the problem has the statement to add."
    )]
    [Answers<FileVersionsView>(200, "A page of versions.")]
    [Query("path", "The file.", Required = true)]
    [Query<int>("limit", "Versions on a page; 50 unless said otherwise.", Least = 1, Most = Paging.Most)]
    [Query("cursor", "Where the page before ended: its nextCursor.")]
    [Refuses("not-found", "drive-removed", "invalid", "aws")]
    public async Task<IResult> ListAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/drives/{driveId}/versions")] HttpRequest request,
        string driveId)
    {
        ArgumentNullException.ThrowIfNull(request);
        var cancellation = request.HttpContext.RequestAborted;
        if (!(await finder.FindRecentAsync(request.Person(), driveId, cancellation)).TryGet(out var drive, out var unknown))
            return unknown.AsProblem();
        if (!Paging.Of(request).TryGet(out var paging, out var invalid))
            return invalid.AsProblem();
        if (!FilePath.Parse(request.Query["path"], drive.Path).TryGet(out var path, out var problem))
            return Refusal.Invalid("path", problem.Message).AsProblem();
        return (await versions.ListAsync(drive, path, paging.Limit, paging.Cursor, cancellation)).Answer(page =>
            Results.Json(page with { NextCursor = Cursor.Write(page.NextCursor) }, Json.Options));
    }

    [Function("ListFilesWithDeleted")]
    [Requires(Need.Person, GoesByRecent = true)]
    [Summary(
        "A folder with what was deleted in it",
        Detail = "Needs s3:ListBucketVersions, as the list of a file's versions does. Versions are looked through to find what is " +
            "deleted, at most 10,000 for each answer: a page may be empty and have a nextCursor."
    )]
    [Answers<FilesWithDeletedView>(200, "A page of folders, files and deleted files.")]
    [Query("path", "The folder; the drive's own unless said otherwise.")]
    [Query<int>("limit", "Entries on a page; 50 unless said otherwise.", Least = 1, Most = Paging.Most)]
    [Query("cursor", "Where the page before ended: its nextCursor.")]
    [Refuses("drive-removed", "invalid", "aws")]
    public async Task<IResult> ListWithDeletedAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/drives/{driveId}/files-with-deleted")] HttpRequest request,
        string driveId)
    {
        ArgumentNullException.ThrowIfNull(request);
        var cancellation = request.HttpContext.RequestAborted;
        if (!(await finder.FindRecentAsync(request.Person(), driveId, cancellation)).TryGet(out var drive, out var unknown))
            return unknown.AsProblem();
        if (!Paging.Of(request).TryGet(out var paging, out var invalid))
            return invalid.AsProblem();
        if (!FileTriggers.FolderOf(request).TryGet(out var folder, out var wrong))
            return wrong.AsProblem();
        return (await versions.ListWithDeletedAsync(drive, folder.Chosen, paging.Limit, paging.Cursor, cancellation)).Answer(page =>
            Results.Json(page with { NextCursor = Cursor.Write(page.NextCursor) }, Json.Options));
    }
}
