using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using ServerlessDrives.Http;
using ServerlessDrives.Http.Middleware;
using ServerlessDrives.Http.Waiting;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Connecting;

/// <summary><c>GET /api/connections</c> and <c>GET /api/connections/{connectionId}</c>.</summary>
[Section("Connecting")]
public sealed class ReadConnectionFunctions(
    IConnections connections,
    IWorkspaces workspaces,
    ConnectionViews views,
    ConnectionAnswers answers,
    LongPoll polls)
{
    [Function("ListConnections")]
    [Requires(Need.Person)]
    [Summary("List connections")]
    [AnswersPage<ConnectionView>("Connections that you may see, without their reports.")]
    [Query<ConnectionStatus>("status", "Only those that are there now.")]
    [Query<WorkspaceId>("workspaceId", "Only those for this workspace and for the whole organization.")]
    [Refuses("not-found", "invalid")]
    public async Task<IResult> ListAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/connections")] HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var person = request.Person();
        if (!Paging.Of(request).TryGet(out var paging, out var refusal))
            return refusal.AsProblem();
        if (!(await ListQuery.AudiencesAsync(request, person, workspaces)).TryGet(out var audiences, out var unknown))
            return unknown.AsProblem();
        if (!ListQuery.Word<ConnectionStatus>(request, "status").TryGet(out var status, out var wrong))
            return wrong.AsProblem();
        var page = await connections.ListAsync(
            person.Organization,
            audiences.Chosen,
            status.Chosen,
            paging.Limit,
            paging.Cursor,
            request.HttpContext.RequestAborted);
        return Answers.List(page.Select(connection => views.Of(connection)));
    }

    [Function("GetConnection")]
    [Requires(Need.Person)]
    [Summary(
        "Read a connection",
        Detail = "With ?wait= and If-None-Match the answer waits until the connection has changed, or the time is over."
    )]
    [AnswersResource<ConnectionView>("The connection with everything that its step needs.")]
    [Query<int>("wait", "Seconds to wait for a change.", Least = 0, Most = LongPoll.MostSeconds)]
    [Refuses("invalid", "too-many-waiting")]
    public Task<IResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/connections/{connectionId}")] HttpRequest request,
        string connectionId
    ) =>
        polls.AnswerAsync(
            request,
            async cancellation =>
                (await answers.FindAsync(request, connectionId, cancellation)).TryGet(out var found, out var refusal)
                    ? await views.OfAsync(found.Value, cancellation)
                    : (Result<ConnectionView, Refusal>)refusal);
}
