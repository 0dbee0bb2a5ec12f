using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using ServerlessDrives.Http;
using ServerlessDrives.Http.Middleware;

namespace ServerlessDrives.Workspaces;

/// <param name="Role"><c>manager</c> or <c>member</c>.</param>
[NeedsFields("role")]
public sealed record MemberBody(string? Role);

/// <summary>Who is signed in.</summary>
/// <param name="Role">What they are in the organization.</param>
/// <param name="Workspaces">Those that they may see, and what they are in each.</param>
public sealed record MeView(UserView User, OrganizationView Organization, OrganizationRole Role, IReadOnlyList<WorkspaceView> Workspaces);

public sealed record UserView(UserId Id, string Name, string? Email)
{
    internal static UserView Of(KnownPerson known) => new(known.Id, known.Name, known.Email);
}

/// <param name="Name">As the settings say it; null where they don't.</param>
public sealed record OrganizationView(OrganizationId Id, string? Name);

/// <param name="Name">What they were called when they last signed in; null for somebody who never has.</param>
public sealed record MemberView(UserId UserId, WorkspaceRole Role, string? Name, string? Email) : ITagged
{
    /// <summary>What somebody calls themselves is no part of the membership.</summary>
    object ITagged.Tagged => this with { Name = null, Email = null };

    internal static MemberView Of(UserId user, WorkspaceRole role, IReadOnlyDictionary<UserId, KnownPerson> known) =>
        known.TryGetValue(user, out var person) ? new(user, role, person.Name, person.Email) : new(user, role, null, null);
}

