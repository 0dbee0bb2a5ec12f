using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using ServerlessDrives.Access;
using ServerlessDrives.Drives;
using ServerlessDrives.Events.Audit;
using ServerlessDrives.Http;
using ServerlessDrives.Http.Middleware;
using ServerlessDrives.Http.Repetition;

namespace ServerlessDrives.Files.Operations;

[NeedsFields("path")]
public sealed record MakeFolderBody(string? Path);

public sealed record FolderView(string Path);

/// <summary>How much lies below a folder.</summary>
/// <param name="More">Whether there is more than was counted.</param>
public sealed record FolderSizeView(string Path, long Files, long Bytes, bool More);

/// <summary><c>POST, GET /api/drives/{driveId}/folders</c>.</summary>
[Section("Files")]
public sealed class FolderFunctions(IFileCopies copies, DriveFinder finder, IAuditTrail audit, Idempotency idempotency)
{
    private const int MostPages = 10;
    private const int PageSize = 1_000;

    [Function("MakeFolder")]
    [Requires(Need.Person)]
    [Summary("Make a folder", Detail = "S3 has no folders: an empty object whose name ends in a slash shows one where no file is yet.")]
    [Reads<MakeFolderBody>]
    [Answers<FolderView>(201, "The folder.")]
    [HonoursIdempotencyKey]
    [Refuses("drive-removed", "read-only", "exists", "aws", "aws-encryption-differs")]
    public Task<IResult> MakeAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/drives/{driveId}/folders")] HttpRequest request,
        string driveId
    ) =>
        idempotency.OnceAsync<MakeFolderBody>(
            request,
            async body =>
            {
                var (person, cancellation) = (request.Person(), request.HttpContext.RequestAborted);
                if (!(await finder.FindAsync(person, driveId, cancellation)).TryGet(out var drive, out var unknown))
                    return unknown.AsProblem();
                if (drive.Access.IsReadOnly)
                    return DriveFinder.IsReadOnly.AsProblem();
                if (!FolderOf(body.Path, drive).TryGet(out var path, out var wrong))
                    return wrong.AsProblem();
                var folder = DriveKey.OfFolder(path);
                foreach (var key in new[] { folder, DriveKey.Of(path) })
                {
                    if (!(await copies.ListAsync(drive, key, after: null, limit: 1, cancellation)).TryGet(out var listed, out var no))
                        return no.AsProblem();
                    // Asked for again because its answer was lost, it is the one that was made then.
                    if (listed.Keys.Count > 0 && !(key == folder && request.Operation().IsRepeated))
                        return Refusal.Conflict("exists", "There is a file or folder of this name already.").AsProblem();
                }

                if (!(await copies.MakeMarkerAsync(drive, folder, cancellation)).TryGet(out _, out var refusal))
                    return refusal.AsProblem();
                await audit.RecordAsync(
                    FileOperationAuditRecords.FolderMade(person, drive),
                    $"{request.Operation().Id:N}-folder",
                    CancellationToken.None);
                return Results.Json(new FolderView(path.Value), Json.Options, statusCode: StatusCodes.Status201Created);
            });

    [Function("CountFolder")]
    [Requires(Need.Person, GoesByRecent = true)]
    [Summary("How much lies below a folder", Detail = "Counts 10,000 files at most.")]
    [Answers<FolderSizeView>(200, "Files and bytes.")]
    [Query("path", "The folder.", Required = true)]
    [Refuses("drive-removed", "invalid", "not-found", "aws")]
    public async Task<IResult> CountAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/drives/{driveId}/folders")] HttpRequest request,
        string driveId)
    {
        ArgumentNullException.ThrowIfNull(request);
        var cancellation = request.HttpContext.RequestAborted;
        if (!(await finder.FindRecentAsync(request.Person(), driveId, cancellation)).TryGet(out var drive, out var unknown))
            return unknown.AsProblem();
        if (!FolderOf(request.Query["path"], drive).TryGet(out var path, out var wrong))
            return wrong.AsProblem();
        var (total, after, last) = (FileAmount.None, (DriveKey?)null, false);
        for (var page = 0; page < MostPages && !last; page++)
        {
            if (
                !(await copies.ListAsync(drive, DriveKey.OfFolder(path), after, PageSize, cancellation)).TryGet(
                    out var listed,
                    out var refusal))
                return refusal.AsProblem();
            total = listed.Keys.Where(state => !state.Key.IsFolder).Aggregate(total, (sum, state) => sum + state.Amount);
            (after, last) = (listed.Keys.Count > 0 ? listed.Keys[^1].Key : after, listed.IsLast);
        }

        return after is null
            ? Refusal.NotFound("folder").AsProblem()
            : Results.Json(new FolderSizeView(path.Value, total.Files, total.Bytes, !last), Json.Options);
    }

    private static Result<FilePath, Refusal> FolderOf(string? text, Drive drive)
    {
        // The key of a folder has a slash more than its path.
        var path = text?.EndsWith('/') == true ? text[..^1] : text;
        return FilePath.Parse(path, drive.Path).TryGet(out var folder, out var problem)
            && FilePath.Parse(folder.Value + "x", drive.Path).TryGet(out _, out problem)
                ? folder
                : Refusal.Invalid("path", problem.Message);
    }
}
