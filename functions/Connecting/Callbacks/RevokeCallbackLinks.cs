using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using ServerlessDrives.Http;
using ServerlessDrives.Http.Middleware;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Connecting.Callbacks;

/// <summary><c>DELETE /api/connections/{connectionId}/callback-links</c>: no link of the connection works any more.</summary>
[Section("Connecting")]
public sealed class RevokeCallbackLinksFunction(IConnections connections, ConnectionAnswers answers, TimeProvider clock)
{
    [Function("RevokeCallbackLinks")]
    [Requires(Need.Person)]
    [Summary("Revoke all callback links")]
    [Answers(204, "No link of this connection works any more.")]
    [HonoursIfMatch]
    [Refuses("forbidden")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "api/connections/{connectionId}/callback-links")] HttpRequest request,
        string connectionId)
    {
        if (!(await answers.FindToChangeAsync(request, connectionId)).TryGet(out var found, out var unknown))
            return unknown.AsProblem();
        var revoked = await RevokeAsync(
            request.Person(),
            found.Value.Key,
            ConnectionAnswers.InsistsOnWhatWasRead(request) ? found.ETag : null,
            request.HttpContext.RequestAborted);
        return revoked.Answer(_ => Results.NoContent());
    }

    /// <param name="etag">The state that is meant: a connection that has changed since is refused; null for whichever it is in.</param>
    private async Task<Result<DriveConnection, Refusal>> RevokeAsync(
        Person person,
        ConnectionKey key,
        string? etag,
        CancellationToken cancellation)
    {
        while (true)
        {
            if (await connections.FindAsync(key, cancellation) is not { } read)
                return Refusal.NotFound("connection");
            if (etag is not null && read.ETag != etag)
                return Refusal.Changed("connection");
            if (
                await connections.SaveAsync(
                    read.With(read.Value.RevokeCallbackLinks(clock.GetUtcNow())),
                    ConnectionEvents.CallbackLinksRevoked(person.Id, read.Value),
                    cancellation
                ) is
                { } saved)
                return saved.Value;
        }
    }
}
