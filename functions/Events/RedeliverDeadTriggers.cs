using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using ServerlessDrives.Events.Webhooks;
using ServerlessDrives.Http;
using ServerlessDrives.Http.Middleware;
using ServerlessDrives.Http.Repetition;

namespace ServerlessDrives.Events;

/// <summary><c>POST /api/webhooks/{webhookId}/deliveries/redeliver</c>: all dead letters of a webhook.</summary>
[Section("Events")]
public sealed class RedeliverDeadTriggers(WebhookFinder finder, RedeliverDead redeliver, Idempotency idempotency)
{
    [Function("RedeliverDeadWebhookEvents")]
    [Requires(Need.Person)]
    [Summary("Send all dead letters again", Detail = RedeliverDead.Described)]
    [Answers<RequeuedView>(202, "They are queued, in the order of the events.")]
    [HonoursIdempotencyKey]
    [Refuses("forbidden")]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/webhooks/{webhookId}/deliveries/redeliver")] HttpRequest request,
        [DurableClient] DurableTaskClient durable,
        string webhookId
    ) =>
        idempotency.OnceAsync(
            request,
            async () =>
            {
                var (person, operation, cancellation) = (request.Person(), request.Operation(), request.HttpContext.RequestAborted);
                if (!(await finder.FindAsync(person, webhookId, cancellation)).TryGet(out var found, out var unknown))
                    return unknown.AsProblem();
                var asked = new RedeliverDeadInput(person.Organization, found.Value.Id, Subject: null, person.Id, operation.BegunAt);
                var queued = await redeliver.AskAsync(durable, operation.Id, asked, cancellation);
                return Results.Json(queued, Json.Options, statusCode: StatusCodes.Status202Accepted);
            });
}
