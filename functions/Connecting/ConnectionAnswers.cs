using Microsoft.AspNetCore.Http;
using ServerlessDrives.Http;
using ServerlessDrives.Http.Limits;
using ServerlessDrives.Http.Middleware;

namespace ServerlessDrives.Connecting;

/// <summary>What every call on one connection has in common: who may see and change it, and how it is answered.</summary>
public sealed class ConnectionAnswers(IConnections connections, ConnectionViews views, TimeProvider clock)
{
    /// <summary>How long an answer waits for the flow to take up what was said, so that people see the next step at once.</summary>
    private static readonly TimeSpan Courtesy = TimeSpan.FromSeconds(2);

    /// <summary>The same once a check has begun that people can see.</summary>
    private static readonly TimeSpan ShortCourtesy = TimeSpan.FromMilliseconds(700);

    /// <summary>A connection that the caller may see; any other is answered as if it didn't exist.</summary>
    public async Task<Result<Versioned<DriveConnection>, Refusal>> FindAsync(
        HttpRequest request,
        string connectionId,
        CancellationToken cancellation)
    {
        var person = request.Person();
        return ConnectionId.TryParse(connectionId, out var id)
            && await connections.FindAsync(new(person.Organization, id), cancellation) is { } found
            && person.MaySee(found.Value.Audience)
                ? found
                : Refusal.NotFound("connection");
    }

    /// <summary>A connection that the caller may change.</summary>
    public async Task<Result<Versioned<DriveConnection>, Refusal>> FindChangeableAsync(HttpRequest request, string connectionId)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!(await FindAsync(request, connectionId, request.HttpContext.RequestAborted)).TryGet(out var found, out var unknown))
            return unknown;
        return request.Person().MayConnect(found.Value.Audience)
            ? found
            : Refusal.Forbidden("Only admins change connections for the whole organization.");
    }

    /// <summary>Like <see cref="FindChangeableAsync"/>; with If-Match, a connection that has changed since that read is refused.</summary>
    public async Task<Result<Versioned<DriveConnection>, Refusal>> FindToChangeAsync(HttpRequest request, string connectionId)
    {
        if (!(await FindChangeableAsync(request, connectionId)).TryGet(out var found, out var unknown))
            return unknown;
        return
            InsistsOnWhatWasRead(request)
            && Preconditions.Check(request, await views.OfAsync(found.Value, request.HttpContext.RequestAborted), "connection")
                is { } changed
            ? changed
            : found;
    }

    /// <summary>Whether a connection that has changed since it was read is refused instead of read again.</summary>
    public static bool InsistsOnWhatWasRead(HttpRequest request) => request.Headers.IfMatch.Count > 0;

    /// <summary>Answers 202 as soon as the orchestration has taken up the request, or after a short wait.</summary>
    public async Task<IResult> AcceptedAsync(HttpRequest request, Result<Versioned<DriveConnection>, Refusal> said)
    {
        if (!said.TryGet(out var connection, out var refusal))
            return refusal.AsProblem();
        var cancellation = request.HttpContext.RequestAborted;
        var now = connection.Value;
        var (until, patient) = (clock.GetUtcNow() + Courtesy, clock.GetUtcNow() + ShortCourtesy);
        // A check that takes longer is shown as it goes on.
        while (now.Status == connection.Value.Status && now.Attempt == connection.Value.Attempt
            && clock.GetUtcNow() < (now.LastVerification == connection.Value.LastVerification ? until : patient))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), clock, cancellation);
            if (await connections.FindAsync(now.Key, cancellation) is { } read)
                now = read.Value;
        }

        return await request.AdmitAgainAsync(now.Audience, "connection", cancellation) is { } refused
            ? refused.AsProblem()
            : await AnswerAsync(request, now);
    }

    public async Task<IResult> AnswerAsync(HttpRequest request, DriveConnection connection) =>
        Answers.Resource(
            request,
            await views.OfAsync(connection, request.HttpContext.RequestAborted),
            StatusCodes.Status202Accepted,
            $"/api/connections/{connection.Id}");
}
