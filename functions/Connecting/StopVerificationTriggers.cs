using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using ServerlessDrives.Http;
using ServerlessDrives.Verification;

namespace ServerlessDrives.Connecting;

/// <summary>The end of waiting for propagation: what AWS has answered by then counts.</summary>
[Section("Connecting")]
public sealed class StopVerificationTriggers(IConnections connections, IReports reports, ConnectionViews views, TimeProvider clock)
{
    [Function("StopVerification")]
    [Requires(Need.Person)]
    [Summary(
        "Stop waiting",
        Detail = "While a verification asks again what propagation in AWS would explain (verification.retrying): it ends with what AWS " +
            "has answered so far."
    )]
    [Answers<ConnectionView>(202, "The connection; the report follows within a second or two.", ETag = true, Location = true)]
    [Refuses("forbidden", "step-not-open")]
    public async Task<IResult> StopAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/connections/{connectionId}/verification/stop")] HttpRequest request,
        string connectionId)
    {
        ArgumentNullException.ThrowIfNull(request);
        var (person, cancellation) = (request.Person(), request.HttpContext.RequestAborted);
        while (true)
        {
            if (!Identifier.TryParse<ConnectionId>(connectionId, out var id)
                || await connections.FindAsync(new(person.Organization, id), cancellation) is not { } read
                || !person.MaySee(read.Value.Audience))
                return Refusal.NotFound("connection").AsProblem();
            var connection = read.Value;
            if (!person.MayConnect(connection.Audience))
                return Refusal.Forbidden("Only admins change connections for the whole organization.").AsProblem();
            if (!connection.IsOpen || connection.LastVerification is not { } last
                || await reports.FindAsync(connection.Organization, connection.Id.Value, last, cancellation) is not { CompletedAt: null })
                return Refusal.Conflict("step-not-open", "Nothing is being verified now, so that there is nothing to stop.").AsProblem();
            if (await connections.SaveAsync(read.With(connection.StopWaiting(clock.GetUtcNow())), cancellation) is { } saved)
                return Answers.Resource(
                    request,
                    await views.OfAsync(saved.Value, cancellation),
                    StatusCodes.Status202Accepted,
                    $"/api/connections/{connection.Id}");
        }
    }
}
