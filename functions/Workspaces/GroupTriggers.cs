using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using ServerlessDrives.Http;
using ServerlessDrives.Http.Middleware;

namespace ServerlessDrives.Workspaces;

/// <param name="Role"><c>manager</c> or <c>member</c>: what whoever is in the group is in the workspace, unless they are more by
/// themselves or by another group.</param>
/// <param name="Name">What people call the group, 1 to 256 characters. Left out, it stays what it was; a new group gets the name that the
/// directory has, if Microsoft Graph may be asked.</param>
[NeedsFields("role")]
public sealed record GroupBody(string? Role, string? Name);

/// <param name="GroupId">The group's object ID in Entra ID.</param>
/// <param name="Name">What people call it; null where nobody said so.</param>
public sealed record GroupView(GroupId GroupId, WorkspaceRole Role, string? Name)
{
    internal static GroupView Of(AdmittedGroup group) => new(group.Group, group.Role, group.Name);
}

/// <summary>The groups that a workspace admits, over HTTP.</summary>
[Section("People")]
public sealed class GroupTriggers(IWorkspaces workspaces, IWorkspaceGroups groups, IGroupDirectory directory)
{
    [Function("ListGroups")]
    [Requires(Need.Person)]
    [Summary("List the groups that a workspace admits")]
    [AnswersPage<GroupView>("The groups, and what whoever is in them is in the workspace.")]
    public async Task<IResult> ListAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/workspaces/{workspaceId}/groups")] HttpRequest request,
        string workspaceId)
    {
        ArgumentNullException.ThrowIfNull(request);
        var (person, cancellation) = (request.Person(), request.HttpContext.RequestAborted);
        if (!(await workspaces.FindAsync(person, workspaceId, cancellation)).TryGet(out var found, out var unknown))
            return unknown.AsProblem();
        if (!Paging.Of(request).TryGet(out var paging, out var refusal))
            return refusal.AsProblem();
        var page = await groups.ListAsync(person.Organization, found.Value.Id, paging.Limit, paging.Cursor, cancellation);
        return Answers.List(page.Select(GroupView.Of));
    }

    [Function("GetGroup")]
    [Requires(Need.Person)]
    [Summary("Read a group that a workspace admits")]
    [AnswersResource<GroupView>("The group.")]
    public async Task<IResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/workspaces/{workspaceId}/groups/{groupId}")] HttpRequest request,
        string workspaceId,
        string groupId)
    {
        ArgumentNullException.ThrowIfNull(request);
        var (person, cancellation) = (request.Person(), request.HttpContext.RequestAborted);
        if (!(await workspaces.FindAsync(person, workspaceId, cancellation)).TryGet(out var found, out var unknown))
            return unknown.AsProblem();
        return
            GroupId.TryParse(groupId, null, out var group)
            && await groups.FindAsync(person.Organization, found.Value.Id, group, cancellation) is { } admitted
            ? Answers.Resource(request, GroupView.Of(admitted.Value))
            : Refusal.NotFound("group").AsProblem();
    }

    [Function("PutGroup")]
    [Requires(Need.Person)]
    [Summary(
        "Admit a group, or change how",
        Detail = "Whoever is in the group, directly or by another group, is in the workspace. That is learned from the groups in their " +
            "token, or from Microsoft Graph where the token names none because they are too many."
    )]
    [Reads<GroupBody>]
    [Answers<GroupView>(200, "The group.", ETag = true)]
    [HonoursIfMatch]
    [Refuses("forbidden", "too-many-groups")]
    public async Task<IResult> PutAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "api/workspaces/{workspaceId}/groups/{groupId}")] HttpRequest request,
        string workspaceId,
        string groupId)
    {
        if (!(await ManagedAsync(request, workspaceId, groupId)).TryGet(out var target, out var refusal))
            return refusal.AsProblem();
        if (!(await request.ReadJsonAsync<GroupBody>()).TryGet(out var body, out var unreadable))
            return unreadable.AsProblem();
        var form = new FormReader();
        var role = body.Role switch
        {
            "manager" => WorkspaceRole.Manager,
            "member" => WorkspaceRole.Member,
            _ => form.Refuse<WorkspaceRole>("role", "Choose \"manager\" or \"member\"."),
        };
        var name = body.Name is null ? null : form.Read("name", VisibleText.Parse(body.Name, AdmittedGroup.MaxNameLength, "the group"));
        if (!form.IsValid)
            return form.Refusal.AsProblem();
        var (person, cancellation) = (request.Person(), request.HttpContext.RequestAborted);
        while (true)
        {
            var before = await groups.FindAsync(person.Organization, target.Workspace, target.Group, cancellation);
            if (Stale(request, before?.Value) is { } changed)
                return changed.AsProblem();
            if (before is null)
            {
                if ((await groups.AllAsync(person.Organization, cancellation)).Count >= AdmittedGroup.MostOfAnOrganization)
                    return TooMany().AsProblem();
                name ??= Usable(await directory.NameOfAsync(person.Organization, target.Group, cancellation));
            }

            var after = new AdmittedGroup(target.Workspace, target.Group, role, name ?? before?.Value.Name);
            if (after == before?.Value || await groups.PutAsync(person.Organization, after, before, person, cancellation))
                return Answers.Resource(request, GroupView.Of(after));
        }
    }

    [Function("DeleteGroup")]
    [Requires(Need.Person)]
    [Summary("Take a group out", Detail = "Whoever was in the workspace by this group alone isn't any more.")]
    [Answers(204, "It isn't admitted now.")]
    [HonoursIfMatch]
    [Refuses("forbidden", "invalid")]
    public async Task<IResult> DeleteAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "api/workspaces/{workspaceId}/groups/{groupId}")] HttpRequest request,
        string workspaceId,
        string groupId)
    {
        if (!(await ManagedAsync(request, workspaceId, groupId)).TryGet(out var target, out var refusal))
            return refusal.AsProblem();
        var (person, cancellation) = (request.Person(), request.HttpContext.RequestAborted);
        while (true)
        {
            if (await groups.FindAsync(person.Organization, target.Workspace, target.Group, cancellation) is not { } before)
                return Refusal.NotFound("group").AsProblem();
            if (Stale(request, before.Value) is { } changed)
                return changed.AsProblem();
            if (await groups.RemoveAsync(person.Organization, before, person, cancellation))
                return Results.NoContent();
        }
    }

    private static Refusal TooMany() =>
        Refusal.Conflict(
            "too-many-groups",
            $"The organization's workspaces admit {AdmittedGroup.MostOfAnOrganization} groups, which is as many as they may.");

    /// <summary>The directory allows names that we don't.</summary>
    private static string? Usable(string? name) =>
        VisibleText.Parse(name, AdmittedGroup.MaxNameLength, "the group").TryGet(out var shown, out _) ? shown : null;

    /// <summary>A group that isn't there matches no <c>If-Match</c>.</summary>
    private static Refusal? Stale(HttpRequest request, AdmittedGroup? group) =>
        group is null
            ? request.Headers.IfMatch.Count > 0
                ? Refusal.Changed("group")
                : null
            : Preconditions.Check(request, GroupView.Of(group), "group");

    private async Task<Result<(WorkspaceId Workspace, GroupId Group), Refusal>> ManagedAsync(
        HttpRequest request,
        string workspaceId,
        string groupId
    )
    {
        var person = request.Person();
        if (!(await workspaces.FindAsync(person, workspaceId, request.HttpContext.RequestAborted)).TryGet(out var found, out var unknown))
            return unknown;
        if (!person.MayManage(found.Value.Id))
            return Refusal.Forbidden("Only the workspace's managers and admins change who is in it.");
        return GroupId.TryParse(groupId, null, out var group)
            ? (found.Value.Id, group)
            : Refusal.Invalid("groupId", "The object ID of a group was expected, such as 8c1e2f6a-4b0d-4a63-9a55-0f5b7c1d2e3f.");
    }
}
