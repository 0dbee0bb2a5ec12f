using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using ServerlessDrives.Events.Audit;
using ServerlessDrives.Http;
using ServerlessDrives.Http.Middleware;
using ServerlessDrives.Http.Repetition;

namespace ServerlessDrives.Events.Webhooks;

[NeedsFields("url")]
public sealed record CreateWebhookBody(string? Url, string? Description, IReadOnlyList<string>? Events);

/// <param name="WorksSince">Since when deliveries arrive; null before the first one.</param>
/// <param name="SigningSecret">Only in the answer that creates it.</param>
public sealed record WebhookView(
    WebhookId Id,
    Uri Url,
    string? Description,
    IReadOnlyList<string> Events,
    string Status,
    DateTimeOffset? WorksSince,
    DateTimeOffset? FailingSince,
    DateTimeOffset? DisabledAt,
    string? SigningSecret,
    UserId CreatedBy,
    DateTimeOffset CreatedAt)
{
    public static WebhookView Of(Webhook webhook, string? signingSecret = null)
    {
        ArgumentNullException.ThrowIfNull(webhook);
        return new(
            webhook.Id,
            webhook.Url,
            webhook.Description,
            webhook.Types,
            webhook.DisabledAt is not null ? "disabled"
                : webhook.FailingSince is not null ? "failing"
                : "active",
            webhook.WorksSince,
            webhook.FailingSince,
            webhook.DisabledAt,
            signingSecret,
            webhook.CreatedBy,
            webhook.CreatedAt);
    }
}

public sealed record WebhookTestView(string EventId);

/// <summary>An event on its way to a webhook.</summary>
/// <param name="Body">What is sent, a CloudEvent in JSON; of more than 16,384 characters only the beginning.</param>
/// <param name="BodyIsCut">Whether it is longer.</param>
public sealed record DeliveryView(
    DeliveryId Id,
    string EventId,
    string Type,
    string Subject,
    DeliveryStatus Status,
    int Tries,
    IReadOnlyList<DeliveryAttempt> Attempts,
    DateTimeOffset? NextAttemptAt,
    DateTimeOffset CreatedAt,
    string Body,
    bool BodyIsCut)
{
    public static DeliveryView Of(Delivery delivery)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        var (body, isCut) = EventBody.Shown(delivery.Event);
        return new(
            delivery.Id,
            delivery.Event.Id,
            delivery.Event.Type,
            delivery.Event.Subject,
            delivery.Status,
            delivery.Tries,
            delivery.Attempts,
            delivery.NextAttemptAt,
            delivery.CreatedAt,
            body,
            isCut);
    }
}

