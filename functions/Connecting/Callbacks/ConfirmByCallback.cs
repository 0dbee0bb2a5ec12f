using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using ServerlessDrives.Access;
using ServerlessDrives.Http;

namespace ServerlessDrives.Connecting.Callbacks;

/// <param name="ConfirmedBy">A name or e-mail address, as the AWS admin gives it.</param>
/// <param name="RoleArn">Of a new role: which one was made.</param>
/// <param name="BucketPolicyApplied">By a link for all: false where only the trust policy is applied so far; otherwise all policies
/// are.</param>
public sealed record CallbackBody(string? ConfirmedBy, string? RoleArn, bool? BucketPolicyApplied);

public sealed record CallbackConfirmedView(bool Confirmed, ConnectionStatus Status);

/// <summary><c>POST /api/callbacks/{token}</c>: usable by whoever holds the link, without an account.</summary>
[Section("Connecting")]
public sealed class ConfirmByCallbackFunction(ConfirmByCallback command, CallbackLimits limits)
{
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
    [Refuses("step-not-open", "role-known", "too-many-requests")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/callbacks/{token}")] HttpRequest request,
        FunctionContext context,
        [DurableClient] DurableTaskClient durable,
        string token)
    {
        if (limits.Refuse(context, token) is { } busy)
            return busy.AsProblem();
        if (!(await request.ReadJsonAsync(new CallbackBody(null, null, null))).TryGet(out var body, out var malformed))
            return malformed.AsProblem();
        var confirmed = await command.RunAsync(token, body, new DurableConnectionFlow(durable), request.HttpContext.RequestAborted);
        return confirmed.Answer(connection =>
            Results.Json(new CallbackConfirmedView(true, connection.Status), Json.Options, statusCode: StatusCodes.Status202Accepted));
    }
}

/// <summary>Confirms what a callback link is for, where that is still possible.</summary>
public sealed class ConfirmByCallback(OpenCallback open, ConfirmStep confirm, IPrincipals principals)
{
    public async Task<Result<DriveConnection, Refusal>> RunAsync(
        string? token,
        CallbackBody body,
        IConnectionFlow flow,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(body);
        var form = new FormReader();
        var by = body.ConfirmedBy?.Trim();
        if (by is { Length: > 0 } && !VisibleText.Parse(by, 200, "yourself").TryGet(out _, out _))
            form.Refuse<string>("confirmedBy", "Give a name or an e-mail address of at most 200 visible characters.");
        var arn = ConfirmStep.ReadRoleArn(form, body.RoleArn, principals);
        if (!form.IsValid)
            return form.Refusal;
        if (!(await open.RunAsync(token, cancellation)).TryGet(out var callback, out var refusal))
            return refusal;
        var (connection, link) = callback;
        if (link.Step is CallbackStep.TrustPolicy && body.BucketPolicyApplied is true)
            return Refusal.Invalid("bucketPolicyApplied", "This link confirms the trust policy only. Leave this out.");
        var confirmed = await confirm.RunAsync(
            connection.Key,
            new Applied(
                link.ConfirmedStep,
                link.Step is CallbackStep.All ? null : link.Attempt,
                by is { Length: > 0 } ? by : "an AWS admin",
                "callback")
            {
                RoleArn = arn,
                BucketPolicyApplied =
                    link.Step is CallbackStep.All && connection.Configuration is not null && body.BucketPolicyApplied is not false,
                Refuse = now => Refuse(now, link, body, arn),
            },
            person: null,
            flow,
            cancellation);
        return confirmed.Match<Result<DriveConnection, Refusal>>(found => found.Value, no => no);
    }

    /// <summary>Looked at in each state that the confirmation would be written to: the link may be revoked while it is used.</summary>
    private Refusal? Refuse(DriveConnection connection, CallbackLink link, CallbackBody body, RoleArn? arn)
    {
        if (!open.LinkIn(connection, link.Hash).TryGet(out _, out var gone))
            return gone;
        if (CallbackState.Over(connection, link) is { } over)
            return over;
        if (link.Step is not CallbackStep.All)
            return null;
        if (arn is null && connection.KnownRoleArn is null)
            return Refusal.Invalid("roleArn", "Give the ARN of the role that trusts us, so that nobody has to ask you for it.");
        return body.BucketPolicyApplied is false && connection.OpenStep is ConfirmationStep.BucketPolicy
            ? Refusal.Invalid("bucketPolicyApplied", "The connection waits for the bucket policy, and you say that it isn't applied.")
            : null;
    }
}
