using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using ServerlessDrives.Http;
using ServerlessDrives.Http.Middleware;
using ServerlessDrives.Http.Repetition;

namespace ServerlessDrives.Workspaces;

/// <param name="Id">What the workspace is called in URLs, behind <c>ws_</c>; made up when left out.</param>
[NeedsFields("name")]
public sealed record CreateWorkspaceBody(string? Name, string? Id);

[NeedsFields("name")]
public sealed record RenameWorkspaceBody(string? Name);

/// <param name="Role">What the person who asks is in it; null for an admin who is no member.</param>
public sealed record WorkspaceView(WorkspaceId Id, string Name, WorkspaceRole? Role, DateTimeOffset CreatedAt)
{
    public static WorkspaceView Of(Workspace workspace, Person person)
    {
        ArgumentNullException.ThrowIfNull(workspace);
        ArgumentNullException.ThrowIfNull(person);
        return new(
            workspace.Id,
            workspace.Name,
            person.Workspaces.TryGetValue(workspace.Id, out var role) ? role : null,
            workspace.CreatedAt);
    }
}

/// <summary>Workspaces over HTTP.</summary>
[Section("People")]
public sealed class WorkspaceTriggers(IWorkspaces workspaces, IEnumerable<IWorkspaceContents> contents, Idempotency idempotency)
{
    [Function("ListWorkspaces")]
    [Requires(Need.Person)]
    [Summary("List workspaces")]
    [AnswersPage<WorkspaceView>("Workspaces that you may see.")]
    public async Task<IResult> ListAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/workspaces")] HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var person = request.Person();
        if (!Paging.Of(request).TryGet(out var paging, out var refusal))
            return refusal.AsProblem();
        var page = await workspaces.ListAsync(person, paging.Limit, paging.Cursor, request.HttpContext.RequestAborted);
        return Answers.List(page.Select(workspace => WorkspaceView.Of(workspace, person)));
    }

    [Function("CreateWorkspace")]
    [Requires(Need.Admin)]
    [Summary("Add a workspace")]
    [Reads<CreateWorkspaceBody>]
    [Answers<WorkspaceView>(201, "The workspace.", ETag = true, Location = true)]
    [HonoursIdempotencyKey]
    [Refuses("workspace-exists")]
    public Task<IResult> CreateAsync([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/workspaces")] HttpRequest request) =>
        idempotency.OnceAsync<CreateWorkspaceBody>(
            request,
            async body =>
            {
                var person = request.Person();
                if (!NameOf(body.Name).TryGet(out var name, out var invalid))
                    return invalid.AsProblem();
                var operation = request.Operation();
                var id = operation.IdOf<WorkspaceId>();
                if (body.Id is not null && !Identifier.TryParse(body.Id, out id))
                    return Refusal.Invalid("id", "A workspace's id is ws_ and 1 to 64 of a–z, 0–9 and -.").AsProblem();
                var workspace = new Workspace(id, person.Organization, name, operation.BegunAt);
                // One of the same id and moment is this one, created by a request whose answer was lost.
                if (
                    !await workspaces.CreateAsync(workspace, person, request.HttpContext.RequestAborted)
                    && (await workspaces.FindAsync(person.Organization, id, request.HttpContext.RequestAborted))?.Value.CreatedAt
                        != workspace.CreatedAt)
                    return Refusal
                        .Conflict(
                            "workspace-exists",
                            $"There is a workspace {id} already, or there was one; ids are not given again. Choose another, or leave " +
                            "it out."
                        )
                        .AsProblem();
                return Answers.Resource(
                    request,
                    WorkspaceView.Of(workspace, person),
                    StatusCodes.Status201Created,
                    $"/api/workspaces/{id}");
            });

    [Function("GetWorkspace")]
    [Requires(Need.Person)]
    [Summary("Read a workspace")]
    [AnswersResource<WorkspaceView>("The workspace.")]
    public async Task<IResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/workspaces/{workspaceId}")] HttpRequest request,
        string workspaceId)
    {
        ArgumentNullException.ThrowIfNull(request);
        return (await workspaces.FindAsync(request.Person(), workspaceId, request.HttpContext.RequestAborted)).Answer(
            workspace => Answers.Resource(request, WorkspaceView.Of(workspace.Value, request.Person())));
    }

    [Function("RenameWorkspace")]
    [Requires(Need.Person)]
    [Summary("Rename a workspace")]
    [Reads<RenameWorkspaceBody>]
    [Answers<WorkspaceView>(200, "The workspace as it is now.", ETag = true)]
    [HonoursIfMatch]
    [Refuses("forbidden")]
    public async Task<IResult> RenameAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = "api/workspaces/{workspaceId}")] HttpRequest request,
        string workspaceId)
    {
        ArgumentNullException.ThrowIfNull(request);
        var (person, cancellation) = (request.Person(), request.HttpContext.RequestAborted);
        string? name = null;
        while (true)
        {
            if (!(await workspaces.FindAsync(person, workspaceId, cancellation)).TryGet(out var found, out var unknown))
                return unknown.AsProblem();
            if (!person.MayManage(found.Value.Id))
                return Refusal.Forbidden("Only the workspace's managers and admins rename it.").AsProblem();
            if (Preconditions.Check(request, WorkspaceView.Of(found.Value, person), "workspace") is { } changed)
                return changed.AsProblem();
            if (name is null)
            {
                if (!(await request.ReadJsonAsync<RenameWorkspaceBody>()).TryGet(out var body, out var unreadable))
                    return unreadable.AsProblem();
                if (!NameOf(body.Name).TryGet(out name, out var invalid))
                    return invalid.AsProblem();
            }

            // Something may have come into the workspace meanwhile, which touches its row and is no reason not to rename it.
            if (await workspaces.RenameAsync(found, name, person, cancellation) is { } renamed)
                return Answers.Resource(request, WorkspaceView.Of(renamed.Value, person));
        }
    }

    [Function("DeleteWorkspace")]
    [Requires(Need.Person)]
    [Summary("Delete a workspace")]
    [Answers(204, "It is gone.")]
    [HonoursIfMatch]
    [Refuses("forbidden", "workspace-not-empty")]
    public async Task<IResult> DeleteAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "api/workspaces/{workspaceId}")] HttpRequest request,
        string workspaceId)
    {
        ArgumentNullException.ThrowIfNull(request);
        var (person, cancellation) = (request.Person(), request.HttpContext.RequestAborted);
        while (true)
        {
            if (!(await workspaces.FindAsync(person, workspaceId, cancellation)).TryGet(out var found, out var unknown))
                return unknown.AsProblem();
            if (!person.IsAdmin)
                return Refusal.Forbidden("Only admins of the organization delete workspaces.").AsProblem();
            if (Preconditions.Check(request, WorkspaceView.Of(found.Value, person), "workspace") is { } changed)
                return changed.AsProblem();
            if (await LeftInAsync(found.Value, cancellation) is { Count: > 0 } left)
            {
                return (
                    Refusal.Conflict(
                        "workspace-not-empty",
                        $"The workspace still has {string.Join(", ", left.Values)}. Remove them first."
                    ) with
                    {
                        Extensions = new Dictionary<string, object>
                        {
                            ["usedBy"] = left.Select(pair => new { id = pair.Key, displayName = pair.Value }).ToList(),
                        },
                    }
                ).AsProblem();
            }

            if (await workspaces.DeleteAsync(found, person, cancellation))
                return Results.NoContent();
        }
    }

    private async Task<Dictionary<string, string>> LeftInAsync(Workspace workspace, CancellationToken cancellation)
    {
        var left = new Dictionary<string, string>();
        foreach (var content in contents)
        {
            foreach (var (id, name) in await content.OfAsync(workspace.Organization, workspace.Id, cancellation))
                left[id] = name;
        }

        return left;
    }

    private static Result<string, Refusal> NameOf(string? text) =>
        VisibleText.Read("name", text, Workspace.MaxNameLength, "the workspace");
}

