using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using ServerlessDrives.Http;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Connecting;

/// <summary><c>POST /api/connections/{connectionId}/confirmations/…</c>.</summary>
[Section("Connecting")]
public sealed class ConfirmStepFunctions(ConfirmStep command, ConnectionAnswers answers)
{
    [Function("ConfirmTrustPolicy")]
    [Requires(Need.Person)]
    [Summary("Say that the trust policy is applied")]
    [Answers<ConnectionView>(202, "The connection, usually at its next step already.", ETag = true, Location = true)]
    [HonoursIfMatch]
    [Refuses("forbidden", "step-not-open")]
    public Task<IResult> ConfirmTrustPolicyAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/connections/{connectionId}/confirmations/trust-policy")]
            HttpRequest request,
        [DurableClient] DurableTaskClient durable,
        string connectionId) => ConfirmAsync(request, durable, connectionId, ConfirmationStep.TrustPolicy);

    [Function("ConfirmBucketPolicy")]
    [Requires(Need.Person)]
    [Summary("Say that the role policy and the bucket policy are applied")]
    [Answers<ConnectionView>(202, "The connection, usually at its next step already.", ETag = true, Location = true)]
    [HonoursIfMatch]
    [Refuses("forbidden", "step-not-open")]
    public Task<IResult> ConfirmBucketPolicyAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/connections/{connectionId}/confirmations/bucket-policy")]
            HttpRequest request,
        [DurableClient] DurableTaskClient durable,
        string connectionId) => ConfirmAsync(request, durable, connectionId, ConfirmationStep.BucketPolicy);

    private async Task<IResult> ConfirmAsync(HttpRequest request, DurableTaskClient durable, string connectionId, ConfirmationStep step)
    {
        if (!(await answers.FindToChangeAsync(request, connectionId)).TryGet(out var found, out var unknown))
            return unknown.AsProblem();
        var confirmed = await command.RunAsync(
            found.Value.Key,
            step,
            found.Value.Attempt,
            ConnectionAnswers.InsistsOnWhatWasRead(request) ? found.ETag : null,
            request.Person().Id.Value,
            "api",
            new DurableConnectionFlow(durable),
            request.HttpContext.RequestAborted);
        return await answers.AcceptedAsync(request, confirmed);
    }
}

/// <summary>"Applied", by a person or by a callback: noted in the row, then told to the orchestration.</summary>
public sealed class ConfirmStep(IConnections connections, TimeProvider clock)
{
    /// <summary>"Applied". Saying it again while the step is still open is fine and changes nothing; of many at once, one counts.</summary>
    /// <param name="attempt">The attempt that is meant; null for whichever is open.</param>
    /// <param name="etag">The state that is meant: a connection that has changed since is refused; null for whichever it is in.</param>
    public async Task<Result<Versioned<DriveConnection>>> RunAsync(
        ConnectionKey key,
        ConfirmationStep step,
        int? attempt,
        string? etag,
        string by,
        string through,
        IConnectionFlow flow,
        CancellationToken cancellation)
    {
        while (true)
        {
            if (await connections.FindAsync(key, cancellation) is not { } read)
                return Refusal.NotFound("connection");
            var connection = read.Value;
            Telemetry.Continue(connection.Trace, "serverlessdrives.connection.id", connection.Id.Value);
            if (etag is not null && read.ETag != etag)
                return Refusal.Changed("connection");
            if (connection.OpenStep != step || connection.CancelRequested || (attempt ?? connection.Attempt) != connection.Attempt)
                return Steps.NotOpen(
                    connection,
                    $"does not wait for the {Steps.Words(step)}",
                    step);

            var signal = await connections.BeginSignalAsync(key, cancellation);
            if (connection.ConfirmationOf(step) is null)
            {
                var confirmation = new Confirmation(step, connection.Attempt, by, through, clock.GetUtcNow());
                if (
                    await connections.SaveAsync(
                        read.With(connection.Confirm(confirmation, clock.GetUtcNow())),
                        ConnectionEvents.Confirmed(connection, confirmation),
                        cancellation)
                    is not { } saved)
                {
                    await connections.CompleteSignalAsync(signal, cancellation);
                    continue;
                }

                read = saved;
                if (!await flow.TellAsync(key.Connection, ConnectionEventName.For(step, connection.Attempt), cancellation))
                    return read;
            }

            await connections.CompleteSignalAsync(signal, cancellation);
            return read;
        }
    }
}
