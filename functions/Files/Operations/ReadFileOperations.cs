using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using ServerlessDrives.Drives;
using ServerlessDrives.Http;
using ServerlessDrives.Http.Middleware;
using ServerlessDrives.Http.Waiting;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Files.Operations;

/// <summary>A move, copy or deletion.</summary>
/// <param name="From">The file or folder, without a slash at its end.</param>
/// <param name="ToDriveId">The drive that it is moved or copied to; null for a deletion.</param>
/// <param name="To">What it becomes there; null for a deletion.</param>
/// <param name="Counted">Whether <paramref name="Total"/> is all; until then counting goes on.</param>
/// <param name="Total">What lay there when it began.</param>
/// <param name="Done">What is moved, copied or deleted.</param>
/// <param name="Left">What was looked at and left as it was, or is under both names; <c>…/left</c> lists each with its reason. What
/// was not come to when the operation was cancelled or stopped is not in it: it lies where it was.</param>
/// <param name="Cancelling">Whether somebody has cancelled it and it ends as soon as what is under way is finished.</param>
/// <param name="Problem">Why it was stopped; null otherwise.</param>
public sealed record FileOperationView(
    OperationId Id,
    FileOperationKind Kind,
    FileOperationStatus Status,
    DriveId DriveId,
    string From,
    DriveId? ToDriveId,
    string? To,
    bool Counted,
    FileAmount Total,
    FileAmount Done,
    FileAmount Left,
    bool Cancelling,
    OperationProblem? Problem,
    UserId StartedBy,
    DateTimeOffset StartedAt,
    DateTimeOffset? EndedAt)
{
    public static FileOperationView Of(FileOperation operation)
    {
        ArgumentNullException.ThrowIfNull(operation);
        return new(
            operation.Id,
            operation.Kind,
            operation.Status,
            operation.Drive,
            operation.From.Path,
            operation.ToDrive,
            operation.To?.Path,
            operation.IsCounted,
            operation.Total,
            operation.Done + operation.DoneOfPage,
            operation.Left,
            operation is { IsRunning: true, CancelledBy: not null },
            operation.Problem,
            operation.StartedBy,
            operation.StartedAt,
            operation.EndedAt);
    }
}

/// <summary>A file that was left.</summary>
/// <param name="Path">Where it is; the marker of an empty folder ends in a slash.</param>
/// <param name="To">Where it would have come to, or where its copy is; null for a deletion.</param>
/// <param name="UnderBoth">Whether it is there under both names.</param>
/// <param name="Reason">The code of a problem, such as <c>exists</c> or <c>changed</c>.</param>
public sealed record LeftFileView(string Path, string? To, long Size, bool UnderBoth, string Reason, string Detail);

