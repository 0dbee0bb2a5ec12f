using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using ServerlessDrives.Access;
using ServerlessDrives.Connecting.Setup;
using ServerlessDrives.Http;
using ServerlessDrives.Verification;
using ServerlessDrives.Verification.Reports;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Connecting.Callbacks;

/// <summary>What an AWS admin behind a callback link sees: who asks, what to apply and what came of it, and nothing else.</summary>
/// <param name="Step"><c>trust-policy</c>, <c>bucket-policy</c> or <c>all</c>.</param>
/// <param name="Open">Whether the link can confirm something now.</param>
/// <param name="Confirmed">Whether that was confirmed already.</param>
/// <param name="Reason">Why it can't: <c>not-yet</c>, <c>over</c>, <c>outdated</c> or <c>ended</c>; null where it can.</param>
/// <param name="Access">What the drive will do with files: <c>readWrite</c> or <c>readOnly</c>.</param>
/// <param name="RoleArn">The role that the policies are for. Before it is made, its name is proposed and <c>YOUR-ACCOUNT</c> stands for the
/// account.</param>
/// <param name="NeedsRoleArn">Whether the confirmation has to say which role was made.</param>
/// <param name="RequestedBy">Who started the connection, as they call themselves; null where that isn't known.</param>
/// <param name="Organization">Whose drive it will be; null where the settings don't say what the organization is called.</param>
/// <param name="Formats">The forms in which it can be had as something to run.</param>
/// <param name="Status">Where the connection is.</param>
/// <param name="Problem">What came of a check that failed.</param>
/// <param name="Verification">The checks that are being made, or were made last, once the link has confirmed something.</param>
public sealed record CallbackView(
    string Step,
    bool Open,
    bool Confirmed,
    string? Reason,
    string DisplayName,
    DriveAccess Access,
    string? Bucket,
    string? Region,
    string? Path,
    JsonObject? TrustPolicy,
    JsonObject? RolePolicy,
    JsonObject? BucketPolicy,
    JsonObject? KeyPolicyStatement,
    string? RoleArn,
    bool NeedsRoleArn,
    string? RequestedBy,
    string? Organization,
    DateTimeOffset RequestedAt,
    DateTimeOffset ExpiresAt,
    IReadOnlyList<string> Formats,
    ConnectionStatus Status,
    ConnectionProblem? Problem,
    VerificationReport? Verification);

/// <summary><c>GET /api/callbacks/{token}</c>: for whoever holds the link, without an account.</summary>
[Section("Connecting")]
public sealed class ReadCallbackFunction(CallbackAnswers answers, CallbackViews views)
{
    [Function("GetCallback")]
    [Requires(Need.Nobody)]
    [Summary("What to apply", Detail = "For an AWS administrator without an account here: the link's token is all that is needed.")]
    [Query("roleArn", "By a link for all: the role that was made, for which the bucket policy is to be written.")]
    [AnswersResource<CallbackView>("The policies of the link's step, who asks, and what came of it.")]
    [Refuses("callback-unknown", "callback-damaged", "callback-expired", "callback-revoked", "invalid", "too-many-requests")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/callbacks/{token}")] HttpRequest request,
        FunctionContext context,
        string token)
    {
        if (!(await answers.FindAsync(request, context, token)).TryGet(out var callback, out var refusal))
            return refusal.AsProblem();
        if (!views.RoleOf(callback, request.Query["roleArn"].FirstOrDefault()).TryGet(out var role, out var problem))
            return Refusal.Invalid("roleArn", problem.Message).AsProblem();
        return Answers.Resource(request, await views.OfAsync(callback, role, request.HttpContext.RequestAborted));
    }
}

/// <summary>Shows callbacks.</summary>
public sealed class CallbackViews(
    ConnectionViews connections,
    IReports reports,
    IPeople people,
    OrganizationNames organizations,
    IPrincipals principals,
    LaunchStack launchStack)
{
    private static readonly string[] Texts = ["aws-cli", "cloudformation", "terraform"];

    /// <summary>The role that the policies are written for: the one that is known, given, or proposed.</summary>
    public Result<RoleArn, ParseError> RoleOf(Callback callback, string? given)
    {
        ArgumentNullException.ThrowIfNull(callback);
        return given is null || callback.Link.Step is not CallbackStep.All || callback.Connection.ChosenRoleArn is not null
            ? ConnectionSetup.RoleOf(callback.Connection, roleName: null)
            : principals.AreOfAws ? RoleArn.Parse(given) : RoleArn.ParseOfAnyServer(given);
    }

    public async Task<CallbackView> OfAsync(Callback callback, RoleArn role, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var (connection, link) = callback;
        var policies = connections.PoliciesFor(connection, role, link.Step);
        var knowsBucket = link.Step is not CallbackStep.TrustPolicy;
        var over = CallbackState.Over(connection, link);
        var used = CallbackState.WhenUsed(connection, link) is not null;
        var known = await people.FindAsync(connection.Organization, [connection.CreatedBy], cancellation);
        var follows = link.Step is CallbackStep.All
            || (link.Step is CallbackStep.BucketPolicy && used && link.Attempt == connection.Attempt);
        return new(
            Steps.Name(link.Step),
            over is null,
            used,
            over?.Extensions.GetValueOrDefault("reason") as string ?? (over is null ? null : "ended"),
            connection.DisplayName.Value,
            connection.Mode,
            knowsBucket ? connection.Configuration?.Bucket.ToString() : null,
            knowsBucket ? connection.Configuration?.Region.ToString() : null,
            knowsBucket ? connection.Configuration?.Path.ToString() : null,
            policies.Trust,
            policies.Role,
            policies.Bucket,
            policies.KeyStatement,
            knowsBucket ? role.Value : null,
            link.Step is CallbackStep.All && connection.KnownRoleArn is null,
            known.TryGetValue(connection.CreatedBy, out var person) ? person.Name : null,
            organizations.NameOf(connection.Organization),
            connection.CreatedAt,
            link.ExpiresAt,
            link.Step is CallbackStep.All && launchStack.IsConfigured && policies.Role is not null ? [.. Texts, "launch-stack"] : Texts,
            connection.Status,
            follows && connection.IsOpen ? connection.Problem : null,
            follows && connection.LastVerification is { } last
                && await reports.FindAsync(connection.Organization, connection.Id.Value, last, cancellation) is { } report
                ? WithoutDetails(report)
                : null);
    }

    /// <summary>What a check found is told where it has failed; that of others may name files.</summary>
    private static VerificationReport WithoutDetails(VerificationReport report) => report with
    {
        Checks = [.. report.Checks.Select(check => check.Status is CheckStatus.Failed ? check : check with { Explanation = null })],
    };
}
