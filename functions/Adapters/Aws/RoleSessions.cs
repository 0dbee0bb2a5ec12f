using Amazon.Runtime;
using Amazon.SecurityToken;
using Amazon.SecurityToken.Model;
using Microsoft.Extensions.Options;
using ServerlessDrives.Access;

namespace ServerlessDrives.Adapters.Aws;

/// <summary>Assumes customers' roles.</summary>
internal sealed class RoleSessions(AwsClients clients, AwsPrincipals principals, IOptions<AwsOptions> options)
{
    /// <param name="externalId">Null to try without one.</param>
    /// <param name="scope">What the session is confined to; null for all that the role may do.</param>
    /// <exception cref="AmazonSecurityTokenServiceException">STS refused.</exception>
    public async Task<Credentials> AssumeAsync(RoleArn role, ExternalId? externalId, Region region, string sessionName, BucketAccess? scope, CancellationToken cancellation)
    {
        var principal = principals.CredentialsFor(role.Partition)
            ?? throw new AmazonSecurityTokenServiceException($"No principal of ours is set up for the partition {role.Partition}; set Aws:Principals:{role.Partition}.") { ErrorCode = "InvalidClientTokenId", StatusCode = System.Net.HttpStatusCode.Forbidden };
        var policies = scope is null ? (IReadOnlyList<string?>)[null] : SessionPolicy.For(scope);
        var request = new AssumeRoleRequest
        {
            RoleArn = role.Value,
            RoleSessionName = sessionName,
            ExternalId = externalId?.Value,
            Policy = policies[0],
            DurationSeconds = (int)options.Value.SessionDuration.TotalSeconds,
        };
        try
        {
            return await AssumeAsync(principal, request, region, cancellation);
        }
        catch (PackedPolicyTooLargeException) when (policies.Count > 1)
        {
            request.Policy = policies[^1];
            return await AssumeAsync(principal, request, region, cancellation);
        }
    }

    private async Task<Credentials> AssumeAsync(AWSCredentials principal, AssumeRoleRequest request, Region region, CancellationToken cancellation)
    {
        try
        {
            return await AskAsync(principal, request, region, cancellation);
        }
        catch (RegionDisabledException) when (StsRegions.HomeOf(region.Partition) != region)
        {
            return await AskAsync(principal, request, StsRegions.HomeOf(region.Partition), cancellation);
        }
    }

    private async Task<Credentials> AskAsync(AWSCredentials principal, AssumeRoleRequest request, Region region, CancellationToken cancellation)
    {
        using var sts = clients.Sts(principal, region);
        return (await sts.AssumeRoleAsync(request, cancellation)).Credentials;
    }
}