/// <summary>Webhooks over HTTP: an admin's business, since they hear of the whole organization.</summary>
[Section("Events")]
public sealed class WebhookTriggers(
    IWebhooks webhooks,
    WebhookFinder finder,
    WebhookKeys keys,
    IEvents events,
    Redelivery redelivery,
    EventOptions options,
    Idempotency idempotency,
    TimeProvider clock)
{
    [Function("ListWebhooks")]
    [Requires(Need.Admin)]
    [Summary("List webhooks")]
    [AnswersPage<WebhookView>("Without their signing secrets.")]
    public async Task<IResult> ListAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/webhooks")] HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!Paging.Of(request).TryGet(out var paging, out var refusal))
            return refusal.AsProblem();
        var page = await webhooks.ListAsync(request.Person().Organization, paging.Limit, paging.Cursor, request.HttpContext.RequestAborted);
        return Answers.List(page.Select(webhook => WebhookView.Of(webhook)));
    }

    [Function("CreateWebhook")]
    [Requires(Need.Admin)]
    [Summary("Add a webhook", Detail = "The answer is the only place where its signing secret is ever seen.")]
    [Reads<CreateWebhookBody>]
    [Answers<WebhookView>(201, "The webhook with its signing secret.")]
    [HonoursIdempotencyKey]
    public Task<IResult> CreateAsync([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/webhooks")] HttpRequest request) =>
        idempotency.OnceAsync<CreateWebhookBody>(
            request,
            async body =>
            {
                var (person, cancellation) = (request.Person(), request.HttpContext.RequestAborted);
                var form = new FormReader();
                var url = UrlOf(form, body.Url);
                var unknown = (body.Events ?? []).Where(type => !EventTypes.Subscribable.Contains(type)).ToList();
                if (unknown.Count > 0)
                    form.Refuse<string>(
                        "events",
                        $"{string.Join(", ", unknown)} is not an event. Known are {string.Join(", ", EventTypes.Subscribable)}; leave " +
                        "it out for all."
                    );
                if (body.Description is { Length: > 200 })
                    form.Refuse<string>("description", "At most 200 characters.");
                if (!form.IsValid)
                    return form.Refusal.AsProblem();

                var operation = request.Operation();
                var (webhook, key) = await keys.CreateAsync(
                    operation.IdOf<WebhookId>(),
                    person.Organization,
                    (name, version) => new()
                    {
                        Id = operation.IdOf<WebhookId>(),
                        Organization = person.Organization,
                        Url = url!,
                        Description = body.Description,
                        Types = body.Events ?? [],
                        Secret = name,
                        SecretVersion = version,
                        CreatedBy = person.Id,
                        CreatedAt = clock.GetUtcNow(),
                    },
                    cancellation);
                request.HttpContext.Response.Headers.CacheControl = "no-store";
                return Results.Json(WebhookView.Of(webhook, key.Reveal()), Json.Options, statusCode: StatusCodes.Status201Created);
            });

    [Function("DeleteWebhook")]
    [Requires(Need.Person)]
    [Summary("Delete a webhook")]
    [Answers(204, "Nothing is sent there any more.")]
    [Refuses("forbidden")]
    public async Task<IResult> DeleteAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "api/webhooks/{webhookId}")] HttpRequest request,
        string webhookId)
    {
        ArgumentNullException.ThrowIfNull(request);
        while (true)
        {
            if (!(await FindAsync(request, webhookId)).TryGet(out var found, out var unknown))
                return unknown.AsProblem();
            if (await keys.DeleteAsync(found, request.Person().Id, request.HttpContext.RequestAborted))
                return Results.NoContent();
        }
    }

    [Function("TestWebhook")]
    [Requires(Need.Person)]
    [Summary("Send a test event")]
    [Answers<WebhookTestView>(202, "It is on its way.")]
    [Refuses("forbidden")]
    public async Task<IResult> TestAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/webhooks/{webhookId}/test")] HttpRequest request,
        string webhookId)
    {
        if (!(await FindAsync(request, webhookId)).TryGet(out var found, out var unknown))
            return unknown.AsProblem();
        var now = clock.GetUtcNow();
        var test = new ProductEvent(
            $"test-{Guid.NewGuid():N}",
            found.Value.Organization,
            EventTypes.Test,
            found.Value.Id.Value,
            now,
            new JsonObject { ["message"] = "This is a test.", ["askedBy"] = request.Person().Id.Value });
        var record = WebhookAuditRecords.Tested(request.Person().Id, test);
        await events.TellAsync(test, found.Value.Id, record, request.HttpContext.RequestAborted);
        return Results.Json(new WebhookTestView(test.Id), Json.Options, statusCode: StatusCodes.Status202Accepted);
    }

    [Function("ListWebhookDeliveries")]
    [Requires(Need.Person)]
    [Summary("What went to a webhook")]
    [AnswersPage<DeliveryView>("The newest first.")]
    [Query<DeliveryStatus>("status", "Only those; dead for the ones that were given up.")]
    [Refuses("forbidden", "invalid")]
    public async Task<IResult> DeliveriesAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/webhooks/{webhookId}/deliveries")] HttpRequest request,
        string webhookId)
    {
        if (!(await FindAsync(request, webhookId)).TryGet(out var found, out var unknown))
            return unknown.AsProblem();
        if (!Paging.Of(request).TryGet(out var paging, out var refusal))
            return refusal.AsProblem();
        if (!ListQuery.Word<DeliveryStatus>(request, "status").TryGet(out var status, out var wrong))
            return wrong.AsProblem();
        var page = await webhooks.DeliveriesAsync(
            found.Value.Organization,
            found.Value.Id,
            new(status.Chosen, null),
            paging.Limit,
            paging.Cursor,
            request.HttpContext.RequestAborted);
        return Answers.List(page.Select(DeliveryView.Of));
    }

    [Function("RedeliverWebhookEvent")]
    [Requires(Need.Person)]
    [Summary("Send an event again")]
    [Answers<DeliveryView>(202, "It is due now.")]
    [Refuses("forbidden")]
    public async Task<IResult> RedeliverAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/webhooks/{webhookId}/deliveries/{deliveryId}/redeliver")]
            HttpRequest request,
        string webhookId,
        string deliveryId)
    {
        if (!(await FindAsync(request, webhookId)).TryGet(out var found, out var unknown))
            return unknown.AsProblem();
        var asked = await redelivery.AskAsync(
            request.Person(),
            found.Value.Id,
            deliveryId,
            subject: null,
            request.HttpContext.RequestAborted);
        return asked.Answer(delivery => Results.Json(DeliveryView.Of(delivery), Json.Options, statusCode: StatusCodes.Status202Accepted));
    }

    private Uri? UrlOf(FormReader form, string? text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.UserInfo.Length > 0)
            return form.Refuse<Uri>("url", "An absolute https URL without a user name was expected.");
        if (url.Scheme != Uri.UriSchemeHttps && !(options.AllowPrivateTargets && url.Scheme == Uri.UriSchemeHttp))
            return form.Refuse<Uri>("url", "Events are sent over https only.");
        return options.AllowPrivateTargets || PublicAddresses.IsPublicHost(url)
            ? url
            : form.Refuse<Uri>(
                "url",
                "Events are sent to public addresses only: to a name that DNS knows everywhere, or to a public IP address.");
    }

    private Task<Result<Versioned<Webhook>, Refusal>> FindAsync(HttpRequest request, string webhookId) =>
        finder.FindAsync(request.Person(), webhookId, request.HttpContext.RequestAborted);
}
