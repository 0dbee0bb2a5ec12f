using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using ServerlessDrives.Connecting.Callbacks;
using ServerlessDrives.Http;
using ServerlessDrives.Http.Middleware;

namespace ServerlessDrives.Connecting.Setup;

/// <summary>
/// <c>GET /api/connections/{connectionId}/setup</c>: what has to be applied as something that can be run. Once the bucket is known, that is
/// everything in one go.
/// </summary>
[Section("Connecting")]
public sealed class WriteSetupFunction(MakeCallbackLink makeLink, ConnectionViews views, ConnectionAnswers answers, SetupAnswers setups)
{
    [Function("GetConnectionSetup")]
    [Requires(Need.Person)]
    [Summary(
        "The open step as something to run",
        Detail = "On the trust policy's step, with a configuration: trust policy, role policy and bucket policy in one go."
    )]
    [Query(
        "format",
        "In which form. launch-stack is a link to AWS, where the operator has set up a template.",
        Required = true,
        OneOf = ["aws-cli", "cloudformation", "terraform", "launch-stack"])]
    [Query("roleName", "Another name for a new role than the proposed one, with its path if it is to have one.")]
    [Query<bool>("preview", "True for a text to look at: no callback link is made, and a mark stands in its place.")]
    [Answers(200, "A script for the aws CLI.", ContentType = "text/x-shellscript")]
    [Answers(200, "A CloudFormation template.", ContentType = "application/json")]
    [Answers(200, "A CloudFormation template for everything in one go.", ContentType = "application/yaml")]
    [Answers(200, "A Terraform module.", ContentType = "text/plain")]
    [Refuses("forbidden", "invalid", "not-configured", "step-not-open")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/connections/{connectionId}/setup")] HttpRequest request,
        string connectionId)
    {
        if (!(await answers.FindChangeableAsync(request, connectionId)).TryGet(out var found, out var unknown))
            return unknown.AsProblem();
        var connection = found.Value;
        if (!setups.Parse(request, connection).TryGet(out var asked, out var unreadable))
            return unreadable.AsProblem();
        if (connection.OpenStep is not { } open)
            return Refusal
                .Conflict("step-not-open", "The connection has no step open that something has to be applied for.")
                .AsProblem();
        if (views.PoliciesOf(connection).Trust is not { } trust)
            return Refusal.Conflict("step-not-open", "The connection uses an access key; nothing has to be applied.").AsProblem();
        var confirms =
            open is ConfirmationStep.BucketPolicy ? CallbackStep.BucketPolicy
            : connection.Configuration is null ? CallbackStep.TrustPolicy
            : CallbackStep.All;
        if (!asked.ConfirmsByItself(confirms))
            return setups.Answer(request, asked, ConnectionSetup.Of(connection, asked.Role, trust, confirms, confirm: null), connection);
        return (await LinkAsync(request, connection, confirms)).Answer(link =>
            setups.Answer(request, asked, ConnectionSetup.Of(connection, asked.Role, trust, confirms, link), connection));
    }

    /// <summary>A callback link for what confirms by itself.</summary>
    private async Task<Result<Uri, Refusal>> LinkAsync(HttpRequest request, DriveConnection connection, CallbackStep confirms)
    {
        if (request.Query["preview"] == "true")
            return new Uri(request.Address(), "/api/callbacks/MADE-WHEN-COPIED");
        var link = await makeLink.RunAsync(
            request.Person(),
            connection.Key,
            confirms,
            life: null,
            operation: null,
            request.HttpContext.RequestAborted);
        return link.Match<Result<Uri, Refusal>>(
            made => new Uri(request.Address(), $"/api/callbacks/{made.Token.Reveal()}"),
            refusal => refusal);
    }
}
