using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using ServerlessDrives.Events;
using ServerlessDrives.Http;
using ServerlessDrives.Http.Middleware;
using ServerlessDrives.Http.Repetition;

namespace ServerlessDrives.Integrations;

/// <summary><c>POST /api/integrations/{integrationId}/deliveries/redeliver</c>: all dead letters of an upstream.</summary>
[Section("Integrations")]
public sealed class RedeliverDeadTriggers(IntegrationFinder finder, RedeliverDead redeliver, Idempotency idempotency)
{
    [Function("RedeliverDeadIntegrationEvents")]
    [Requires(Need.Person)]
    [Summary("Send all dead letters again", Detail = RedeliverDead.Described)]
    [Answers<RequeuedView>(202, "They are queued, in the order of the events.")]
    [HonoursIdempotencyKey]
    [Refuses("forbidden", "not-upstream")]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/integrations/{integrationId}/deliveries/redeliver")]
            HttpRequest request,
        [DurableClient] DurableTaskClient durable,
        string integrationId
    ) =>
        idempotency.OnceAsync(
            request,
            async () =>
            {
                var (person, operation, cancellation) = (request.Person(), request.Operation(), request.HttpContext.RequestAborted);
                if (!(await finder.FindUpstreamToChangeAsync(person, integrationId, cancellation)).TryGet(out var found, out var refusal))
                    return refusal.AsProblem();
                var (integration, webhook) = (found.Value, found.Value.Webhook!.Value);
                var asked = new RedeliverDeadInput(person.Organization, webhook, integration.Id.Value, person.Id, operation.BegunAt);
                var queued = await redeliver.AskAsync(durable, operation.Id, asked, cancellation);
                return Results.Json(queued, Json.Options, statusCode: StatusCodes.Status202Accepted);
            });
}
