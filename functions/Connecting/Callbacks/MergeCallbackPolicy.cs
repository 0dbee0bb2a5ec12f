using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using ServerlessDrives.Access.Policies;
using ServerlessDrives.Http;

namespace ServerlessDrives.Connecting.Callbacks;

/// <summary><c>POST /api/callbacks/{token}/merged-bucket-policy</c>: for whoever applies the policies by hand.</summary>
[Section("Connecting")]
public sealed class MergeCallbackPolicyFunction(CallbackAnswers answers, CallbackViews views)
{
    [Function("MergeCallbackBucketPolicy")]
    [Requires(Need.Nobody)]
    [Summary(
        "Merge our statements into a bucket policy, by a callback link",
        Detail = "The body is the bucket's present policy, or nothing. Nothing of it is kept."
    )]
    [Query("roleArn", "By a link for all: the role that was made.")]
    [Reads<JsonObject>(Optional = true)]
    [Answers<JsonObject>(200, "The policy with our statements in it.")]
    [Refuses("callback-unknown", "callback-damaged", "callback-expired", "callback-revoked", "step-not-open", "too-many-requests")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/callbacks/{token}/merged-bucket-policy")] HttpRequest request,
        FunctionContext context,
        string token)
    {
        if (!(await answers.FindAsync(request, context, token)).TryGet(out var callback, out var refusal))
            return refusal.AsProblem();
        if (!views.RoleOf(callback, request.Query["roleArn"].FirstOrDefault()).TryGet(out var role, out var wrong))
            return Refusal.Invalid("roleArn", wrong.Message).AsProblem();
        if (callback is not { Connection: { Access: { } access, IsOpen: true }, Link.Step: not CallbackStep.TrustPolicy })
            return Refusal.Conflict("step-not-open", "This link has no bucket policy to merge.").AsProblem();
        if (!(await request.ReadBytesAsync()).TryGet(out var present, out var unreadable))
            return unreadable.AsProblem();
        return BucketPolicy.For(role, access).MergeIntoBytes(present).TryGet(out var merged, out var problem)
            ? Results.Json(merged, Json.Options)
            : Refusal.Invalid("policy", problem.Message).AsProblem();
    }
}
