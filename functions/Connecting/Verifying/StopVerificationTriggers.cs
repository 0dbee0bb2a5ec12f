using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using ServerlessDrives.Http;
using ServerlessDrives.Verification;

namespace ServerlessDrives.Connecting.Verifying;

/// <summary>The end of waiting for propagation: what AWS has answered by then counts.</summary>
[Section("Connecting")]
public sealed class StopVerificationTriggers(
    IConnections connections,
    IReports reports,
    ConnectionAnswers answers,
    TimeProvider clock)
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
        var cancellation = request.HttpContext.RequestAborted;
        while (true)
        {
            if (!(await answers.FindChangeableAsync(request, connectionId)).TryGet(out var read, out var unknown))
                return unknown.AsProblem();
            var connection = read.Value;
            if (!connection.IsOpen || connection.LastVerification is not { } last
                || await reports.FindAsync(connection.Organization, connection.Id.Value, last, cancellation) is not { CompletedAt: null })
                return Refusal.Conflict("step-not-open", "Nothing is being verified now, so that there is nothing to stop.").AsProblem();
            if (await connections.SaveAsync(read.With(connection.StopWaiting(clock.GetUtcNow())), cancellation) is { } saved)
                return await answers.AnswerAsync(request, saved.Value);
        }
    }
}
