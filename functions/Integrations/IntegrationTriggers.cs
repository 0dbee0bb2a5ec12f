using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using ServerlessDrives.Drives;
using ServerlessDrives.Events;
using ServerlessDrives.Events.Webhooks;
using ServerlessDrives.Http;
using ServerlessDrives.Http.Middleware;
using ServerlessDrives.Http.Repetition;
using ServerlessDrives.Integrations.Upstreams;

namespace ServerlessDrives.Integrations;

/// <summary>Integrations over HTTP.</summary>
[Section("Integrations")]
public sealed class IntegrationTriggers(
    IIntegrations integrations,
    IUpstreamState state,
    IntegrationForms forms,
    IntegrationFinder finder,
    IntegrationRemoval removal,
    DriveFinder drives,
    FirstLook firstLook,
    IWebhooks webhooks,
    IntegrationViews views,
    Redelivery redelivery,
    Idempotency idempotency)
{
    [Function("ListIntegrations")]
    [Requires(Need.Person)]
    [Summary("List integrations")]
    [AnswersPage<IntegrationView>("Integrations that you may see.")]
    [Query<DriveId>("driveId", "Only those on this drive.")]
    [Refuses("invalid")]
    public async Task<IResult> ListAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/integrations")] HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var person = request.Person();
        if (!Paging.Of(request).TryGet(out var paging, out var refusal))
            return refusal.AsProblem();
        if (!ListQuery.Id<DriveId>(request, "driveId").TryGet(out var drive, out var wrong))
            return wrong.AsProblem();
        var page = await integrations.ListAsync(
            person.Organization,
            person.Audiences,
            drive.Chosen,
            paging.Limit,
            paging.Cursor,
            request.HttpContext.RequestAborted);
        return Answers.List(
            new Page<IntegrationView>(await views.OfAsync(page.Items, request.HttpContext.RequestAborted), page.NextCursor));
    }

    [Function("CreateIntegration")]
    [Requires(Need.Person)]
    [Summary(
        "Add an integration",
        Detail = "An upstream tells its webhook of each file version that comes to the folder from now on and matches the pattern: * " +
            "and ? within a name, ** for any number of folders. "
            + "It looks at the folder at intervals and, where the bucket keeps versions and the drive may list them " +
                "(s3:ListBucketVersions), sees all of them; otherwise a version that is "
            + "overwritten before the next look is not told of. S3's own notifications can be set up besides: see its setup. "
            + "With backfill, it also tells once of each matching file that is there already, in the order of their names.")]
    [Reads<IntegrationBody>]
    [Answers<IntegrationView>(201, "The integration.", ETag = true, Location = true)]
    [HonoursIdempotencyKey]
    [Refuses("forbidden")]
    public Task<IResult> CreateAsync([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/integrations")] HttpRequest request) =>
        idempotency.OnceAsync<IntegrationBody>(request, async body =>
        {
            var (person, cancellation) = (request.Person(), request.HttpContext.RequestAborted);
            var operation = request.Operation();
            if (
                operation.IsRepeated
                && await integrations.FindAsync(person.Organization, operation.IdOf<IntegrationId>(), cancellation) is { } created
            )
                return await CreatedAsync(created.Value);
            if (
                !(await forms.ReadAsync(person, body, operation.IdOf<IntegrationId>(), operation.BegunAt, cancellation)).TryGet(
                    out var integration,
                    out var refusal
                )
            )
                return refusal.AsProblem();
            if (!person.MayConnect(integration.Audience))
                return Refusal.Forbidden("Only admins make integrations on the organization's drives.").AsProblem();
            Beginning? beginning = null;
            if (integration.Kind is IntegrationKind.Upstream)
            {
                if (!(await drives.FindAsync(person, integration.Drive!.Value.Value, cancellation)).TryGet(out var drive, out var gone))
                    return gone.AsProblem();
                beginning = await firstLook.AtCreationAsync(integration, drive, cancellation);
            }

            var record = IntegrationAuditRecords.Created(person.Id, integration);
            if (!await integrations.CreateAsync(integration, beginning, record, cancellation))
                integration = (await integrations.FindAsync(person.Organization, integration.Id, cancellation))?.Value ?? integration;
            return await CreatedAsync(integration);

            async Task<IResult> CreatedAsync(Integration made) =>
                Answers.Resource(
                    request,
                    await views.OfAsync(made, cancellation),
                    StatusCodes.Status201Created,
                    $"/api/integrations/{made.Id}"
                );
        });

    [Function("GetIntegration")]
    [Requires(Need.Person)]
    [Summary("Read an integration")]
    [AnswersResource<IntegrationView>("The integration.")]
    public async Task<IResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/integrations/{integrationId}")] HttpRequest request,
        string integrationId)
    {
        ArgumentNullException.ThrowIfNull(request);
        return (await finder.FindAsync(request.Person(), integrationId, request.HttpContext.RequestAborted)).TryGet(
            out var found,
            out var unknown)
            ? Answers.Resource(request, await views.OfAsync(found.Value, request.HttpContext.RequestAborted))
            : unknown.AsProblem();
    }

    [Function("ChangeIntegration")]
    [Requires(Need.Person)]
    [Summary("Change an integration")]
    [Reads<ChangeIntegrationBody>]
    [Answers<IntegrationView>(200, "The integration as it is now.", ETag = true)]
    [HonoursIfMatch]
    [Refuses("forbidden")]
    public async Task<IResult> ChangeAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = "api/integrations/{integrationId}")] HttpRequest request,
        string integrationId)
    {
        if (!(await FindToChangeAsync(request, integrationId)).TryGet(out var found, out var unknown))
            return unknown.AsProblem();
        if (!(await request.ReadJsonAsync<ChangeIntegrationBody>()).TryGet(out var body, out var unreadable))
            return unreadable.AsProblem();
        if (
            !(await forms.ChangeAsync(request.Person(), found.Value, body, request.HttpContext.RequestAborted)).TryGet(
                out var changed,
                out var invalid))
            return invalid.AsProblem();
        if (changed is { Kind: IntegrationKind.Upstream, Drive: { } driveId } && changed.Folder != found.Value.Folder)
        {
            if (
                !(await drives.FindAsync(request.Person(), driveId.Value, request.HttpContext.RequestAborted)).TryGet(
                    out var drive,
                    out var gone))
                return gone.AsProblem();
            await state.AddSeenAsync(
                changed.Id,
                await firstLook.AtMoveAsync(changed, drive, request.HttpContext.RequestAborted),
                request.HttpContext.RequestAborted);
        }

        return
            await integrations.SaveAsync(
                found.With(changed),
                IntegrationAuditRecords.Changed(request.Person().Id, found.Value, changed),
                request.HttpContext.RequestAborted)
                is { } saved
            ? Answers.Resource(request, await views.OfAsync(saved.Value, request.HttpContext.RequestAborted))
            : Refusal.Changed("integration").AsProblem();
    }

    [Function("DeleteIntegration")]
    [Requires(Need.Person)]
    [Summary("Delete an integration")]
    [Answers(204, "It is gone.")]
    [HonoursIfMatch]
    [Refuses("forbidden")]
    public async Task<IResult> DeleteAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "api/integrations/{integrationId}")] HttpRequest request,
        string integrationId)
    {
        ArgumentNullException.ThrowIfNull(request);
        while (true)
        {
            if (!(await FindToChangeAsync(request, integrationId)).TryGet(out var found, out var unknown))
                return unknown.AsProblem();
            if (await removal.RemoveAsync(found, request.Person().Id, request.HttpContext.RequestAborted))
                return Results.NoContent();
        }
    }

    [Function("ListIntegrationDeliveries")]
    [Requires(Need.Person)]
    [Summary("What an integration sent")]
    [AnswersPage<DeliveryView>("The newest first.")]
    [Query<DeliveryStatus>("status", "Only those; dead for the ones that were given up.")]
    [Refuses("invalid")]
    public async Task<IResult> DeliveriesAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/integrations/{integrationId}/deliveries")] HttpRequest request,
        string integrationId)
    {
        ArgumentNullException.ThrowIfNull(request);
        var (person, cancellation) = (request.Person(), request.HttpContext.RequestAborted);
        if (!(await finder.FindAsync(person, integrationId, cancellation)).TryGet(out var found, out var unknown))
            return unknown.AsProblem();
        if (!Paging.Of(request).TryGet(out var paging, out var refusal))
            return refusal.AsProblem();
        if (!ListQuery.Word<DeliveryStatus>(request, "status").TryGet(out var status, out var wrong))
            return wrong.AsProblem();
        if (found.Value.Webhook is not { } webhook)
            return Answers.List(new Page<DeliveryView>([], null));
        var page = await webhooks.DeliveriesAsync(
            person.Organization,
            webhook,
            new(status.Chosen, found.Value.Id.Value),
            paging.Limit,
            paging.Cursor,
            cancellation);
        return Answers.List(page.Select(DeliveryView.Of));
    }

    [Function("RedeliverIntegrationEvent")]
    [Requires(Need.Person)]
    [Summary("Send an event again")]
    [Answers<DeliveryView>(202, "It is due now.")]
    [HonoursIfMatch]
    [Refuses("forbidden")]
    public async Task<IResult> RedeliverAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/integrations/{integrationId}/deliveries/{deliveryId}/redeliver")]
            HttpRequest request,
        string integrationId,
        string deliveryId)
    {
        if (!(await FindToChangeAsync(request, integrationId)).TryGet(out var found, out var unknown))
            return unknown.AsProblem();
        if (found.Value.Webhook is not { } webhook)
            return Refusal.NotFound("delivery").AsProblem();
        var asked = await redelivery.AskAsync(
            request.Person(),
            webhook,
            deliveryId,
            found.Value.Id.Value,
            request.HttpContext.RequestAborted);
        return asked.Answer(delivery => Results.Json(DeliveryView.Of(delivery), Json.Options, statusCode: StatusCodes.Status202Accepted));
    }

    private async Task<Result<Versioned<Integration>, Refusal>> FindToChangeAsync(HttpRequest request, string integrationId)
    {
        var person = request.Person();
        if (!(await finder.FindAsync(person, integrationId, request.HttpContext.RequestAborted)).TryGet(out var found, out var unknown))
            return unknown;
        if (!person.MayConnect(found.Value.Audience))
            return Refusal.Forbidden("Only admins change integrations on the organization's drives.");
        return
            Preconditions.Check(request, await views.OfAsync(found.Value, request.HttpContext.RequestAborted), "integration") is { } changed
            ? changed
            : found;
    }
}
