using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using ServerlessDrives.Http;
using ServerlessDrives.Http.Middleware;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Connecting;

/// <summary><c>DELETE /api/connections/{connectionId}</c>.</summary>
[Section("Connecting")]
public sealed class CancelConnectionFunction(CancelConnection command, ConnectionAnswers answers)
{
    [Function("CancelConnection")]
    [Requires(Need.Person)]
    [Summary("Cancel a connection", Detail = "The name, the secret and a role that nothing uses are given up.")]
    [Answers<ConnectionView>(202, "The connection as it is being cancelled.", ETag = true, Location = true)]
    [HonoursIfMatch]
    [Refuses("forbidden", "step-not-open")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "api/connections/{connectionId}")] HttpRequest request,
        [DurableClient] DurableTaskClient durable,
        string connectionId)
    {
        if (!(await answers.FindToChangeAsync(request, connectionId)).TryGet(out var found, out var unknown))
            return unknown.AsProblem();
        return await answers.AcceptedAsync(
            request,
            await command.RunAsync(
                request.Person(),
                found,
                ConnectionAnswers.InsistsOnWhatWasRead(request),
                new DurableConnectionFlow(durable),
                request.HttpContext.RequestAborted));
    }
}

/// <summary>Writes the request to cancel into the row, then tells the orchestration, which releases what the connection holds.</summary>
public sealed class CancelConnection(IConnections connections, TimeProvider clock)
{
    /// <param name="asRead">Whether a connection that has changed since <paramref name="read"/> is refused instead of read again.</param>
    public async Task<Result<Versioned<DriveConnection>, Refusal>> RunAsync(
        Person person, Versioned<DriveConnection> read, bool asRead, IConnectionFlow flow, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(person);
        ArgumentNullException.ThrowIfNull(read);
        var key = read.Value.Key;
        for (var now = read; ;)
        {
            if (!now.Value.IsOpen)
                return Steps.NotOpen(now.Value, "can't be cancelled any more");
            var signal = await connections.BeginSignalAsync(key, cancellation);
            var saved = now.Value.CancelRequested
                ? now
                : await connections.SaveAsync(
                    now.With(now.Value.RequestCancel(clock.GetUtcNow())),
                    ConnectionEvents.CancelRequested(person.Id, now.Value),
                    cancellation);
            if (saved is null || await flow.TellAsync(key.Connection, ConnectionEventName.Cancelled, cancellation))
                await connections.CompleteSignalAsync(signal, cancellation);
            if (saved is not null)
                return saved;
            if (asRead || await connections.FindAsync(key, cancellation) is not { } again)
                return Refusal.Changed("connection");
            now = again;
        }
    }
}
