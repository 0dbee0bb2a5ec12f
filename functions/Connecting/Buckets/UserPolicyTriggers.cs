using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using ServerlessDrives.Access;
using ServerlessDrives.Http;

namespace ServerlessDrives.Connecting.Buckets;

/// <summary>What an IAM user must be allowed for an access key to serve a drive, before anything is asked.</summary>
[Section("Connecting")]
public sealed class UserPolicyTriggers
{
    [Function("GetUserPolicy")]
    [Requires(Need.Person)]
    [Summary(
        "The policy of an access key's user",
        Detail = "Exactly what an IAM user needs for a drive on this bucket and path: nothing is looked up and nothing is stored."
    )]
    [Query("region", "The bucket's; us-east-1 for as long as it isn't known.")]
    [Query("path", "The drive's; the whole bucket without it.")]
    [Query("kmsKeyId", "The ARN of the KMS key that the drive encrypts with.")]
    [Query<DriveAccess>("access", "readOnly for a drive that is only read; readWrite without it.")]
    [Query(
        "format",
        "As a document (without it), as lines for the aws CLI, or as a CloudFormation template.",
        OneOf = ["aws-cli", "cloudformation"]
    )]
    [Answers<System.Text.Json.Nodes.JsonObject>(200, "The policy, or the template.")]
    [Answers(200, "Lines for the aws CLI.", ContentType = "text/x-shellscript")]
    [Refuses("invalid")]
    public IResult Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/buckets/{name}/user-policy")] HttpRequest request,
        string name)
    {
        ArgumentNullException.ThrowIfNull(request);
        var form = new FormReader();
        var bucket = form.Read("name", BucketName.Parse(name));
        var region = form.Read("region", Region.Parse(request.Query["region"].ToString() is { Length: > 0 } code ? code : "us-east-1"));
        var path = form.Read("path", DrivePath.Parse(request.Query["path"]));
        var key = request.Query["kmsKeyId"].ToString() is { Length: > 0 } arn ? form.Read("kmsKeyId", KmsKeyArn.Parse(arn)) : null;
        var format = request.Query["format"].ToString();
        if (format is not ("" or "aws-cli" or "cloudformation"))
            form.Refuse<string>("format", "One of aws-cli, cloudformation was expected, or nothing for the document alone.");
        if (!form.IsValid)
            return form.Refusal.AsProblem();
        if (!ListQuery.Word<DriveAccess>(request, "access").TryGet(out var access, out var wrong))
            return wrong.AsProblem();
        var encryption = key is null ? Encryption.Nothing : new Encryption.SseKms(key);
        var policy = new UserPolicy(
            new($"{bucket}/{path}", bucket!, region!, path!, encryption) { Mode = access.Chosen ?? DriveAccess.ReadWrite });
        return format switch
        {
            "aws-cli" => Results.Text(policy.AsCommands(), "text/x-shellscript; charset=utf-8", Encoding.UTF8),
            "cloudformation" => Results.Json(policy.AsTemplate(), Json.Options),
            _ => Results.Json(policy.Document, Json.Options),
        };
    }
}
