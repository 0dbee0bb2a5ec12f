using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using ServerlessDrives.Http;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Connecting;

/// <param name="ConfirmedBy">A name or e-mail address, as the AWS admin gives it.</param>
public sealed record CallbackBody(string? ConfirmedBy);

public sealed record CallbackConfirmedView(bool Confirmed, ConnectionStatus Status);

/// <summary>What an AWS admin behind a callback link sees: what to apply, and nothing else of the connection.</summary>
public sealed record CallbackView(
    string Step,
    bool Open,
    bool Confirmed,
    string DisplayName,
    string? Bucket,
    string? Region,
    JsonObject? TrustPolicy,
    JsonObject? RolePolicy,
    JsonObject? BucketPolicy,
    JsonObject? KeyPolicyStatement,
    string? RoleArn,
    DateTimeOffset ExpiresAt);

/// <summary><c>GET</c> and <c>POST /api/callbacks/{token}</c>: usable by whoever holds the link, without an account.</summary>
[Section("Connecting")]
public sealed class CallbackFunctions(ConfirmByCallback command, ConnectionViews views, CallbackLimits limits)
{
    [Function("GetCallback")]
    [Requires(Need.Nobody)]
    [Summary("What to apply", Detail = "For an AWS administrator without an account here: the link's token is all that is needed.")]
    [AnswersResource<CallbackView>("The policies of the link's step, and nothing else of the connection.")]
    [Refuses("callback-unknown", "callback-damaged", "callback-expired", "callback-revoked", "too-many-requests")]
    public async Task<IResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/callbacks/{token}")] HttpRequest request,
        FunctionContext context,
        string token)
    {
        if (limits.Refuse(context, token) is { } busy)
            return busy.AsProblem();
        var opened = await command.OpenAsync(token, request.HttpContext.RequestAborted);
        return opened.Answer(open => Answers.Resource(request, ViewOf(open.Connection, open.Link)));
    }

    [Function("ConfirmCallback")]
    [Requires(Need.Nobody)]
    [Summary("Confirm what was applied")]
    [Reads<CallbackBody>(Optional = true)]
    [Answers<CallbackConfirmedView>(202, "Heard; the connection goes on.")]
    [Refuses(
        "callback-unknown",
        "callback-damaged",
        "callback-expired",
        "callback-revoked",
        "callback-used",
        "callback-too-early",
        "callback-other-step",
        "callback-outdated",
        "callback-ended"
    )]
    [Refuses("step-not-open", "too-many-requests")]
    public async Task<IResult> ConfirmAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/callbacks/{token}")] HttpRequest request,
        FunctionContext context,
        [DurableClient] DurableTaskClient durable,
        string token)
    {
        if (limits.Refuse(context, token) is { } busy)
            return busy.AsProblem();
        if (!(await request.ReadBytesAsync()).TryGet(out var bytes, out var unreadable))
            return unreadable.AsProblem();
        request.Body = new MemoryStream(bytes.Length == 0 ? "{}"u8.ToArray() : bytes);
        if (!(await request.ReadJsonAsync<CallbackBody>()).TryGet(out var body, out var malformed))
            return malformed.AsProblem();
        var confirmed = await command.ConfirmAsync(
            token,
            body.ConfirmedBy,
            new DurableConnectionFlow(durable),
            request.HttpContext.RequestAborted);
        return confirmed.Answer(connection =>
            Results.Json(new CallbackConfirmedView(true, connection.Status), Json.Options, statusCode: StatusCodes.Status202Accepted));
    }

    private CallbackView ViewOf(DriveConnection connection, CallbackLink link)
    {
        var policies = views.PoliciesOf(connection);
        var isBucketStep = link.Step is ConfirmationStep.BucketPolicy;
        var open = connection.OpenStep == link.Step && connection.Attempt == link.Attempt && !connection.CancelRequested;
        return new(
            Steps.Name(link.Step),
            open,
            connection.Confirmations.Any(confirmation => confirmation.Step == link.Step && confirmation.Attempt == link.Attempt),
            connection.DisplayName.Value,
            isBucketStep ? connection.Configuration?.Bucket.ToString() : null,
            isBucketStep ? connection.Configuration?.Region.ToString() : null,
            isBucketStep ? null : policies.Trust,
            isBucketStep ? policies.Role : null,
            isBucketStep ? policies.Bucket : null,
            isBucketStep ? policies.KeyStatement : null,
            isBucketStep ? connection.RoleArn?.ToString() : null,
            link.ExpiresAt);
    }
}

/// <summary>Finds the connection of a callback link, and confirms the link's step where that is still possible.</summary>
public sealed class ConfirmByCallback(IConnections connections, ConfirmStep confirm, TimeProvider clock)
{
    /// <summary>The connection and the link that the token stands for, or which of the ways of being no good applies.</summary>
    public async Task<Result<(DriveConnection Connection, CallbackLink Link)>> OpenAsync(string? text, CancellationToken cancellation)
    {
        var opened = await FindAsync(text, cancellation);
        ConnectionMeasures.CallbackUsed(opened.TryGet(out var open, out var refusal) ? null : refusal);
        if (refusal is null)
            Telemetry.Continue(open.Connection.Trace, "serverlessdrives.connection.id", open.Connection.Id.Value);
        return opened;
    }

