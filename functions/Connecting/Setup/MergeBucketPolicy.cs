using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using ServerlessDrives.Access.Policies;
using ServerlessDrives.Http;

namespace ServerlessDrives.Connecting.Setup;

/// <summary><c>POST /api/connections/{connectionId}/merged-bucket-policy</c>.</summary>
[Section("Connecting")]
public sealed class MergeBucketPolicyFunction(ConnectionAnswers answers)
{
    [Function("MergeBucketPolicy")]
    [Requires(Need.Person)]
    [Summary(
        "Merge our statements into a bucket policy",
        Detail = "The body is the bucket's present policy, or nothing. Statements of ours that are there already are replaced, so that " +
            "it may be repeated."
    )]
    [Reads<JsonObject>(Optional = true)]
    [Answers<JsonObject>(200, "The policy with our statements in it.")]
    [Refuses("forbidden", "step-not-open")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/connections/{connectionId}/merged-bucket-policy")]
            HttpRequest request,
        string connectionId)
    {
        if (!(await answers.FindChangeableAsync(request, connectionId)).TryGet(out var found, out var unknown))
            return unknown.AsProblem();
        var connection = found.Value;
        if (connection is not { Access: { } access, RoleArn: { } role } || connection.Method is ConnectionMethod.AccessKey)
            return Refusal
                .Conflict("step-not-open", "There is no bucket policy to merge yet; it is offered once bucket and role are known.")
                .AsProblem();
        if (!(await request.ReadBytesAsync()).TryGet(out var present, out var unreadable))
            return unreadable.AsProblem();
        return BucketPolicy.For(role, access).MergeIntoBytes(present).TryGet(out var merged, out var problem)
            ? Results.Json(merged, Json.Options)
            : Refusal.Invalid("policy", problem.Message).AsProblem();
    }
}
