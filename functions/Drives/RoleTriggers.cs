using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using ServerlessDrives.Access;
using ServerlessDrives.Access.Policies;
using ServerlessDrives.Http;
using ServerlessDrives.Http.Middleware;
using ServerlessDrives.Http.Repetition;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Drives;

/// <param name="Partition">Whose principal of ours the role is to trust; needed where there are several.</param>
/// <param name="SessionTags">Whether the trust policy allows <c>sts:TagSession</c>.</param>
[NeedsFields("audience")]
public sealed record CreateRoleBody(AudienceBody? Audience, string? DisplayName, string? Partition, bool? SessionTags);

/// <param name="Id"><c>drv_…</c> or <c>con_…</c>.</param>
public sealed record RoleUseView(string Id, string DisplayName);

/// <summary>A role as the API shows it.</summary>
/// <param name="UsedBy">The drives and open connections that use it, of those that the person may see.</param>
public sealed record RoleView(
    RoleId Id,
    Audience Audience,
    string? DisplayName,
    string? RoleArn,
    string ExternalId,
    JsonObject? TrustPolicy,
    IamRoleStatus Status,
    IReadOnlyList<RoleUseView> UsedBy,
    UserId CreatedBy,
    DateTimeOffset CreatedAt);

/// <summary>Roles over HTTP: create ahead of any drive, list, read, delete.</summary>
[Section("Roles")]
public sealed class RoleTriggers(IRoles roles, IWorkspaces workspaces, IPrincipals principals, Idempotency idempotency, TimeProvider clock)
{
    /// <summary>How often a deletion begins anew because the role changed under it.</summary>
    private const int LostRaces = 5;