/// <summary><c>GET /api/drives/{driveId}/operations</c>, <c>…/{operationId}</c> and <c>…/{operationId}/left</c>.</summary>
[Section("Files")]
public sealed class ReadFileOperationsFunctions(FileOperationFinder operations, IFileOperations records, DriveFinder finder, LongPoll polls)
{
    [Function("ListFileOperations")]
    [Requires(Need.Person)]
    [Summary("List a drive's operations", Detail = "Moves, copies and deletions of the last 30 days, in the order of their beginning.")]
    [AnswersPage<FileOperationView>("Those whose drives you may all use.")]
    [Query<bool>("running", "Only those that haven't ended.")]
    [Refuses("drive-removed", "invalid")]
    public async Task<IResult> ListAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/drives/{driveId}/operations")] HttpRequest request,
        string driveId)
    {
        ArgumentNullException.ThrowIfNull(request);
        var (person, cancellation) = (request.Person(), request.HttpContext.RequestAborted);
        if (!(await finder.FindAsync(person, driveId, cancellation)).TryGet(out var drive, out var unknown))
            return unknown.AsProblem();
        if (!Paging.Of(request).TryGet(out var paging, out var invalid))
            return invalid.AsProblem();
        var running = false;
        if (request.Query.TryGetValue("running", out var asked) && !bool.TryParse(asked, out running))
            return Refusal.Invalid("running", "true or false was expected.").AsProblem();
        var page = await records.ListAsync(person.Organization, drive.Id, running, paging.Limit, paging.Cursor, cancellation);
        var shown = new List<FileOperationView>();
        foreach (var operation in page.Items)
        {
            if (await operations.MaySeeAsync(person, operation, cancellation))
                shown.Add(FileOperationView.Of(operation));
        }

        return Answers.List(new Page<FileOperationView>(shown, page.NextCursor));
    }

    [Function("GetFileOperation")]
    [Requires(Need.Person)]
    [Summary(
        "Read an operation",
        Detail = "With ?wait= and If-None-Match the answer waits until the operation has changed, or the time is over."
    )]
    [AnswersResource<FileOperationView>("How far it is.")]
    [Query<int>("wait", "Seconds to wait for a change.", Least = 0, Most = LongPoll.MostSeconds)]
    [Refuses("drive-removed", "invalid", "too-many-waiting")]
    public Task<IResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/drives/{driveId}/operations/{operationId}")] HttpRequest request,
        string driveId,
        string operationId
    ) =>
        polls.AnswerAsync(
            request,
            async cancellation => (await operations.FindAsync(request.Person(), driveId, operationId, cancellation)).Then(
                found => (Result<FileOperationView, Refusal>)FileOperationView.Of(found.Value)));

    [Function("ListLeftFiles")]
    [Requires(Need.Person)]
    [Summary("List what an operation left", Detail = "Each file that it came to and left as it was, or under both names, with the reason.")]
    [AnswersPage<LeftFileView>("Files, in the order in which the operation came to them, about.")]
    [Refuses("drive-removed", "invalid")]
    public async Task<IResult> LeftAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/drives/{driveId}/operations/{operationId}/left")]
            HttpRequest request,
        string driveId,
        string operationId)
    {
        ArgumentNullException.ThrowIfNull(request);
        var cancellation = request.HttpContext.RequestAborted;
        if (!Paging.Of(request).TryGet(out var paging, out var invalid))
            return invalid.AsProblem();
        if (!(await operations.FindAsync(request.Person(), driveId, operationId, cancellation)).TryGet(out var found, out var unknown))
            return unknown.AsProblem();
        var page = await records.LeftAsync(found.Value, paging.Limit, paging.Cursor, cancellation);
        return Answers.List(
            page.Select(file => new LeftFileView(
                file.From.Value,
                file.To?.Value,
                file.Size,
                file.IsUnderBoth,
                file.Reason,
                file.Detail)));
    }
}

/// <summary>Finds an operation for a person: for whoever may use the drives that it is on.</summary>
public sealed class FileOperationFinder(IFileOperations operations, IDrives drives, DriveFinder finder)
{
    public async Task<Result<Versioned<FileOperation>, Refusal>> FindAsync(
        Person person,
        string? driveId,
        string? operationId,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(person);
        if (!(await finder.FindAsync(person, driveId, cancellation)).TryGet(out var drive, out var unknown))
            return unknown;
        return OperationId.TryParse(operationId, out var id)
            && await operations.FindAsync(person.Organization, drive.Id, id, cancellation) is { } found
            && await MaySeeAsync(person, found.Value, cancellation)
                ? found
                : Refusal.NotFound("operation");
    }

    /// <summary>Whoever began it sees what became of it, and so do admins; others need to see the other drive too.</summary>
    public async Task<bool> MaySeeAsync(Person person, FileOperation operation, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(person);
        ArgumentNullException.ThrowIfNull(operation);
        return operation.StartedBy == person.Id
            || person.IsAdmin
            || operation.ToDrive is not { } to
            || to == operation.Drive
            || (await drives.FindAsync(person.Organization, to, cancellation) is { } other && person.MaySee(other.Value.Audience));
    }
}
