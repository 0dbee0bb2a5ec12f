using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using ServerlessDrives.Access;
using ServerlessDrives.Http;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Connecting;

/// <summary>The wizard over HTTP: start, configure, confirm, cancel, read.</summary>
[Section("Connecting")]
public sealed class ConnectDriveTriggers(
    IConnections connections,
    IWorkspaces workspaces,
    ConnectionDesk desk,
    StartLimit limit,
    ConnectionViews views,
    IPrincipals principals,
    Idempotency idempotency,
    TimeProvider clock)
{
    /// <summary>How long an answer waits for the flow to take up what was said, so that people see the next step at once.</summary>
    private static readonly TimeSpan Courtesy = TimeSpan.FromSeconds(2);

    /// <summary>The same once a check has begun that people can see.</summary>
    private static readonly TimeSpan ShortCourtesy = TimeSpan.FromMilliseconds(700);

    [Function("StartConnection")]
    [Requires(Need.Person)]
    [Summary(
        "Start connecting a drive",
        Detail = "Reserves the name, checks who may, and starts the durable flow. The configuration may come now or later."
    )]
    [Reads<StartConnectionBody>]
    [Answers<ConnectionView>(202, "The connection, at its first step.", ETag = true, Location = true)]
    [HonoursIdempotencyKey]
    [Refuses("forbidden", "not-found", "name-taken", "overlap", "role-known", "too-many-requests")]
    public Task<IResult> StartAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/connections")] HttpRequest request,
        [DurableClient] DurableTaskClient durable
    ) =>
        idempotency.OnceAsync<StartConnectionBody>(
            request,
            async body =>
            {
                if (!ConnectionStart.Parse(body, principals).TryGet(out var start, out var invalid))
                    return invalid.AsProblem();
                var operation = request.Operation();
                var (person, cancellation) = (request.Person(), request.HttpContext.RequestAborted);
                var started = await limit.RunAsync(
                    () =>
                        desk.StartAsync(
                            person,
                            start,
                            operation.IdOf<ConnectionId>(),
                            operation.IdOf<RoleId>(),
                            new DurableConnectionFlow(durable),
                            cancellation),
                    cancellation);
                if (!started.TryGet(out var connection, out var refusal))
                    return refusal.AsProblem();
                // One that waits for nobody goes on at once; where it begins would read as if something were missing.
                return connection.Value is { OpenStep: null } && connection.Value.IsConfiguredFor(connection.Value.Attempt)
                    ? await AcceptedAsync(request, connection)
                    : await AnswerAsync(request, connection.Value);
            });

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
    [Refuses("invalid")]
    public Task<IResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/connections/{connectionId}")] HttpRequest request,
        string connectionId
    ) =>
        LongPoll.AnswerAsync(
            request,
            clock,
            async cancellation =>
                (await FindAsync(request, connectionId, cancellation)).TryGet(out var found, out var refusal)
                    ? await views.OfAsync(found.Value, cancellation)
                    : (Result<ConnectionView>)refusal);

    [Function("ConfigureConnection")]
    [Requires(Need.Person)]
    [Summary(
        "Say which bucket, and as whom",
        Detail = "The secret access key goes to the vault within this call and is never shown again."
    )]
    [Reads<ConfigurationBody>]
    [Answers<ConnectionView>(202, "The connection, usually at its next step already.", ETag = true, Location = true)]
    [HonoursIfMatch]
    [Refuses("forbidden", "step-not-open", "overlap", "role-known")]
    public async Task<IResult> ConfigureAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "api/connections/{connectionId}/configuration")] HttpRequest request,
        [DurableClient] DurableTaskClient durable,
        string connectionId)
    {
        if (!(await FindToChangeAsync(request, connectionId)).TryGet(out var found, out var unknown))
            return unknown.AsProblem();
        if (!(await request.ReadJsonAsync<ConfigurationBody>()).TryGet(out var body, out var unreadable))
            return unreadable.AsProblem();
        var configured = await desk.ConfigureAsync(
            request.Person(),
            found,
            body,
            InsistsOnWhatWasRead(request),
            new DurableConnectionFlow(durable),
            request.HttpContext.RequestAborted);
        return await AcceptedAsync(request, configured);
    }

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

    [Function("CancelConnection")]
    [Requires(Need.Person)]
    [Summary("Cancel a connection", Detail = "The name, the secret and a role that nothing uses are given up.")]
    [Answers<ConnectionView>(202, "The connection as it is being cancelled.", ETag = true, Location = true)]
    [HonoursIfMatch]
    [Refuses("forbidden", "step-not-open")]
    public async Task<IResult> CancelAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "api/connections/{connectionId}")] HttpRequest request,
        [DurableClient] DurableTaskClient durable,
        string connectionId)
    {
        if (!(await FindToChangeAsync(request, connectionId)).TryGet(out var found, out var unknown))
            return unknown.AsProblem();
        return await AcceptedAsync(
            request,
            await desk.CancelAsync(
                request.Person(),
                found,
                InsistsOnWhatWasRead(request),
                new DurableConnectionFlow(durable),
                request.HttpContext.RequestAborted));
    }

    private async Task<IResult> ConfirmAsync(HttpRequest request, DurableTaskClient durable, string connectionId, ConfirmationStep step)
    {
        if (!(await FindToChangeAsync(request, connectionId)).TryGet(out var found, out var unknown))
            return unknown.AsProblem();
        var confirmed = await desk.ConfirmAsync(
            new(found.Value.Organization, found.Value.Id),
            step,
            found.Value.Attempt,
            InsistsOnWhatWasRead(request) ? found.ETag : null,
            request.Person().Id.Value,
            "api",
            new DurableConnectionFlow(durable),
            request.HttpContext.RequestAborted);
        return await AcceptedAsync(request, confirmed);
    }

    private async Task<Result<Versioned<DriveConnection>>> FindAsync(
        HttpRequest request,
        string connectionId,
        CancellationToken cancellation)
    {
        var person = request.Person();
        return Identifier.TryParse<ConnectionId>(connectionId, out var id)
            && await connections.FindAsync(new(person.Organization, id), cancellation) is { } found
            && person.MaySee(found.Value.Audience)
                ? found
                : Refusal.NotFound("connection");
    }

    private async Task<Result<Versioned<DriveConnection>>> FindToChangeAsync(HttpRequest request, string connectionId)
    {
        if (!(await FindAsync(request, connectionId, request.HttpContext.RequestAborted)).TryGet(out var found, out var unknown))
            return unknown;
        if (!request.Person().MayConnect(found.Value.Audience))
            return Refusal.Forbidden("Only admins change connections for the whole organization.");
        return
            InsistsOnWhatWasRead(request)
            && Preconditions.Check(request, await views.OfAsync(found.Value, request.HttpContext.RequestAborted), "connection")
                is { } changed
            ? changed
            : found;
    }

    private static bool InsistsOnWhatWasRead(HttpRequest request) => request.Headers.IfMatch.Count > 0;

    private async Task<IResult> AcceptedAsync(HttpRequest request, Result<Versioned<DriveConnection>> said)
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
            if (await connections.FindAsync(new(now.Organization, now.Id), cancellation) is { } read)
                now = read.Value;
        }

        return await request.AdmitAgainAsync(now.Audience, "connection", cancellation) is { } refused
            ? refused.AsProblem()
            : await AnswerAsync(request, now);
    }

    private async Task<IResult> AnswerAsync(HttpRequest request, DriveConnection connection) =>
        Answers.Resource(
            request,
            await views.OfAsync(connection, request.HttpContext.RequestAborted),
            StatusCodes.Status202Accepted,
            $"/api/connections/{connection.Id}");
}
