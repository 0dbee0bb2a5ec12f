using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using ServerlessDrives.Access;
using ServerlessDrives.Drives;
using ServerlessDrives.Events.Audit;
using ServerlessDrives.Http;
using ServerlessDrives.Http.Middleware;
using ServerlessDrives.Http.Repetition;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Files.Versions;

/// <summary>
/// <c>POST /api/drives/{driveId}/versions/{versionId}/restore</c> and <c>…/undelete</c>: what a file was, it is again.
/// </summary>
[Section("Files")]
public sealed class RestoreFileFunctions(IFileVersions versions, DriveFinder finder, IAuditTrail audit, Idempotency idempotency)
{
    [Function("RestoreFileVersion")]
    [Requires(Need.Person)]
    [Summary(
        "Restore a version of a file",
        Detail = "S3 copies it over the file as its newest version, encrypted as the drive says; every other version stays. S3 copies " +
            "5 GiB at most in one call; of a larger version, read the content and write it."
    )]
    [Answers<StoredFileView>(200, "The file, which is that version again.")]
    [Query("path", "The file.", Required = true)]
    [HonoursIdempotencyKey]
    [Refuses("read-only", "not-found", "drive-removed", "invalid", "delete-marker", "too-large-to-copy", "archived", "write-raced")]
    [Refuses("aws-encryption-differs", "aws")]
    public Task<IResult> RestoreAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/drives/{driveId}/versions/{versionId}/restore")]
            HttpRequest request,
        string driveId,
        string versionId
    ) =>
        OnceAsync(
            request,
            driveId,
            "file.version-restored",
            async (drive, path) => VersionId.Parse(versionId).TryGet(out var version, out var problem)
                ? await versions.RestoreAsync(drive, path, version, request.HttpContext.RequestAborted)
                : Refusal.Invalid("versionId", problem.Message));

    [Function("UndeleteFile")]
    [Requires(Need.Person)]
    [Summary(
        "Bring a deleted file back",
        Detail = "Its delete marker is removed, so that the file is the very version again that it was, whatever its size. Where there " +
            "are several markers, or the marker may not be removed, its last version is copied over it."
    )]
    [Answers<StoredFileView>(200, "The file, which is there again.")]
    [Query("path", "The file.", Required = true)]
    [HonoursIdempotencyKey]
    [Refuses("read-only", "not-found", "drive-removed", "invalid", "not-deleted", "too-large-to-copy", "archived", "write-raced")]
    [Refuses("aws-encryption-differs", "aws")]
    public Task<IResult> UndeleteAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/drives/{driveId}/undelete")] HttpRequest request,
        string driveId
    ) =>
        OnceAsync(
            request,
            driveId,
            "file.undeleted",
            (drive, path) => versions.UndeleteAsync(drive, path, request.HttpContext.RequestAborted));

    private Task<IResult> OnceAsync(
        HttpRequest request,
        string driveId,
        string action,
        Func<Drive, FilePath, Task<Result<RestoredFile, Refusal>>> restore
    ) =>
        idempotency.OnceAsync(
            request,
            async () =>
            {
                var (person, cancellation) = (request.Person(), request.HttpContext.RequestAborted);
                if (!(await finder.FindAsync(person, driveId, cancellation)).TryGet(out var drive, out var unknown))
                    return unknown.AsProblem();
                if (drive.Access.IsReadOnly)
                    return DriveFinder.IsReadOnly.AsProblem();
                if (!FilePath.Parse(request.Query["path"], drive.Path).TryGet(out var path, out var problem))
                    return Refusal.Invalid("path", problem.Message).AsProblem();
                if (!(await restore(drive, path)).TryGet(out var restored, out var refusal))
                    return refusal.AsProblem();
                await audit.RecordAsync(
                    RecordOf(person, drive, action, restored),
                    $"{request.Operation().Id:N}-{action}",
                    CancellationToken.None);
                var stored = restored.File;
                return Results.Json(new StoredFileView(path.Value, stored.Size, stored.ETag, stored.VersionId), Json.Options);
            });

    /// <summary>Without the file's path, as all of the audit trail is: S3's versions find it in S3's own logs.</summary>
    private static AuditRecord RecordOf(Person person, Drive drive, string action, RestoredFile restored) =>
        new(
            person.Organization,
            Actor.User(person.Id),
            action,
            drive.Id.Value,
            Before: null,
            new JsonObject
            {
                ["displayName"] = drive.DisplayName.Value,
                ["from"] = restored.From.Value,
                ["versionId"] = restored.File.VersionId,
                ["copied"] = restored.IsCopy,
            });
}