/// <summary>Finds workspaces for people; a foreign one is as unknown as one that isn't there.</summary>
public static class WorkspaceFinding
{
    public static async Task<Result<Versioned<Workspace>, Refusal>> FindAsync(
        this IWorkspaces workspaces,
        Person person,
        string? workspaceId,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(workspaces);
        ArgumentNullException.ThrowIfNull(person);
        return
            WorkspaceId.TryParse(workspaceId, out var id)
            && person.MaySee(id)
            && await workspaces.FindAsync(person.Organization, id, cancellation) is { } found
            ? found
            : Refusal.NotFound("workspace");
    }

    /// <summary>The workspaces that the person may see, in the order of their ids: all for an admin, else their own.</summary>
    public static async Task<Page<Workspace>> ListAsync(
        this IWorkspaces workspaces,
        Person person,
        int limit,
        string? cursor,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(workspaces);
        ArgumentNullException.ThrowIfNull(person);
        if (person.IsAdmin)
            return await workspaces.ListAsync(person.Organization, limit, cursor, cancellation);
        var own = new List<Workspace>();
        foreach (
            var id in person
                .Workspaces.Keys.Where(id => string.CompareOrdinal(id.Value, cursor) > 0)
                .OrderBy(id => id.Value, StringComparer.Ordinal))
        {
            if (await workspaces.FindAsync(person.Organization, id, cancellation) is not { Value: var workspace })
                continue;
            if (own.Count == limit)
                return new(own, own[^1].Id.Value);
            own.Add(workspace);
        }

        return new(own, null);
    }
}
