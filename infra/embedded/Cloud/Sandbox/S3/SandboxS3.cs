using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using ServerlessDrives.Embedded.Cloud.Sandbox.S3.Inputs;
using ServerlessDrives.Embedded.Cloud.Sandbox.Wire;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.S3;

/// <summary>
/// S3 as the sandbox has it: buckets and objects in files, every call authorised by the documents. Source of the behaviour: the Amazon S3
/// API reference and user guide.
/// </summary>
internal sealed class SandboxS3(S3World world) : IAwsService, IDisposable
{
    public string Name => "s3";

    public S3World World { get; } = world;

    public string ActionOf(AwsCall call)
    {
        var target = S3Target.Of(call.Http);
        return S3Actions.Of(new S3Call(call, World, target, null));
    }

    public Task AnswerAsync(AwsCall call)
    {
        if (call.Http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = null;
        call.Response.Headers["x-amz-request-id"] = call.RequestId;
        call.Response.Headers["x-amz-id-2"] = S3Xml.HostId(call);
        call.Response.Headers.Server = "AmazonS3";

        var target = S3Target.Of(call.Http);
        if (target.Unreadable)
            throw S3Errors.Of(400, "InvalidURI", "Couldn't parse the specified URI.", ("URI", call.Request.Path.Value ?? ""));
        var s3 = new S3Call(call, World, target, World.Buckets.Find(target.Bucket));
        if (!HttpMethods.IsOptions(call.Request.Method)) HonouredInputs.Require(s3);
        if (target.Bucket.Length == 0) return S3Routes.OfService(s3);
        if (S3Routes.IsCreateBucket(s3)) return BucketCalls.CreateAsync(s3);
        if (HttpMethods.IsOptions(call.Request.Method)) return BucketCors.PreflightAsync(s3);
        if (s3.Bucket is null) throw S3Errors.NoSuchBucket(target.Bucket);

        BucketCors.Tell(call, s3.Settings);
        Admission.Check(s3);
        return target.Key.Length == 0 ? S3Routes.OfBucket(s3) : S3Routes.OfObject(s3);
    }

    public async Task WriteErrorAsync(AwsCall call, AwsError error)
    {
        var target = S3Target.Of(call.Http);
        call.Response.StatusCode = error.Status;
        call.Response.Headers["x-amz-request-id"] = call.RequestId;
        call.Response.Headers["x-amz-id-2"] = S3Xml.HostId(call);
        call.Response.Headers.Server = "AmazonS3";
        if (World.Buckets.Find(target.Bucket) is { } bucket)
        {
            call.Response.Headers["x-amz-bucket-region"] = bucket.Settings.Region;
            BucketCors.Tell(call, bucket.Settings);
        }

        foreach (var (name, value) in error.Headers) call.Response.Headers[name] = value;
        if (HttpMethods.IsHead(call.Request.Method) || error.Status == 304) return;

        var resource =
            target.Key.Length > 0 && !target.VirtualHosted
                ? $"/{target.Bucket}/{target.Key}"
                : $"/{(target.VirtualHosted ? target.Key : target.Bucket)}";
        var body = S3Xml.Error(call, error, resource);
        call.Response.ContentType = "application/xml";
        call.Response.ContentLength = body.Length;
        await call.Response.Body.WriteAsync(body, call.Cancelled);
    }

    public void Dispose() => World.Buckets.Dispose();
}
