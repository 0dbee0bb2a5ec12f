using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.S3;
using Amazon.SecurityToken;
using Microsoft.Extensions.Options;
using ServerlessDrives.Access;
using ServerlessDrives.Usage;

namespace ServerlessDrives.Adapters.Aws;

/// <summary>Makes SDK clients for the right server: AWS's own regional endpoints, the sandbox, or an S3-compatible one.</summary>
internal sealed class AwsClients(IOptions<AwsOptions> options, SandboxTls sandboxTls, DriveMeters meters)
{
    /// <summary>
    /// What the SDK hands to a connection at once, in bytes: its 8 KiB cost a call to the system each, and half a core in all on a fast
    /// line.
    /// </summary>
    private const int BytesAtOnce = 128 * 1024;

    private readonly AwsOptions _options = options.Value;

    /// <summary>A client that tries again by itself what fails for a passing reason.</summary>
    /// <param name="meter">Counts its calls; without one, the drive's counts for which they are made at that moment, if any.</param>
    public AmazonS3Client S3(
        AWSCredentials credentials,
        BucketName bucket,
        Region region,
        TimeSpan timeout,
        DriveMeter? meter = null
    ) => new(credentials, ConfigOf(bucket, region, timeout, meter));

    /// <summary>A client that doesn't, for calls where it matters whether an earlier try took effect.</summary>
    public AmazonS3Client OnceS3(
        AWSCredentials credentials,
        BucketName bucket,
        Region region,
        TimeSpan timeout,
        DriveMeter? meter = null
    ) => new OnceClient(credentials, ConfigOf(bucket, region, timeout, meter));

    private MeteredS3Config ConfigOf(BucketName bucket, Region region, TimeSpan timeout, DriveMeter? meter)
    {
        var config = new MeteredS3Config(() => meter ?? meters.Present);
        Common(config, region, _options.OtherS3, timeout);
        config.BufferSize = BytesAtOnce;
        // AWS's wildcard certificate covers one label, so a bucket with dots can't stand in the host name.
        config.ForcePathStyle = _options.OtherS3 is not null || bucket.HasDots;
        if (_options is { Sandbox: false, S3Endpoint: not null })
        {
            // Not all S3-compatible servers know the checksums that AWS's SDKs add by default.
            config.RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED;
            config.ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED;
        }

        return config;
    }

    /// <summary>The STS of this region: its tokens work in opt-in regions too, a global one's don't.</summary>
    public AmazonSecurityTokenServiceClient Sts(AWSCredentials credentials, Region region)
    {
        var config = new AmazonSecurityTokenServiceConfig();
        Common(config, region, _options.OtherSts, _options.CallTimeout);
        return new AmazonSecurityTokenServiceClient(credentials, config);
    }

    /// <summary>The bucket's address for a request without a signature; path style, which every server and name understands.</summary>
    public Uri AddressOf(BucketName bucket, Region region) =>
        new(
            _options.OtherS3 ?? new Uri($"https://s3.{region}.{region.Partition.DnsSuffix}"),
            $"{_options.OtherS3?.AbsolutePath.TrimEnd('/')}/{bucket}");

    private void Common(ClientConfig config, Region region, Uri? other, TimeSpan timeout)
    {
        if (other is null)
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(region.Code);
        }
        else
        {
            config.ServiceURL = other.AbsoluteUri;
            config.AuthenticationRegion = region.Code;
        }

        if (sandboxTls.IsUsed)
            config.HttpClientFactory = sandboxTls;
        config.RetryMode = RequestRetryMode.Standard;
        config.MaxErrorRetry = _options.Retries;
        config.Timeout = timeout;
    }

    /// <summary>A client's settings, and the meter that its calls count on.</summary>
    /// <param name="meter">Of the drive that a call is made for; null where it is made for none.</param>
    internal sealed class MeteredS3Config(Func<DriveMeter?> meter) : AmazonS3Config
    {
        public DriveMeter? Meter => meter();
    }

    /// <summary>
    /// With the SDK's retries taken out: a <c>MaxErrorRetry</c> of 0 still lets it send a request again whose connection broke.
    /// </summary>
    private sealed class OnceClient(AWSCredentials credentials, AmazonS3Config config) : AmazonS3Client(credentials, config)
    {
        protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline)
        {
            base.CustomizeRuntimePipeline(pipeline);
            pipeline.RemoveHandler<RetryHandler>();
        }
    }
}
