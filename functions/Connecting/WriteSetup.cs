using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using ServerlessDrives.Access;
using ServerlessDrives.Connecting.Setup;
using ServerlessDrives.Http;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Connecting;

/// <summary><c>GET /api/connections/{connectionId}/setup</c>: the open step as something that can be run.</summary>
[Section("Connecting")]
public sealed class WriteSetupFunction(MakeCallbackLink makeLink, ConnectionViews views, ConnectionAnswers answers)
{
    [Function("GetConnectionSetup")]
    [Requires(Need.Person)]
    [Summary("The open step as something to run")]
    [Query("format", "In which form.", Required = true, OneOf = ["aws-cli", "cloudformation", "terraform"])]
    [Query<bool>("preview", "True for a text to look at: no callback link is made, and a mark stands in its place.")]
    [Answers(200, "A script for the aws CLI.", ContentType = "text/x-shellscript")]
    [Answers(200, "A CloudFormation template.", ContentType = "application/json")]
    [Answers(200, "A Terraform module.", ContentType = "text/plain")]
    [Refuses("forbidden", "invalid", "step-not-open")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/connections/{connectionId}/setup")] HttpRequest request,
        string connectionId)
    {
        if (!(await answers.FindChangeableAsync(request, connectionId)).TryGet(out var found, out var unknown))
            return unknown.AsProblem();
        var connection = found.Value;
        if (!Setups.FormatOf(request).TryGet(out var format, out var unreadable))
            return unreadable.AsProblem();
        var written = await WriteAsync(
            request.Person(),
            connection,
            format,
            request.Address(),
            request.Query["preview"] == "true",
            request.HttpContext.RequestAborted);
        return written.Answer(text => Setups.Answer(request, text, format));
    }

    /// <param name="baseAddress">Where callback links lead.</param>
    /// <param name="preview">To be looked at only: no callback link is made, and a mark stands in its place.</param>
    private async Task<Result<string>> WriteAsync(
        Person person,
        DriveConnection connection,
        SetupFormat format,
        Uri baseAddress,
        bool preview,
        CancellationToken cancellation)
    {
        if (connection.OpenStep is not { } open)
            return Refusal.Conflict("step-not-open", "The connection has no step open that something has to be applied for.");
        if (views.PoliciesOf(connection).Trust is not { } trust)
            return Refusal.Conflict("step-not-open", "The connection uses an access key; nothing has to be applied.");

        var links = new List<Uri>();
        if (format is SetupFormat.AwsCli)
        {
            // With everything known, one script does both steps, each confirmed by a link of its own.
            var steps = open is ConfirmationStep.TrustPolicy && connection.IsConfiguredFor(connection.Attempt)
                ? new[] { ConfirmationStep.TrustPolicy, ConfirmationStep.BucketPolicy }
                : [open];
            foreach (var step in steps)
            {
                if (preview)
                {
                    links.Add(new Uri(baseAddress, "/api/callbacks/MADE-WHEN-COPIED"));
                    continue;
                }

                var link = await makeLink.RunAsync(person, connection.Key, step, life: null, operation: null, cancellation);
                if (!link.TryGet(out var made, out var refusal))
                    return refusal;
                links.Add(new Uri(baseAddress, $"/api/callbacks/{made.Token.Reveal()}"));
            }
        }

        var setup = new SetupStep(
            connection.DisplayName.Value,
            connection.Id,
            connection.RoleArn?.RoleName ?? $"ServerlessDrives-{connection.Id.Value[^8..]}",
            connection.RoleArn?.Path ?? "/",
            trust,
            Grants(connection),
            links)
        {
            Role =
                connection.RoleArn is null ? RoleOrigin.New
                : open is ConfirmationStep.BucketPolicy ? RoleOrigin.Proven
                : RoleOrigin.Named,
        };
        return format switch
        {
            SetupFormat.AwsCli => AwsCliScript.Write(setup),
            SetupFormat.CloudFormation => CloudFormationTemplate.Write(setup),
            _ => TerraformModule.Write(setup),
        };
    }

    private static SetupGrants? Grants(DriveConnection connection) =>
        connection is { Access: { } access, RoleArn: { } role }
            ? new(
                access.Bucket,
                access.Region,
                RolePolicy.For(access).ToJson(),
                BucketPolicy.For(role, access).ToJson(),
                KeyPolicyStatement.For(role, access) is { IsRequired: true } statement ? statement.ToJson() : null)
            : null;
}
