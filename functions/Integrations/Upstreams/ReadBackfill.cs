using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using ServerlessDrives.Http;
using ServerlessDrives.Http.Middleware;

namespace ServerlessDrives.Integrations.Upstreams;

/// <summary><c>GET /api/integrations/{integrationId}/backfill</c>: how far the telling of what was there has come.</summary>
[Section("Integrations")]
public sealed class ReadBackfill(IntegrationFinder finder, IUpstreamState state)
{
    [Function("GetBackfill")]
    [Requires(Need.Person)]
    [Summary("How far an integration's backfill is")]
    [AnswersResource<BackfillView>("The telling of what was there when the integration was made.")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/integrations/{integrationId}/backfill")] HttpRequest request,
        string integrationId)
    {
        ArgumentNullException.ThrowIfNull(request);
        var cancellation = request.HttpContext.RequestAborted;
        if (!(await finder.FindAsync(request.Person(), integrationId, cancellation)).TryGet(out var found, out var unknown))
            return unknown.AsProblem();
        return await state.FindBackfillAsync(found.Value.Id, cancellation) is { } backfill
            ? Answers.Resource(request, BackfillView.Of(backfill))
            : Refusal.NotFound("backfill").AsProblem();
    }
}
