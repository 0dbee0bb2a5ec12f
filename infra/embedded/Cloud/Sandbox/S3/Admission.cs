using System.Text;
using ServerlessDrives.Embedded.Cloud.Sandbox.S3.Storage;
using ServerlessDrives.Embedded.Cloud.Sandbox.Wire;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.S3;

/// <summary>
/// What S3 refuses before it asks who may do what: another region, another owner than the caller expects, someone who won't pay, keys too
/// long.
/// </summary>
internal static class Admission
{
    private const int LongestKey = 1024;

    public static void Check(S3Call call)
    {
        Region(call);
        Owner(call);
        Payer(call, call.Settings);
        // No bucket here has transfer acceleration.
        if (call.Target.Accelerated)
            throw S3Errors.InvalidRequest("S3 Transfer Acceleration is not configured on this bucket");
        if (
            call.World.Faults.ThrottlesPrefix(
                call.Settings.Name,
                call.Key.Length > 0 ? call.Key : call.Query("prefix") ?? "",
                call.World.Clock.GetUtcNow()))
            throw AwsFaults.Error("SlowDown");

        var length = Encoding.UTF8.GetByteCount(call.Key);
        if (length > LongestKey) throw S3Errors.KeyTooLong(length);
        if (call.Key.Length == 0) call.Response.Headers["x-amz-bucket-region"] = call.Settings.Region;
    }

    /// <summary>Whoever isn't of the bucket's account has to say that it pays, where the bucket asks for that.</summary>
    public static void Payer(S3Call call, BucketSettings bucket)
    {
        var payer = call.Header("x-amz-request-payer");
        if (payer is not (null or "requester"))
            throw S3Errors.InvalidArgument("Invalid value for x-amz-request-payer", "x-amz-request-payer", payer);
        if (!bucket.RequesterPays || call.Aws.Caller?.AccountId == bucket.Account)
            return;
        // Nobody can send an anonymous caller a bill.
        if (payer is null || call.Aws.Caller is null) throw S3Errors.AccessDenied();
        call.Response.Headers["x-amz-request-charged"] = "requester";
    }

    private static void Owner(S3Call call)
    {
        if (call.Header("x-amz-expected-bucket-owner") is not { } owner) return;
        if (owner.Length != 12 || !owner.All(char.IsAsciiDigit))
            throw S3Errors.Of(
                400,
                "InvalidBucketOwnerAWSAccountID",
                "The value of the expected bucket owner parameter must be an AWS account ID",
                ("BucketOwner", owner));
        if (owner != call.Settings.Account)
            throw S3Errors.AccessDenied();
    }

    private static void Region(S3Call call)
    {
        var bucket = call.Settings;
        var signed = call.Aws.Region;
        // Anyone may ask any region where a bucket is.
        if (call.Aws.Caller is null || signed == bucket.Region || (call.Key.Length == 0 && call.Asks("location"))) return;

        // The real service tells by the endpoint; here all regions answer at one address, so that the style tells how a client would have
        // come: the global virtual-host name leads to the right region, which then sees the wrong signature; everything else to the wrong
        // region.
        var atRightEndpoint = call.Target.EndpointRegion is { } region
            ? region == bucket.Region
            : call.Target.VirtualHosted && signed == "us-east-1";
        if (atRightEndpoint)
        {
            var text = $"The authorization header is malformed; the region '{signed}' is wrong; expecting '{bucket.Region}'";
            throw new AwsError(
                400,
                call.Asks("X-Amz-Signature") ? "AuthorizationQueryParametersError" : "AuthorizationHeaderMalformed",
                text)
            {
                Details = new Dictionary<string, string> { ["Region"] = bucket.Region },
            };
        }

        throw S3Errors.Of(
            301,
            "PermanentRedirect",
            "The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests " +
            "to this endpoint.",
            ("Endpoint", $"{bucket.Name}.s3.{bucket.Region}.amazonaws.com"),
            ("Bucket", bucket.Name),
            ("Region", bucket.Region));
    }
}
