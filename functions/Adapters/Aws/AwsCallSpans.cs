using System.Diagnostics;
using Amazon.Runtime;
using Amazon.Runtime.Internal;

namespace ServerlessDrives.Adapters.Aws;

/// <summary>
/// A span for every call of the AWS SDK, its retries included, with the names of OpenTelemetry's conventions for AWS; what the SDK sends
/// over HTTP lies below it. Buckets and keys are left out on purpose.
/// </summary>
internal sealed class AwsCallSpans : PipelineHandler
{
    private static readonly Customizer Everywhere = new();

    /// <summary>
    /// Makes every client that is made from now on do so. The SDK's registry is the process's; registering twice is once.
    /// </summary>
    public static void AddToEveryClient() => RuntimePipelineCustomizerRegistry.Instance.Register(Everywhere);

    public override async Task<T> InvokeAsync<T>(IExecutionContext executionContext)
    {
        ArgumentNullException.ThrowIfNull(executionContext);
        using var span = Begin(executionContext.RequestContext);
        if (span is null)
            return await base.InvokeAsync<T>(executionContext);
        try
        {
            var answer = await base.InvokeAsync<T>(executionContext);
            var response = executionContext.ResponseContext.Response;
            span.SetTag("aws.request_id", response?.ResponseMetadata?.RequestId);
            span.SetTag("http.response.status_code", (int?)response?.HttpStatusCode);
            return answer;
        }
        catch (Exception failed)
        {
            Fail(span, failed);
            throw;
        }
        finally
        {
            if (executionContext.RequestContext.Retries is > 0 and var retries)
                span.SetTag("http.request.resend_count", retries);
        }
    }

    /// <summary>Nothing of ours calls the SDK synchronously.</summary>
    public override void InvokeSync(IExecutionContext executionContext) => base.InvokeSync(executionContext);

    private static Activity? Begin(IRequestContext call)
    {
        if (!Telemetry.Source.HasListeners())
            return null;
        var service = call.ServiceMetaData.ServiceId;
        var method =
            call.OriginalRequest.GetType().Name is var name && name.EndsWith("Request", StringComparison.Ordinal)
                ? name[..^"Request".Length]
                : name;
        return Telemetry
            .Source.StartActivity($"{service}/{method}", ActivityKind.Client)
            ?.SetTag("rpc.system", "aws-api")
            .SetTag("rpc.service", service)
            .SetTag("rpc.method", method)
            .SetTag("cloud.region", call.ClientConfig.RegionEndpoint?.SystemName ?? call.ClientConfig.AuthenticationRegion);
    }

    // AWS's message may quote a key; its code doesn't.
    private static void Fail(Activity span, Exception failed)
    {
        var code = failed is AmazonServiceException { ErrorCode: { Length: > 0 } aws } ? aws : failed.GetType().FullName;
        span.SetTag("error.type", code);
        if (failed is AmazonServiceException refused)
        {
            span.SetTag("aws.request_id", refused.RequestId);
            span.SetTag("http.response.status_code", (int)refused.StatusCode);
        }

        span.SetStatus(ActivityStatusCode.Error, code);
    }

    private sealed class Customizer : IRuntimePipelineCustomizer
    {
        public string UniqueName => "ServerlessDrives.Spans";

        public void Customize(Type type, RuntimePipeline pipeline)
        {
            ArgumentNullException.ThrowIfNull(pipeline);
            pipeline.AddHandler(new AwsCallSpans());
        }
    }
}
