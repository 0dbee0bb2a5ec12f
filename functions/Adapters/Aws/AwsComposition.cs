using Azure.Core;
using Azure.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using ServerlessDrives.Access;
using ServerlessDrives.Adapters.Aws.Copying;
using ServerlessDrives.Adapters.Aws.Listing;
using ServerlessDrives.Adapters.Aws.Probing;
using ServerlessDrives.Adapters.Aws.Reading;
using ServerlessDrives.Adapters.Aws.Sessions;
using ServerlessDrives.Adapters.Aws.Writing;
using ServerlessDrives.Connecting.Buckets;
using ServerlessDrives.Files;
using ServerlessDrives.Files.Operations;
using ServerlessDrives.Files.Uploads;
using ServerlessDrives.Files.Versions;
using ServerlessDrives.Health;
using ServerlessDrives.Integrations.Sns;
using ServerlessDrives.Integrations.Upstreams;
using ServerlessDrives.Usage;
using ServerlessDrives.Verification;

namespace ServerlessDrives.Adapters.Aws;

/// <summary>What composition needs to know of this room.</summary>
public static class AwsComposition
{
    /// <summary>
    /// Adds AWS from the section <c>Aws</c>: our principals, drives' sessions and clients, and verification's probe. Needs <see
    /// cref="ISecrets"/>.
    /// </summary>
    public static IServiceCollection AddAws(this IServiceCollection services)
    {
        AwsCallSpans.AddToEveryClient();
        S3CallMetering.AddToEveryClient();
        services.AddOptions<AwsOptions>().BindConfiguration(AwsOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<AwsOptions>, AwsOptionsValidation>();
        services.TryAddSingleton<TokenCredential>(_ => new DefaultAzureCredential());
        services.TryAddSingleton<DriveMeters>();
        services.AddSingleton<SandboxTls>();
        services.AddSingleton<AwsClients>();
        services.AddSingleton<AwsPrincipals>();
        services.AddSingleton<IPrincipals>(provider => provider.GetRequiredService<AwsPrincipals>());
        services.AddSingleton<RoleSessions>();
        services.AddSingleton<DriveKeyring>();
        services.AddSingleton<DriveClients>();
        services.AddSingleton<IDriveSessions>(provider => provider.GetRequiredService<DriveClients>());
        services.AddSingleton<PartBuffers>();
        services.AddSingleton<ReadAheadBudget>();
        services.AddSingleton<S3Outcomes>();
        services.AddSingleton<S3Uploads>();
        services.AddSingleton<ListAhead>();
        services.AddSingleton<S3Lister>();
        services.AddSingleton<S3Reader>();
        services.AddSingleton<S3Writer>();
        services.AddSingleton<S3Presigned>();
        services.AddSingleton<IResumableUploads>(provider => provider.GetRequiredService<S3Presigned>());
        services.AddSingleton<IDriveFiles, S3DriveFiles>();
        services.AddSingleton<S3VersionLister>();
        services.AddSingleton<IFileVersions, S3Versions>();
        services.AddSingleton<S3Comparison>();
        services.AddSingleton<S3PartTransfer>();
        services.AddSingleton<S3CopyCompletion>();
        services.AddSingleton<S3PartwiseCopies>();
        services.AddSingleton<S3Keys>();
        services.AddSingleton<S3Deletions>();
        services.AddSingleton<IFileCopies, S3Copies>();
        services.AddSingleton<IDirectTransfers, S3Addresses>();
        services.AddSingleton<IBucketDirectory, UnsignedBuckets>();
        services.AddSingleton<IHealthProbe, S3HealthProbe>();
        services.AddSingleton<IProbeLeftovers, S3ProbeLeftovers>();
        services.AddSingleton<IArrivals, S3Arrivals>();
        services.AddSingleton<ISns, SnsSignatureVerifier>();
        return services.AddSingleton<IProbe, AwsProbe>();
    }
}
