using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using ServerlessDrives.Drives;
using ServerlessDrives.Events.Audit;
using ServerlessDrives.Http;
using ServerlessDrives.Http.Middleware;

namespace ServerlessDrives.Files.Operations;

/// <summary><c>DELETE /api/drives/{driveId}/operations/{operationId}</c>.</summary>
[Section("Files")]
public sealed class CancelFileOperationFunction(
    FileOperationFinder finder,
    IFileOperations operations,
    DriveFinder drives,
    IAuditTrail audit)
{
    private static readonly Refusal NotTheirs = Refusal.Forbidden(
        "An operation is cancelled by whoever began it, by managers of the drive's workspace, and by admins.");

    [Function("CancelFileOperation")]
    [Requires(Need.Person)]
    [Summary(
        "Cancel an operation",
        Detail = "Within seconds nothing more is begun; what is copied by then is finished, so that no file is left under both names. " +
            "What is done stays done. An operation that has ended stays as it is."
    )]
    [Answers<FileOperationView>(200, "The operation; it has ended once its status says so.", ETag = true)]
    [Refuses("forbidden", "drive-removed")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "api/drives/{driveId}/operations/{operationId}")] HttpRequest request,
        string driveId,
        string operationId)
    {
        ArgumentNullException.ThrowIfNull(request);
        var (person, cancellation) = (request.Person(), request.HttpContext.RequestAborted);
        if (!(await finder.FindAsync(person, driveId, operationId, cancellation)).TryGet(out var read, out var unknown))
            return unknown.AsProblem();
        if (!(await drives.FindAsync(person, driveId, cancellation)).TryGet(out var drive, out unknown))
            return unknown.AsProblem();
        if (read.Value.StartedBy != person.Id && !person.MayManage(drive.Audience))
            return NotTheirs.AsProblem();
        if (read.Value.IsRunning)
        {
            await audit.RecordAsync(
                FileOperationAuditRecords.Cancelled(person.Id, read.Value),
                $"{read.Value.Id}-cancelled",
                cancellation);
            if (
                await operations.ChangeAsync(
                    read,
                    now => now with { CancelledBy = now.CancelledBy ?? person.Id },
                    cancellation) is not { } cancelled)
                return Refusal.NotFound("operation").AsProblem();
            read = cancelled;
        }

        return Answers.Resource(request, FileOperationView.Of(read.Value));
    }
}
