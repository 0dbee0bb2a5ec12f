using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using ServerlessDrives.Http;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Drives;

[NeedsFields("driveId")]
public sealed record DefaultDriveBody(string? DriveId);

/// <param name="DriveId">The drive that counts, or null when there is none.</param>
/// <param name="Source"><c>workspace</c>, <c>organization</c> or <c>none</c>: whose choice it is.</param>
/// <param name="Note">What choosing it means for files that are there already.</param>
public sealed record DefaultDriveView(DriveId? DriveId, string Source, string? Note);

/// <summary>Default drives over HTTP.</summary>
[Section("Drives")]
public sealed class DefaultDriveTriggers(IDrives drives, DriveFinder finder, IDefaultDriveWitness witness)
{
    private const string FilesStay = "New output goes to this drive. Files on the earlier one stay there; they don't move.";

    [Function("GetWorkspaceDefaultDrive")]
    [Requires(Need.Person)]
    [Summary("Read a workspace's default drive")]
    [AnswersResource<DefaultDriveView>("The drive that counts, and whose choice it is.")]
    public async Task<IResult> GetOfWorkspaceAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/workspaces/{workspaceId}/default-drive")] HttpRequest request, string workspaceId)
    {
        ArgumentNullException.ThrowIfNull(request);
        var person = request.Person();
        if (!WorkspaceOf(person, workspaceId).TryGet(out var workspace, out var refusal))
            return refusal.AsProblem();
        var defaults = await drives.DefaultsAsync(person.Organization, request.HttpContext.RequestAborted);
        return Answers.Resource(request, new DefaultDriveView(
            defaults.For(workspace.Id),
            defaults.Workspaces.ContainsKey(workspace.Id) ? "workspace" : defaults.Organization is null ? "none" : "organization",
            null));
    }

    [Function("PutWorkspaceDefaultDrive")]
    [Requires(Need.Person)]
    [Summary("Choose a workspace's default drive")]
    [Reads<DefaultDriveBody>]
    [Answers<DefaultDriveView>(200, "The drive that counts from now on.", ETag = true)]
    [Refuses("forbidden")]
    public Task<IResult> PutOfWorkspaceAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "api/workspaces/{workspaceId}/default-drive")] HttpRequest request, string workspaceId) =>
        WorkspaceOf(request.Person(), workspaceId).TryGet(out var workspace, out var refusal)
            ? PutAsync(request, workspace)
            : Task.FromResult(refusal.AsProblem());

    [Function("DeleteWorkspaceDefaultDrive")]
    [Requires(Need.Person)]
    [Summary("Let the organization's default drive count")]
    [Answers(204, "The workspace has no default of its own.")]
    [Refuses("forbidden")]
    public async Task<IResult> DeleteOfWorkspaceAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "api/workspaces/{workspaceId}/default-drive")] HttpRequest request, string workspaceId)
    {
        ArgumentNullException.ThrowIfNull(request);
        var person = request.Person();
        if (!WorkspaceOf(person, workspaceId).TryGet(out var workspace, out var refusal))
            return refusal.AsProblem();
        if (!person.MaySetDefault(workspace))
            return NotTheirs(workspace).AsProblem();
        var before = (await drives.DefaultsAsync(person.Organization, request.HttpContext.RequestAborted)).Workspaces.TryGetValue(workspace.Id, out var was) ? was : (DriveId?)null;
        await drives.ClearDefaultAsync(person.Organization, workspace.Id, request.HttpContext.RequestAborted);
        if (before is not null)
            await witness.ChangedAsync(person, workspace, before, null, request.HttpContext.RequestAborted);
        return Results.NoContent();
    }

    [Function("GetOrganizationDefaultDrive")]
    [Requires(Need.Person)]
    [Summary("Read the organization's default drive")]
    [AnswersResource<DefaultDriveView>("The drive that counts, and whose choice it is.")]
    public async Task<IResult> GetOfOrganizationAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/organization/default-drive")] HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var defaults = await drives.DefaultsAsync(request.Person().Organization, request.HttpContext.RequestAborted);
        return Answers.Resource(request, new DefaultDriveView(defaults.Organization, defaults.Organization is null ? "none" : "organization", null));
    }

    [Function("PutOrganizationDefaultDrive")]
    [Requires(Need.Person)]
    [Summary("Choose the organization's default drive")]
    [Reads<DefaultDriveBody>]
    [Answers<DefaultDriveView>(200, "The drive that counts from now on.", ETag = true)]
    [Refuses("forbidden")]
    public Task<IResult> PutOfOrganizationAsync([HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "api/organization/default-drive")] HttpRequest request) =>
        PutAsync(request, Audience.Whole);

    private async Task<IResult> PutAsync(HttpRequest request, Audience audience)
    {
        var (person, cancellation) = (request.Person(), request.HttpContext.RequestAborted);
        if (!person.MaySetDefault(audience))
            return NotTheirs(audience).AsProblem();
        if (!(await request.ReadJsonAsync<DefaultDriveBody>()).TryGet(out var body, out var unreadable))
            return unreadable.AsProblem();
        while (true)
        {
            if (!(await finder.FindAnyAsync(person, body.DriveId, cancellation)).TryGet(out var drive, out _) || drive.Value.State is not DriveState.Connected)
                return Refusal.Invalid("driveId", "There is no such drive, or you may not see it.").AsProblem();
            if (audience is Audience.Organization && drive.Value.Audience is not Audience.Organization)
                return Refusal.Invalid("driveId", "Only a drive of the whole organization can be the organization's default.").AsProblem();
            if (drive.Value.Audience is Audience.Workspace && drive.Value.Audience != audience)
                return Refusal.Invalid("driveId", "This drive belongs to another workspace.").AsProblem();
            var defaults = await drives.DefaultsAsync(person.Organization, cancellation);
            var before = audience is Audience.Workspace own ? defaults.Workspaces.TryGetValue(own.Id, out var was) ? was : (DriveId?)null : defaults.Organization;
            if (before == drive.Value.Id || await drives.MakeDefaultAsync(drive, audience, cancellation))
            {
                if (before != drive.Value.Id)
                    await witness.ChangedAsync(person, audience, before, drive.Value.Id, cancellation);
                return Answers.Resource(request, new DefaultDriveView(drive.Value.Id, audience is Audience.Workspace ? "workspace" : "organization", FilesStay));
            }
        }
    }

    private static Result<Audience.Workspace> WorkspaceOf(Person person, string workspaceId) =>
        Identifier.TryParse<WorkspaceId>(workspaceId, out var id) && person.MaySee(id) ? new Audience.Workspace(id) : Refusal.NotFound("workspace");

    private static Refusal NotTheirs(Audience audience) => Refusal.Forbidden(audience is Audience.Workspace
        ? "Only the workspace's managers and admins choose its default drive."
        : "Only admins choose the organization's default drive.");
}

/// <summary>Hears of changed defaults, for the audit trail and the world.</summary>
public interface IDefaultDriveWitness
{
    Task ChangedAsync(Person by, Audience audience, DriveId? before, DriveId? after, CancellationToken cancellation);
}
