using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using ServerlessDrives.Http;
using ServerlessDrives.Http.Middleware;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Drives;

/// <param name="Confirmation">The drive's display name, typed again.</param>
/// <param name="Force">Whether the integrations on the drive go with it.</param>
[NeedsFields("confirmation")]
public sealed record RemoveDriveBody(string? Confirmation, bool? Force);

/// <param name="Note">What becomes of the files and of references to them.</param>
public sealed record DriveRemovalView(DriveId Id, DriveState State, string Note);

/// <summary>Drives over HTTP: list, read, remove.</summary>
[Section("Drives")]
public sealed class DriveTriggers(
    IDrives drives,
    IWorkspaces workspaces,
    DriveFinder finder,
    RemoveDrive removal,
    IEnumerable<IHoldsDrives> holders)
{
    private static readonly Refusal IsDefault = Refusal.Conflict(
        "default-drive",
        "This is a default drive. Choose another default first; files don't move with it.");

    [Function("ListDrives")]
    [Requires(Need.Person)]
    [Summary("List drives")]
    [AnswersPage<DriveView>("Drives that you may use.")]
    [Query<WorkspaceId>("workspaceId", "Only those that this workspace may use.")]
    [Query<HealthStatus>("health", "Only those in this state.")]
    [Refuses("not-found", "invalid")]
    public async Task<IResult> ListAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/drives")] HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var person = request.Person();
        if (!Paging.Of(request).TryGet(out var paging, out var refusal))
            return refusal.AsProblem();
        if (!(await ListQuery.AudiencesAsync(request, person, workspaces)).TryGet(out var audiences, out var unknown))
            return unknown.AsProblem();
        if (!ListQuery.Word<HealthStatus>(request, "health").TryGet(out var health, out var wrong))
            return wrong.AsProblem();
        var cancellation = request.HttpContext.RequestAborted;
        var defaults = await drives.DefaultsAsync(person.Organization, cancellation);
        var page = await drives.ListAsync(person.Organization, audiences.Chosen, health.Chosen, paging.Limit, paging.Cursor, cancellation);
        return Answers.List(page.Select(drive => DriveView.Of(drive, defaults, person)));
    }

    [Function("GetDrive")]
    [Requires(Need.Person)]
    [Summary("Read a drive")]
    [AnswersResource<DriveView>("The drive.")]
    public async Task<IResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/drives/{driveId}")] HttpRequest request,
        string driveId)
    {
        ArgumentNullException.ThrowIfNull(request);
        var person = request.Person();
        if (!(await finder.FindAnyAsync(person, driveId, request.HttpContext.RequestAborted)).TryGet(out var drive, out var refusal))
            return refusal.AsProblem();
        return Answers.Resource(
            request,
            DriveView.Of(drive.Value, await drives.DefaultsAsync(person.Organization, request.HttpContext.RequestAborted), person));
    }

    [Function("DeleteDrive")]
    [Requires(Need.Person)]
    [Summary("Disconnect a drive", Detail = "Files on the bucket stay; references to them are dead for good.")]
    [Reads<RemoveDriveBody>]
    [Answers<DriveRemovalView>(202, "Nobody uses the drive from now on.")]
    [HonoursIfMatch]
    [Refuses("forbidden", "default-drive", "drive-in-use")]
    public async Task<IResult> DeleteAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "api/drives/{driveId}")] HttpRequest request,
        [DurableClient] DurableTaskClient durable,
        string driveId)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(durable);
        var (person, cancellation) = (request.Person(), request.HttpContext.RequestAborted);
        if (!(await finder.FindAnyAsync(person, driveId, cancellation)).TryGet(out var found, out var unknown))
            return unknown.AsProblem();
        var drive = found.Value;
        if (!person.MayConnect(drive.Audience))
            return Refusal.Forbidden("Only admins remove the organization's drives.").AsProblem();
        if (!(await request.ReadJsonAsync<RemoveDriveBody>()).TryGet(out var body, out var unreadable))
            return unreadable.AsProblem();
        if (body.Confirmation != drive.DisplayName.Value)
            return Refusal.Invalid("confirmation", $"Type the drive's name, \"{drive.DisplayName}\", to say that you mean it.").AsProblem();
        var defaults = await drives.DefaultsAsync(person.Organization, cancellation);
        if (Preconditions.Check(request, DriveView.Of(drive, defaults, person), "drive") is { } changed)
            return changed.AsProblem();
        if (defaults.Includes(drive.Id))
            return IsDefault.AsProblem();
        if (body.Force is not true && await HoldsAsync(drive, cancellation) is { Count: > 0 } holds)
        {
            return (
                Refusal.Conflict(
                    "drive-in-use",
                    "Integrations stand on this drive. Remove them first, or send \"force\": true to remove them with it."
                ) with
                {
                    Extensions = new Dictionary<string, object> { ["usedBy"] = holds },
                }
            ).AsProblem();
        }

        var input = new RemoveDriveInput(person.Organization, drive.Id, person.Id) { Trace = Telemetry.TraceParent };
        await RemoveDrive.BeginAsync(durable, input, cancellation);
        // What the flow does first is done here as well, so that nobody uses the drive from this answer on.
        if (!await removal.StopUsingDrive(input, cancellation))
            return IsDefault.AsProblem();
        return Results.Json(
            new DriveRemovalView(
                drive.Id,
                DriveState.Disconnecting,
                "Files on the bucket stay. References to them are dead for good, also if the same bucket is connected again."),
            Json.Options,
            statusCode: StatusCodes.Status202Accepted);
    }

    private async Task<List<DriveHold>> HoldsAsync(Drive drive, CancellationToken cancellation)
    {
        var holds = new List<DriveHold>();
        foreach (var holder in holders)
            holds.AddRange(await holder.HoldsAsync(drive.Organization, drive.Id, cancellation));
        return holds;
    }
}