    [Function("ListRoles")]
    [Requires(Need.Person)]
    [Summary("List roles")]
    [AnswersPage<RoleView>("Roles that you may see.")]
    [Query<WorkspaceId>("workspaceId", "Only those that a drive of this workspace may use.")]
    [Refuses("not-found", "invalid")]
    public async Task<IResult> ListAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/roles")] HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var (person, cancellation) = (request.Person(), request.HttpContext.RequestAborted);
        if (!Paging.Of(request).TryGet(out var paging, out var refusal))
            return refusal.AsProblem();
        if (!(await ListQuery.AudiencesAsync(request, person, workspaces)).TryGet(out var audiences, out var unknown))
            return unknown.AsProblem();
        var page = await roles.ListAsync(person.Organization, audiences.Chosen, paging.Limit, paging.Cursor, cancellation);
        var views = new List<RoleView>(page.Items.Count);
        foreach (var role in page.Items)
            views.Add(await ViewAsync(person, role, cancellation));
        return Answers.List(new Page<RoleView>(views, page.NextCursor));
    }

    [Function("CreateRole")]
    [Requires(Need.Person)]
    [Summary("Add a role ahead of any drive")]
    [Reads<CreateRoleBody>]
    [Answers<RoleView>(201, "The role with its external ID and trust policy.", ETag = true, Location = true)]
    [HonoursIdempotencyKey]
    [Refuses("forbidden", "not-found")]
    public Task<IResult> CreateAsync([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/roles")] HttpRequest request) =>
        idempotency.OnceAsync<CreateRoleBody>(request, async body =>
        {
            var (person, cancellation) = (request.Person(), request.HttpContext.RequestAborted);
            var form = new FormReader();
            var audience = AudienceBody.Read(form, body.Audience);
            var name = body.DisplayName is null ? null : form.Read("displayName", DisplayName.Parse(body.DisplayName));
            var partition = Partitions.Read(form, "partition", body.Partition, principals);
            if (!form.IsValid)
                return form.Refusal.AsProblem();
            if (!person.MaySee(audience!))
                return Refusal.NotFound("workspace").AsProblem();
            if (!person.MayConnect(audience!))
                return Refusal.Forbidden("Only admins add roles for the whole organization.").AsProblem();
            var role = new IamRole
            {
                Id = request.Operation().IdOf<RoleId>(),
                Organization = person.Organization,
                Audience = audience!,
                DisplayName = name?.Value,
                ExternalId = ExternalId.New(),
                Partition = partition!,
                SessionTags = body.SessionTags ?? false,
                CreatedBy = person.Id,
                CreatedAt = clock.GetUtcNow(),
            };
            if (!await roles.CreateAsync(role, person, cancellation))
            {
                // Repeated, because the first answer was lost.
                if (await roles.FindAsync(person.Organization, role.Id, cancellation) is not { } created)
                    return Refusal.NotFound("workspace").AsProblem();
                role = created.Value;
            }

            return Answers.Resource(
                request,
                await ViewAsync(person, role, cancellation),
                StatusCodes.Status201Created,
                $"/api/roles/{role.Id}"
            );
        });

    [Function("GetRole")]
    [Requires(Need.Person)]
    [Summary("Read a role")]
    [AnswersResource<RoleView>("The role.")]
    public async Task<IResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/roles/{roleId}")] HttpRequest request,
        string roleId)
    {
        ArgumentNullException.ThrowIfNull(request);
        return (await FindAsync(request, roleId)).TryGet(out var role, out var refusal)
            ? Answers.Resource(request, await ViewAsync(request.Person(), role.Value, request.HttpContext.RequestAborted))
            : refusal.AsProblem();
    }

    [Function("DeleteRole")]
    [Requires(Need.Person)]
    [Summary("Delete a role")]
    [Answers(204, "It is gone.")]
    [HonoursIfMatch]
    [Refuses("forbidden", "role-in-use")]
    public async Task<IResult> DeleteAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "api/roles/{roleId}")] HttpRequest request,
        string roleId)
    {
        ArgumentNullException.ThrowIfNull(request);
        var (person, cancellation) = (request.Person(), request.HttpContext.RequestAborted);
        for (var tries = 0; tries < LostRaces; tries++)
        {
            if (!(await FindAsync(request, roleId)).TryGet(out var role, out var refusal))
                return refusal.AsProblem();
            if (!person.MayConnect(role.Value.Audience))
                return Refusal.Forbidden("Only admins delete the organization's roles.").AsProblem();
            var view = await ViewAsync(person, role.Value, cancellation);
            if (Preconditions.Check(request, view, "role") is { } changed)
                return changed.AsProblem();
            if (view.UsedBy.Count > 0)
            {
                return (
                    Refusal.Conflict(
                        "role-in-use",
                        $"The role is in use by {string.Join(", ", view.UsedBy.Select(use => use.DisplayName))}."
                    ) with
                    {
                        Extensions = new Dictionary<string, object> { ["usedBy"] = view.UsedBy },
                    }
                ).AsProblem();
            }

            if (await roles.DeleteAsync(role, person, cancellation))
                return Results.NoContent();
        }

        return Refusal.Conflict("role-in-use", "Something that you may not see uses the role.").AsProblem();
    }

    private async Task<Result<Versioned<IamRole>, Refusal>> FindAsync(HttpRequest request, string roleId)
    {
        var person = request.Person();
        return RoleId.TryParse(roleId, out var id)
            && await roles.FindAsync(person.Organization, id, request.HttpContext.RequestAborted) is { } role
            && person.MaySee(role.Value.Audience)
                ? role
                : Refusal.NotFound("role");
    }

    private async Task<RoleView> ViewAsync(Person person, IamRole role, CancellationToken cancellation) =>
        new(
            role.Id,
            role.Audience,
            role.DisplayName,
            role.Arn?.ToString(),
            role.ExternalId.ToString(),
            principals.For(role.Partition) is { } principal ? TrustPolicy.For(principal, role.ExternalId, role.SessionTags).ToJson() : null,
            role.Status,
            [
                .. (await roles.UsesAsync(person.Organization, role.Id, cancellation))
                    .Where(use => person.MaySee(use.Audience))
                    .Select(use => new RoleUseView(use.Id, use.DisplayName)),
            ],
            role.CreatedBy,
            role.CreatedAt);
}