    private async Task<Result<(DriveConnection Connection, CallbackLink Link)>> FindAsync(string? text, CancellationToken cancellation)
    {
        if (CallbackToken.Parse(text) is not { } token)
            return new Refusal(
                RefusalKind.NotFound,
                "callback-damaged",
                "This link isn't whole: it was cut or changed on its way. Ask whoever sent it to send it again.");
        if (
            await connections.FindAsync(token.Key, cancellation) is not { Value: var connection }
            || connection.CallbackLinks.FirstOrDefault(known => known.Hash == token.Hash) is not { } link)
            return new Refusal(
                RefusalKind.NotFound,
                "callback-unknown",
                "This link isn't one that was given out, or newer ones have taken its place. Ask whoever sent it for a new one.");
        if (link.RevokedAt is not null)
            return new Refusal(RefusalKind.Gone, "callback-revoked", "This link was revoked. Ask whoever sent it for a new one.");
        if (clock.GetUtcNow() >= link.ExpiresAt)
            return new Refusal(RefusalKind.Gone, "callback-expired", "This link has expired. Ask whoever sent it for a new one.");
        return (connection, link);
    }

    /// <param name="confirmedBy">A name or e-mail, as the AWS admin gives it; not verified, and marked as such.</param>
    public async Task<Result<DriveConnection>> ConfirmAsync(
        string? text,
        string? confirmedBy,
        IConnectionFlow flow,
        CancellationToken cancellation)
    {
        var by = confirmedBy?.Trim();
        if (by is { Length: > 200 } || (by is { Length: > 0 } && !VisibleText.Parse(by, 200, "yourself").TryGet(out _, out _)))
            return Refusal.Invalid("confirmedBy", "Give a name or an e-mail address of at most 200 characters.");
        if (!(await OpenAsync(text, cancellation)).TryGet(out var open, out var refusal))
            return refusal;
        if (Over(open.Connection, open.Link) is { } over)
            return over;
        var confirmed = await confirm.RunAsync(
            open.Connection.Key,
            open.Link.Step,
            open.Link.Attempt,
            etag: null,
            by is { Length: > 0 } ? by : "an AWS admin",
            "callback",
            flow,
            cancellation);
        return confirmed.Match<Result<DriveConnection>>(connection => connection.Value, no => no);
    }

    /// <summary>Why a link that is good in itself confirms nothing now; null when it does.</summary>
    private static Refusal? Over(DriveConnection connection, CallbackLink link)
    {
        if (
            connection.Confirmations.FirstOrDefault(confirmation =>
                confirmation.Step == link.Step && confirmation.Attempt == link.Attempt
            ) is
            { } given)
            return Conflict(
                "callback-used",
                $"The {Steps.Words(link.Step)} was confirmed already, on {given.At.UtcDateTime:yyyy-MM-dd 'at' HH:mm} UTC. A link " +
                "confirms once; nothing was changed.",
                "over");
        if (!connection.IsOpen || connection.CancelRequested)
            return new Refusal(
                RefusalKind.Gone,
                "callback-ended",
                "The connection that this link belongs to has come to its end, so there is nothing to confirm any more.");
        if (link.Attempt != connection.Attempt)
            return Conflict(
                "callback-outdated",
                "This link was for an earlier attempt; something has been corrected since. Ask whoever sent it for a new one.",
                "outdated");
        if (connection.OpenStep == link.Step)
            return null;
        return connection.IsStillToCome(link.Step)
            ? Conflict(
                "callback-too-early",
                $"This link confirms the {Steps.Words(link.Step)}, and the connection isn't there yet. Nothing was changed; use the link " +
                "again when it is.",
                "not-yet")
            : Conflict(
                "callback-other-step",
                $"This link confirms the {Steps.Words(link.Step)} and no other step, and the connection doesn't wait for that any more. " +
                "Nothing was changed.",
                "over");
    }

    private static Refusal Conflict(string code, string detail, string reason) =>
        Refusal.Conflict(code, detail) with { Extensions = new Dictionary<string, object> { ["reason"] = reason } };
}

/// <summary>Slows down whoever guesses: a handful of requests a second for each link, and for each address.</summary>
public sealed class CallbackLimits : IDisposable
{
    private readonly Allowance _perCaller = new(burst: 60, eachSecond: 6, "Too many requests for callback links from here. Wait a little.");
    private readonly Allowance _perLink = new(burst: 30, eachSecond: 3, "Too many requests for this link. Wait a little.");

    /// <returns>Null when the request may go on.</returns>
    public Refusal? Refuse(FunctionContext context, string token)
    {
        ArgumentNullException.ThrowIfNull(token);
        return _perCaller.Take(Caller.AddressOf(context)) ?? _perLink.Take(token.Length > 400 ? "" : token);
    }

    public void Dispose()
    {
        _perCaller.Dispose();
        _perLink.Dispose();
    }
}
