using System.Text;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.S3;

/// <summary>The bucket policy. An account's root can always mend one that locks everybody out.</summary>
internal static class BucketPolicyCalls
{
    private const int LargestPolicy = 20 * 1024;

    public static Task GetAsync(S3Call call)
    {
        Allow(call, "s3:GetBucketPolicy");
        var policy = Encoding.UTF8.GetBytes(call.World.PolicyRules.Unbind(call.Settings.Policy ?? throw NoSuchPolicy(call)));
        call.Response.ContentType = "application/json";
        call.Response.ContentLength = policy.Length;
        return call.Response.Body.WriteAsync(policy, call.Cancelled).AsTask();
    }

    public static async Task PutAsync(S3Call call)
    {
        Allow(call, "s3:PutBucketPolicy");
        var bytes = await S3Xml.ReadBodyAsync(call);
        if (bytes.Length == 0) throw S3Errors.Of(400, "MissingRequestBodyError", "Request Body is empty");
        if (bytes.Length > LargestPolicy) throw S3Errors.Of(400, "PolicyTooLarge", "Policy exceeds the maximum allowed document size.");
        var policy = Encoding.UTF8.GetString(bytes);
        call.World.PolicyRules.Validate(policy, call.Settings.Name);
        if (call.Settings.PublicAccess is { BlockPublicPolicy: true } && call.World.PolicyRules.IsPublic(policy))
            throw S3Errors.AccessDenied(
                $"User: {call.Aws.Caller?.Arn} is not authorized to perform: s3:PutBucketPolicy on resource: \"{call.Settings.Arn}\" " +
                "because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access."
            );
        var bound = call.World.PolicyRules.Bind(policy);
        call.Bucket.Change(s => s with { Policy = bound });
        await call.EmptyAsync(204);
    }

    public static Task DeleteAsync(S3Call call)
    {
        Allow(call, "s3:DeleteBucketPolicy");
        call.Bucket.Change(s => s with { Policy = null });
        return call.EmptyAsync(204);
    }

    public static Task StatusAsync(S3Call call)
    {
        call.AllowOnBucket("s3:GetBucketPolicyStatus");
        var policy = call.Settings.Policy ?? throw NoSuchPolicy(call);
        return S3Xml.AnswerAsync(call, "PolicyStatus", xml => xml.Element("IsPublic", call.World.PolicyRules.IsPublic(policy)));
    }

    private static void Allow(S3Call call, string action)
    {
        if (call.Aws.Caller is Wire.RootCaller root && root.AccountId == call.Settings.Account) return;
        call.AllowOnBucket(action);
        // A policy can let other accounts read and write objects, but never the policy itself.
        if (call.Aws.Caller?.AccountId != call.Settings.Account) throw S3Errors.MethodNotAllowed(call.Request.Method, "BUCKETPOLICY");
    }

    private static Wire.AwsError NoSuchPolicy(S3Call call) =>
        S3Errors.Of(404, "NoSuchBucketPolicy", "The bucket policy does not exist", ("BucketName", call.Settings.Name));
}
