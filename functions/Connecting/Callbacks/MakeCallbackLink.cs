using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using ServerlessDrives.Http;
using ServerlessDrives.Http.Middleware;
using ServerlessDrives.Http.Repetition;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Connecting.Callbacks;

/// <param name="Step"><c>trust-policy</c>, <c>bucket-policy</c> or <c>all</c>.</param>
/// <param name="ExpiresInHours">1 to 720; until the connection expires unless said otherwise.</param>
[NeedsFields("step")]
public sealed record CallbackLinkBody(string? Step, int? ExpiresInHours);

/// <summary>A link as it is given out; the only time that its token is seen.</summary>
public sealed record CallbackLinkView(Uri Url, string Step, DateTimeOffset ExpiresAt);

/// <summary><c>POST /api/connections/{connectionId}/callback-links</c>.</summary>
[Section("Connecting")]
public sealed class MakeCallbackLinkFunction(MakeCallbackLink command, ConnectionAnswers answers, Idempotency idempotency)
{
    [Function("CreateCallbackLink")]
    [Requires(Need.Person)]
    [Summary("Make a callback link", Detail =
        "For one step and attempt, or for all that has to be applied, in whichever attempt. The answer is the only place where the link " +
        "is ever seen.")]
    [Reads<CallbackLinkBody>]
    [Answers<CallbackLinkView>(201, "The link.")]
    [HonoursIdempotencyKey]
    [Refuses("forbidden", "step-not-open")]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/connections/{connectionId}/callback-links")] HttpRequest request,
        string connectionId
    ) =>
        idempotency.OnceAsync<CallbackLinkBody>(
            request,
            async body =>
            {
                if (!(await answers.FindChangeableAsync(request, connectionId)).TryGet(out var found, out var unknown))
                    return unknown.AsProblem();
                var connection = found.Value;
                if (Steps.Parse(body.Step) is not { } step)
                    return Refusal.Invalid("step", "Choose \"trust-policy\", \"bucket-policy\" or \"all\".").AsProblem();
                if (body.ExpiresInHours is { } asked && (asked < 1 || asked > MakeCallbackLink.LongestLife.TotalHours))
                    return Refusal
                        .Invalid("expiresInHours", $"A link lives between 1 hour and {MakeCallbackLink.LongestLife.TotalHours:0} hours.")
                        .AsProblem();
                var life = body.ExpiresInHours is { } hours ? TimeSpan.FromHours(hours) : (TimeSpan?)null;
                var made = await command.RunAsync(
                    request.Person(),
                    connection.Key,
                    step,
                    life,
                    request.Operation().Id,
                    request.HttpContext.RequestAborted);
                return made.Answer(link =>
                    Results.Json(
                        new CallbackLinkView(
                            new Uri(request.Address(), $"/callback/{link.Token.Reveal()}"),
                            body.Step!,
                            link.Link.ExpiresAt),
                        Json.Options,
                        statusCode: StatusCodes.Status201Created));
            });
}

/// <summary>A link by which an AWS administrator without an account confirms a step, or all of them.</summary>
public sealed class MakeCallbackLink(IConnections connections, TimeProvider clock)
{
    /// <summary>The longest life of a link; it never outlives its connection.</summary>
    public static readonly TimeSpan LongestLife = TimeSpan.FromDays(30);

    /// <param name="life">Null for as long as the connection waits.</param>
    /// <param name="operation">What makes it, so that it is made once; null for one that may be made again.</param>
    public async Task<Result<(CallbackToken Token, CallbackLink Link), Refusal>> RunAsync(
        Person person, ConnectionKey key, CallbackStep step, TimeSpan? life, Guid? operation, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(person);
        while (true)
        {
            if (await connections.FindAsync(key, cancellation) is not { } read)
                return Refusal.NotFound("connection");
            var connection = read.Value;
            if (!connection.IsOpen || connection.CancelRequested || connection.Method is ConnectionMethod.AccessKey)
                return Refusal.Conflict("step-not-open", "This connection has no policy to confirm.");
            if (IsOver(connection, step))
                return Refusal.Conflict(
                    "step-not-open",
                    $"The connection doesn't wait for the {Steps.Words(step)} any more, so there is nothing to confirm.");
            var now = clock.GetUtcNow();
            var until = life is null || now + life > connection.ExpiresAt ? connection.ExpiresAt : now + life.Value;
            var token = CallbackToken.New(key);
            var link = new CallbackLink(token.Hash, step, connection.Attempt, until, person.Id) { Operation = operation };
            if (
                await connections.SaveAsync(
                    read.With(connection.Add(link, now)),
                    ConnectionEvents.CallbackLinkMade(person.Id, connection, link),
                    cancellation)
                is not null)
                return (token, link);
        }
    }

    private static bool IsOver(DriveConnection connection, CallbackStep step) => step switch
    {
        CallbackStep.TrustPolicy => connection.OpenStep is not ConfirmationStep.TrustPolicy,
        CallbackStep.BucketPolicy =>
            connection.OpenStep is not ConfirmationStep.BucketPolicy && !connection.IsStillToCome(ConfirmationStep.BucketPolicy),
        _ => connection.Status is ConnectionStatus.Verifying,
    };
}
