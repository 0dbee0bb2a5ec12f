using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using ServerlessDrives.Http;

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

/// <summary>Callback links: usable by whoever holds one, without an account.</summary>
[Section("Connecting")]
public sealed class CallbackTriggers(CallbackDesk callbacks, ConnectionViews views, CallbackLimits limits)
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
        var opened = await callbacks.OpenAsync(token, request.HttpContext.RequestAborted);
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
        var confirmed = await callbacks.ConfirmAsync(
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
            isBucketStep ? "bucket-policy" : "trust-policy",
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