/// <summary>Who I am, and who is in a workspace.</summary>
[Section("People")]
public sealed class MemberTriggers(IWorkspaces workspaces, IPeople people, OrganizationNames organizations)
{
    [Function("GetMe")]
    [Requires(Need.Person)]
    [Summary("Who I am")]
    [AnswersResource<MeView>("Me, my organization, and what I am in each workspace.")]
    public async Task<IResult> MeAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/me")] HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var person = request.Person();
        var mine = new List<WorkspaceView>();
        string? cursor = null;
        do
        {
            var page = await workspaces.ListAsync(person, Paging.Most, cursor, request.HttpContext.RequestAborted);
            mine.AddRange(page.Items.Select(workspace => WorkspaceView.Of(workspace, person)));
            cursor = page.NextCursor;
        } while (cursor is not null);
        return Answers.Resource(
            request,
            new MeView(
                new(person.Id, person.Name, person.Email),
                new(person.Organization, organizations.NameOf(person.Organization)),
                person.Role,
                mine
            )
        );
    }

    [Function("ListMembers")]
    [Requires(Need.Person)]
    [Summary("List a workspace's members")]
    [AnswersPage<MemberView>("Who is in it, and as what.")]
    public async Task<IResult> ListAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/workspaces/{workspaceId}/members")] HttpRequest request,
        string workspaceId)
    {
        ArgumentNullException.ThrowIfNull(request);
        var person = request.Person();
        if (!(await workspaces.FindAsync(person, workspaceId, request.HttpContext.RequestAborted)).TryGet(out var found, out var unknown))
            return unknown.AsProblem();
        if (!Paging.Of(request).TryGet(out var paging, out var refusal))
            return refusal.AsProblem();
        var page = await workspaces.MembersAsync(
            person.Organization,
            found.Value.Id,
            paging.Limit,
            paging.Cursor,
            request.HttpContext.RequestAborted);
        var known = await people.FindAsync(
            person.Organization,
            page.Items.Select(member => member.User),
            request.HttpContext.RequestAborted);
        return Answers.List(page.Select(member => MemberView.Of(member.User, member.Role, known)));
    }

    [Function("PutMember")]
    [Requires(Need.Person)]
    [Summary("Add a member, or change what they are")]
    [Reads<MemberBody>]
    [Answers<MemberView>(200, "The member.", ETag = true)]
    [HonoursIfMatch]
    [Refuses("forbidden")]
    public async Task<IResult> PutAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "api/workspaces/{workspaceId}/members/{userId}")] HttpRequest request,
        string workspaceId,
        string userId)
    {
        if (!(await ManagedAsync(request, workspaceId, userId)).TryGet(out var target, out var refusal))
            return refusal.AsProblem();
        if (!(await request.ReadJsonAsync<MemberBody>()).TryGet(out var body, out var unreadable))
            return unreadable.AsProblem();
        WorkspaceRole? role = body.Role switch
        {
            "manager" => WorkspaceRole.Manager,
            "member" => WorkspaceRole.Member,
            _ => null,
        };
        if (role is null)
            return Refusal.Invalid("role", "Choose \"manager\" or \"member\".").AsProblem();
        var (person, cancellation) = (request.Person(), request.HttpContext.RequestAborted);
        while (true)
        {
            var before = await RoleOfAsync(person, target, cancellation);
            if (Stale(request, target.User, before) is { } changed)
                return changed.AsProblem();
            if (
                before == role
                || await workspaces.PutMemberAsync(
                    person.Organization,
                    new(target.Workspace, target.User, role.Value),
                    before,
                    person,
                    cancellation))
                return Answers.Resource(
                    request,
                    MemberView.Of(target.User, role.Value, await people.FindAsync(person.Organization, [target.User], cancellation)));
        }
    }

    [Function("DeleteMember")]
    [Requires(Need.Person)]
    [Summary("Take a member out")]
    [Answers(204, "They are no member now.")]
    [HonoursIfMatch]
    [Refuses("forbidden", "invalid")]
    public async Task<IResult> DeleteAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "api/workspaces/{workspaceId}/members/{userId}")] HttpRequest request,
        string workspaceId,
        string userId)
    {
        if (!(await ManagedAsync(request, workspaceId, userId)).TryGet(out var target, out var refusal))
            return refusal.AsProblem();
        var (person, cancellation) = (request.Person(), request.HttpContext.RequestAborted);
        while (true)
        {
            if (await RoleOfAsync(person, target, cancellation) is not { } before)
                return Refusal.NotFound("member").AsProblem();
            if (Stale(request, target.User, before) is { } changed)
                return changed.AsProblem();
            if (await workspaces.RemoveMemberAsync(person.Organization, new(target.Workspace, target.User, before), person, cancellation))
                return Results.NoContent();
        }
    }

    /// <summary>A membership that isn't there matches no <c>If-Match</c>.</summary>
    private static Refusal? Stale(HttpRequest request, UserId user, WorkspaceRole? role) => role is { } now
        ? Preconditions.Check(request, new MemberView(user, now, null, null), "membership")
        : request.Headers.IfMatch.Count > 0 ? Refusal.Changed("membership") : null;

    private async Task<WorkspaceRole?> RoleOfAsync(
        Person person,
        (WorkspaceId Workspace, UserId User) target,
        CancellationToken cancellation
    ) =>
        (await workspaces.MembershipsAsync(person.Organization, target.User, cancellation)).TryGetValue(target.Workspace, out var role)
            ? role
            : null;

    private async Task<Result<(WorkspaceId Workspace, UserId User), Refusal>> ManagedAsync(
        HttpRequest request,
        string workspaceId,
        string userId
    )
    {
        var person = request.Person();
        if (!(await workspaces.FindAsync(person, workspaceId, request.HttpContext.RequestAborted)).TryGet(out var found, out var unknown))
            return unknown;
        if (!person.MayManage(found.Value.Id))
            return Refusal.Forbidden("Only the workspace's managers and admins change who is in it.");
        return UserId.TryParse(userId, null, out var user)
            ? (found.Value.Id, user)
            : Refusal.Invalid("userId", "A user id of 1 to 128 printable characters was expected.");
    }
}
