using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using ServerlessDrives.Connecting.Setup;
using ServerlessDrives.Http;

namespace ServerlessDrives.Connecting.Callbacks;

/// <summary>
/// <c>GET /api/callbacks/{token}/setup</c>: what the link is for as something that can be run, which confirms by the same link.
/// </summary>
[Section("Connecting")]
public sealed class WriteCallbackSetupFunction(CallbackAnswers answers, ConnectionViews views, SetupAnswers setups)
{
    [Function("GetCallbackSetup")]
    [Requires(Need.Nobody)]
    [Summary("What to apply, as something to run", Detail = "It confirms by the same link, where it can.")]
    [Query("format", "In which form.", Required = true, OneOf = ["aws-cli", "cloudformation", "terraform", "launch-stack"])]
    [Query("roleName", "Another name for a new role than the proposed one, with its path if it is to have one.")]
    [Answers(200, "A script for the aws CLI.", ContentType = "text/x-shellscript")]
    [Answers(200, "A CloudFormation template.", ContentType = "application/json")]
    [Answers(200, "A CloudFormation template for everything in one go.", ContentType = "application/yaml")]
    [Answers(200, "A Terraform module.", ContentType = "text/plain")]
    [Refuses("callback-unknown", "callback-damaged", "callback-expired", "callback-revoked", "callback-used", "callback-ended")]
    [Refuses("callback-too-early", "callback-other-step", "callback-outdated", "invalid", "not-configured", "too-many-requests")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/callbacks/{token}/setup")] HttpRequest request,
        FunctionContext context,
        string token)
    {
        if (!(await answers.FindAsync(request, context, token)).TryGet(out var callback, out var refusal))
            return refusal.AsProblem();
        var (connection, link) = callback;
        if (CallbackState.Over(connection, link) is { } over)
            return over.AsProblem();
        if (!setups.Parse(request, connection).TryGet(out var asked, out var invalid))
            return invalid.AsProblem();
        if (views.PoliciesOf(connection).Trust is not { } trust)
            return Refusal
                .Conflict("step-not-open", "We have no principal in this partition any more; ask whoever sent you the link.")
                .AsProblem();
        var confirms = link.Step is CallbackStep.All && connection.Access is null ? CallbackStep.TrustPolicy : link.Step;
        return setups.Answer(
            request,
            asked,
            ConnectionSetup.Of(
                connection,
                asked.Role,
                trust,
                confirms,
                asked.ConfirmsByItself(confirms) ? new Uri(request.Address(), $"/api/callbacks/{token}") : null),
            connection);
    }
}
