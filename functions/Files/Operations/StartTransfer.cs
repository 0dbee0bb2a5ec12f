using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using ServerlessDrives.Access;
using ServerlessDrives.Drives;
using ServerlessDrives.Http;
using ServerlessDrives.Http.Middleware;
using ServerlessDrives.Http.Repetition;

namespace ServerlessDrives.Files.Operations;

/// <param name="From">A file or a folder; with a slash at its end a folder, where there is a file of that name too.</param>
/// <param name="To">What it becomes. For a file, a slash at its end means: into that folder, under the file's own name.</param>
/// <param name="ToDriveId">The drive that it comes to; this one unless said otherwise.</param>
[NeedsFields("from", "to")]
public sealed record TransferBody(string? From, string? To, string? ToDriveId);

/// <summary><c>POST /api/drives/{driveId}/moves</c> and <c>…/copies</c>.</summary>
[Section("Files")]
public sealed class StartTransferFunctions(
    DurableFileOperations starting,
    IFileOperations operations,
    IFileCopies copies,
    DriveFinder finder,
    Idempotency idempotency,
    TimeProvider clock)
{
    private const string Explained =
        "Goes on by itself, through crashes too; read the operation for how far it is. Nothing is written over: what is at the target " +
        "already is left there, and listed. S3 copies what stays on its drive, or comes to a drive with the same access key; everything " +
        "else is streamed through here. What is copied is encrypted as the target drive says.";

    [Function("MoveFiles")]
    [Requires(Need.Person)]
    [Summary(
        "Move or rename a file or folder",
        Detail = Explained + " Each file is there under one of its names at every moment, and under one only in the end; one that is " +
            "changed meanwhile is left. References and shares follow within a drive; a share of a file that goes to another drive ends."
    )]
    [Reads<TransferBody>]
    [Answers<FileOperationView>(202, "The operation.", ETag = true, Location = true)]
    [HonoursIdempotencyKey]
    [Refuses("drive-removed", "read-only", "exists", "aws")]
    public Task<IResult> MoveAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/drives/{driveId}/moves")] HttpRequest request,
        [DurableClient] DurableTaskClient durable,
        string driveId
    ) => StartAsync(request, durable, driveId, FileOperationKind.Move);

    [Function("CopyFiles")]
    [Requires(Need.Person)]
    [Summary("Copy a file or folder", Detail = Explained)]
    [Reads<TransferBody>]
    [Answers<FileOperationView>(202, "The operation.", ETag = true, Location = true)]
    [HonoursIdempotencyKey]
    [Refuses("drive-removed", "read-only", "exists", "aws")]
    public Task<IResult> CopyAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/drives/{driveId}/copies")] HttpRequest request,
        [DurableClient] DurableTaskClient durable,
        string driveId
    ) => StartAsync(request, durable, driveId, FileOperationKind.Copy);

    private Task<IResult> StartAsync(HttpRequest request, DurableTaskClient durable, string driveId, FileOperationKind kind) =>
        idempotency.OnceAsync<TransferBody>(
            request,
            async body =>
            {
                var (person, cancellation) = (request.Person(), request.HttpContext.RequestAborted);
                if (!(await finder.FindAsync(person, driveId, cancellation)).TryGet(out var drive, out var unknown))
                    return unknown.AsProblem();
                var id = request.Operation().IdOf<OperationId>();
                if (
                    !request.Operation().IsRepeated
                    || await operations.FindAsync(person.Organization, drive.Id, id, cancellation) is not { Value: var operation })
                {
                    var target = drive;
                    if (
                        body.ToDriveId is not null
                        && body.ToDriveId != drive.Id.Value
                        && !(await finder.FindAsync(person, body.ToDriveId, cancellation)).TryGet(out target, out unknown))
                        return (unknown.Kind is RefusalKind.NotFound ? Refusal.Invalid("toDriveId", unknown.Detail) : unknown).AsProblem();
                    if (target!.Access.IsReadOnly || (kind is FileOperationKind.Move && drive.Access.IsReadOnly))
                        return DriveFinder.IsReadOnly.AsProblem();
                    if (!(await PlacesAsync(body, drive, target, cancellation)).TryGet(out var places, out var wrong))
                        return wrong.AsProblem();
                    operation = new FileOperation(
                        id,
                        person.Organization,
                        kind,
                        drive.Id,
                        places.From,
                        target.Id,
                        places.To,
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

    /// <summary>What is moved or copied and where to, if there is such a thing and it can be.</summary>
    private async Task<Result<(DriveKey From, DriveKey To), Refusal>> PlacesAsync(
        TransferBody body,
        Drive drive,
        Drive target,
        CancellationToken cancellation)
    {
        var form = new FormReader();
        var (asFolder, into) = (body.From?.EndsWith('/') == true, body.To?.EndsWith('/') == true);
        var path = form.Read("from", FilePath.Parse(asFolder ? body.From![..^1] : body.From, drive.Path));
        var to = form.Read("to", FilePath.Parse(into ? body.To![..^1] : body.To, target.Path));
        if (!form.IsValid)
            return form.Refusal;
        if (!(await WhatIsAsync(drive, path!, asFolder, cancellation)).TryGet(out var from, out var missing))
            return missing;
        if (from.IsFolder)
        {
            var goal = DriveKey.OfFolder(to!);
            return IsWithin(drive, from, target, goal)
                ? Refusal.Invalid("to", "A folder can't be moved or copied to itself, below itself, or to a folder that it lies in.")
                : (from, goal);
        }

        if (into && !FilePath.Parse($"{to!.Value}/{path!.Name}", target.Path).TryGet(out to, out var tooLong))
            return Refusal.Invalid("to", tooLong.Message);
        var key = DriveKey.Of(to!);
        if (AreOne(drive, target) && drive.Path.Prefix + from == target.Path.Prefix + key)
            return Refusal.Invalid("to", "This is where the file is already.");
        if (!(await copies.FindAsync(target, [key], cancellation)).TryGet(out var present, out var unseen))
            return unseen;
        return present.Count == 0
            ? (from, key)
            : Refusal.Conflict("exists", "There is a file of this name already. Choose another name, or delete it first.");
    }

    private async Task<Result<DriveKey, Refusal>> WhatIsAsync(Drive drive, FilePath path, bool asFolder, CancellationToken cancellation)
    {
        foreach (var key in asFolder ? [DriveKey.OfFolder(path)] : new[] { DriveKey.Of(path), DriveKey.OfFolder(path) })
        {
            if (!(await copies.ListAsync(drive, key, after: null, limit: 1, cancellation)).TryGet(out var listed, out var refusal))
                return refusal;
            if (listed.Keys.Count > 0)
                return key;
        }

        return Refusal.NotFound("file or folder");
    }

    /// <summary>Whether one holds the other, by the keys of the bucket: two drives may share one.</summary>
    private static bool IsWithin(Drive drive, DriveKey from, Drive target, DriveKey to)
    {
        var (one, other) = (drive.Path.Prefix + from, target.Path.Prefix + to);
        return AreOne(drive, target)
            && (one.StartsWith(other, StringComparison.Ordinal) || other.StartsWith(one, StringComparison.Ordinal));
    }

    private static bool AreOne(Drive drive, Drive target) =>
        drive.Bucket == target.Bucket && drive.Region.Partition == target.Region.Partition;
}
