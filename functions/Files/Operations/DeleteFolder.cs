using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using ServerlessDrives.Access;
using ServerlessDrives.Drives;
using ServerlessDrives.Http;
using ServerlessDrives.Http.Middleware;
using ServerlessDrives.Http.Repetition;

namespace ServerlessDrives.Files.Operations;

/// <param name="Path">A folder; the drive's own can't be deleted.</param>
/// <param name="Confirmation">The folder's name, the last part of its path, typed again.</param>
[NeedsFields("path", "confirmation")]
public sealed record DeleteFolderBody(string? Path, string? Confirmation);

/// <summary><c>POST /api/drives/{driveId}/deletions</c>: all that lies below a folder.</summary>
[Section("Files")]
public sealed class DeleteFolderFunction(
    DurableFileOperations starting,
    IFileOperations operations,
    IFileCopies copies,
    DriveFinder finder,
    Idempotency idempotency,
    TimeProvider clock)
{
    [Function("DeleteFolder")]
    [Requires(Need.Person)]
    [Summary(
        "Delete a folder",
        Detail = "With all that lies below it; GET …/folders says how much that is. Goes on by itself, and can be cancelled. Where " +
            "the bucket keeps versions, each file can be brought back."
    )]
    [Reads<DeleteFolderBody>]
    [Answers<FileOperationView>(202, "The operation.", ETag = true, Location = true)]
    [HonoursIdempotencyKey]
    [Refuses("drive-removed", "read-only", "aws")]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/drives/{driveId}/deletions")] HttpRequest request,
        [DurableClient] DurableTaskClient durable,
        string driveId
    ) =>
        idempotency.OnceAsync<DeleteFolderBody>(
            request,
            async body =>
            {
                var (person, cancellation) = (request.Person(), request.HttpContext.RequestAborted);
                if (!(await finder.FindAsync(person, driveId, cancellation)).TryGet(out var drive, out var unknown))
                    return unknown.AsProblem();
                if (drive.Access.IsReadOnly)
                    return DriveFinder.IsReadOnly.AsProblem();
                var form = new FormReader();
                var path = form.Read("path", FilePath.Parse(body.Path?.EndsWith('/') == true ? body.Path[..^1] : body.Path, drive.Path));
                if (path is not null && body.Confirmation != path.Name)
                    form.Refuse<string>("confirmation", "Type the folder's name, the last part of its path.");
                if (!form.IsValid)
                    return form.Refusal.AsProblem();
                var id = request.Operation().IdOf<OperationId>();
                if (
                    !request.Operation().IsRepeated
                    || await operations.FindAsync(person.Organization, drive.Id, id, cancellation) is not { Value: var operation })
                {
                    var folder = DriveKey.OfFolder(path!);
                    if (!(await copies.ListAsync(drive, folder, after: null, limit: 1, cancellation)).TryGet(out var listed, out var no))
                        return no.AsProblem();
                    if (listed.Keys.Count == 0)
                        return Refusal.NotFound("folder").AsProblem();
                    operation = new FileOperation(
                        id,
                        person.Organization,
                        FileOperationKind.Delete,
                        drive.Id,
                        folder,
                        ToDrive: null,
                        To: null,
                        person.Id,
                        clock.GetUtcNow());
                }

                await starting.StartAsync(durable, operation, drive, cancellation);
                return Answers.Resource(
                    request,
                    FileOperationView.Of(operation),
                    StatusCodes.Status202Accepted,
                    $"/api/drives/{drive.Id}/operations/{operation.Id}");
            });
}
