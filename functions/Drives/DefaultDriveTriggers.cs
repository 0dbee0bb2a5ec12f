using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using ServerlessDrives.Http;
using ServerlessDrives.Http.Middleware;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Drives;

[NeedsFields("driveId")]
public sealed record DefaultDriveBody(string? DriveId);

/// <param name="DriveId">The drive that counts, or null when there is none.</param>
/// <param name="Source"><c>workspace</c>, <c>organization</c> or <c>none</c>: whose choice it is.</param>
/// <param name="Note">What choosing it means for files that are there already.</param>
public sealed record DefaultDriveView(DriveId? DriveId, string Source, string? Note)
{
    private const string FilesStay = "New output goes to this drive. Files on an earlier one stay there; they don't move.";

    /// <summary>The workspace's own default counts, else the organization's.</summary>
    internal static DefaultDriveView Of(DefaultDrives defaults, Audience audience)
    {
        if (audience is Audience.Workspace && defaults.OwnOf(audience) is { } own)
            return new(own, "workspace", FilesStay);
        return defaults.Organization is { } common ? new(common, "organization", FilesStay) : new(null, "none", null);
    }
}

/// <summary>Default drives over HTTP.</summary>
[Section("Drives")]
public sealed class DefaultDriveTriggers(IDrives drives, DriveFinder finder, IWorkspaces workspaces)
{
    [Function("GetWorkspaceDefaultDrive")]
    [Requires(Need.Person)]
    [Summary("Read a workspace's default drive")]
    [AnswersResource<DefaultDriveView>("The drive that counts, and whose choice it is.")]
    public async Task<IResult> GetOfWorkspaceAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/workspaces/{workspaceId}/default-drive")] HttpRequest request,
        string workspaceId
    ) =>
        (await WorkspaceOfAsync(request, workspaceId)).TryGet(out var workspace, out var unknown)
            ? await GetAsync(request, workspace)
            : unknown.AsProblem();

    [Function("PutWorkspaceDefaultDrive")]
    [Requires(Need.Person)]
    [Summary("Choose a workspace's default drive")]
    [Reads<DefaultDriveBody>]
    [Answers<DefaultDriveView>(200, "The drive that counts from now on.", ETag = true)]
    [HonoursIfMatch]
    [Refuses("forbidden")]
    public async Task<IResult> PutOfWorkspaceAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "api/workspaces/{workspaceId}/default-drive")] HttpRequest request,
        string workspaceId
    ) =>
        (await WorkspaceOfAsync(request, workspaceId)).TryGet(out var workspace, out var unknown)
            ? await PutAsync(request, workspace)
            : unknown.AsProblem();

    [Function("DeleteWorkspaceDefaultDrive")]
    [Requires(Need.Person)]
    [Summary("Let the organization's default drive count")]
    [Answers(204, "The workspace has no default of its own.")]
    [HonoursIfMatch]
    [Refuses("forbidden")]
    public async Task<IResult> DeleteOfWorkspaceAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "api/workspaces/{workspaceId}/default-drive")] HttpRequest request,
        string workspaceId)
    {
        if (!(await WorkspaceOfAsync(request, workspaceId)).TryGet(out var workspace, out var unknown))
            return unknown.AsProblem();
        var (person, cancellation) = (request.Person(), request.HttpContext.RequestAborted);
        if (!person.MaySetDefault(workspace))
            return NotTheirs(workspace).AsProblem();
        while (true)
        {
            var defaults = await drives.DefaultsAsync(person.Organization, cancellation);
            if (Preconditions.Check(request, DefaultDriveView.Of(defaults, workspace), "default drive") is { } changed)
                return changed.AsProblem();
            if (defaults.OwnOf(workspace) is not { } before)
                return Results.NoContent();
            if (await drives.ClearDefaultAsync(workspace.Id, before, person, cancellation))
                return Results.NoContent();
        }
    }

    [Function("GetOrganizationDefaultDrive")]
    [Requires(Need.Person)]
    [Summary("Read the organization's default drive")]
    [AnswersResource<DefaultDriveView>("The drive that counts, and whose choice it is.")]
    public Task<IResult> GetOfOrganizationAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/organization/default-drive")] HttpRequest request
    ) => GetAsync(request, Audience.Whole);

    [Function("PutOrganizationDefaultDrive")]
    [Requires(Need.Person)]
    [Summary("Choose the organization's default drive")]
    [Reads<DefaultDriveBody>]
    [Answers<DefaultDriveView>(200, "The drive that counts from now on.", ETag = true)]
    [HonoursIfMatch]
    [Refuses("forbidden")]
    public Task<IResult> PutOfOrganizationAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "api/organization/default-drive")] HttpRequest request
    ) => PutAsync(request, Audience.Whole);

    private async Task<IResult> GetAsync(HttpRequest request, Audience audience) =>
        Answers.Resource(
            request,
            DefaultDriveView.Of(await drives.DefaultsAsync(request.Person().Organization, request.HttpContext.RequestAborted), audience));

    private async Task<IResult> PutAsync(HttpRequest request, Audience audience)
    {
        var (person, cancellation) = (request.Person(), request.HttpContext.RequestAborted);
        if (!person.MaySetDefault(audience))
            return NotTheirs(audience).AsProblem();
        if (!(await request.ReadJsonAsync<DefaultDriveBody>()).TryGet(out var body, out var unreadable))
            return unreadable.AsProblem();
        while (true)
        {
            if (
                !(await finder.FindAnyAsync(person, body.DriveId, cancellation)).TryGet(out var drive, out _)
                || drive.Value.State is not DriveState.Connected)
                return Refusal.Invalid("driveId", "There is no such drive, or you may not see it.").AsProblem();
            if (drive.Value.Access.IsReadOnly)
                return Refusal
                    .Invalid("driveId", "This drive is read-only, and a default drive takes output. Choose one that can be written to.")
                    .AsProblem();
            if (audience is Audience.Organization && drive.Value.Audience is not Audience.Organization)
                return Refusal.Invalid("driveId", "Only a drive of the whole organization can be the organization's default.").AsProblem();
            if (drive.Value.Audience is Audience.Workspace && drive.Value.Audience != audience)
                return Refusal.Invalid("driveId", "This drive belongs to another workspace.").AsProblem();
            var defaults = await drives.DefaultsAsync(person.Organization, cancellation);
            if (Preconditions.Check(request, DefaultDriveView.Of(defaults, audience), "default drive") is { } changed)
                return changed.AsProblem();
            var before = defaults.OwnOf(audience);
            if (before == drive.Value.Id)
                return Answers.Resource(request, DefaultDriveView.Of(defaults, audience));
            if (await drives.MakeDefaultAsync(drive, audience, before, person, cancellation))
                return await GetAsync(request, audience);
            if (
                audience is Audience.Workspace workspace
                && await workspaces.FindAsync(person.Organization, workspace.Id, cancellation) is null)
                return Refusal.NotFound("workspace").AsProblem();
        }
    }

    private async Task<Result<Audience.Workspace, Refusal>> WorkspaceOfAsync(HttpRequest request, string workspaceId)
    {
        ArgumentNullException.ThrowIfNull(request);
        return (await workspaces.FindAsync(request.Person(), workspaceId, request.HttpContext.RequestAborted)).Then<Audience.Workspace>(
            found => new Audience.Workspace(found.Value.Id));
    }

    private static Refusal NotTheirs(Audience audience) => Refusal.Forbidden(audience is Audience.Workspace
        ? "Only the workspace's managers and admins choose its default drive."
        : "Only admins choose the organization's default drive.");
}
