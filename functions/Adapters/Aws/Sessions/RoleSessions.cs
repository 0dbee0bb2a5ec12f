using Amazon.Runtime;
using Amazon.SecurityToken;
using Amazon.SecurityToken.Model;
using Microsoft.Extensions.Options;
using ServerlessDrives.Access;
using ServerlessDrives.Access.Policies;

namespace ServerlessDrives.Adapters.Aws.Sessions;

/// <summary>Assumes customers' roles.</summary>
internal sealed class RoleSessions(AwsClients clients, AwsPrincipals principals, IOptions<AwsOptions> options)
{
    private const string PrincipalKey = "ServerlessDrives.Principal";

    /// <summary>
    /// Whether the server has refused a session policy for naming KMS's actions, which it doesn't know, and took one without them.
    /// </summary>
    private volatile bool _knowsNoKeys;

    /// <summary>Our principal, where it is a session with a customer's role that was refused.</summary>
    public static PrincipalArn? PrincipalOf(Exception exception) => exception.Data[PrincipalKey] as PrincipalArn;

    /// <param name="externalId">Null to try without one.</param>
    /// <param name="scope">What the session is confined to; null for all that the role may do.</param>
    /// <exception cref="AmazonSecurityTokenServiceException">STS refused.</exception>
    public async Task<RoleSession> AssumeAsync(
        RoleArn role,
        ExternalId? externalId,
        Region region,
        string sessionName,
        BucketAccess? scope,
        SessionTags? tags,
        CancellationToken cancellation)
    {
        var request = RequestOf(role, externalId, sessionName);
        request.Tags = tags?.ToPairs().Select(pair => new Tag { Key = pair.Key, Value = pair.Value }).ToList();
        return await NamedAsync(role, principal => AssumeAsync(principal, request, region, scope, cancellation));
    }

    /// <summary>A session that is confined by this policy and no other.</summary>
    public Task<RoleSession> AssumeAsync(
        RoleArn role,
        ExternalId externalId,
        Region region,
        string sessionName,
        string policy,
        CancellationToken cancellation)
    {
        var request = RequestOf(role, externalId, sessionName);
        request.Policy = policy;
        return NamedAsync(
            role,
            async principal => new RoleSession(await AskInRegionAsync(principal, request, region, cancellation), IsCut: false));
    }

    private AssumeRoleRequest RequestOf(RoleArn role, ExternalId? externalId, string sessionName) => new()
    {
        RoleArn = role.Value,
        RoleSessionName = sessionName,
        ExternalId = externalId?.Value,
        DurationSeconds = (int)options.Value.SessionDuration.TotalSeconds,
    };

    /// <summary>Asks as our principal, and names it in what is refused.</summary>
    private async Task<RoleSession> NamedAsync(RoleArn role, Func<AWSCredentials, Task<RoleSession>> ask)
    {
        var principal =
            principals.CredentialsFor(role.Partition)
            ?? throw new AmazonSecurityTokenServiceException(
                $"No principal of ours is set up for the partition {role.Partition}; set Aws:Principals:{role.Partition}.")
            {
                ErrorCode = "InvalidClientTokenId",
                StatusCode = System.Net.HttpStatusCode.Forbidden,
            };
        try
        {
            return await ask(principal);
        }
        catch (AmazonSecurityTokenServiceException refused)
        {
            refused.Data[PrincipalKey] = principals.For(role.Partition);
            throw;
        }
    }

    /// <summary>With the tags first; a trust policy that doesn't allow them (<c>sts:TagSession</c>) is asked again without.</summary>
    private async Task<RoleSession> AssumeAsync(
        AWSCredentials principal,
        AssumeRoleRequest request,
        Region region,
        BucketAccess? scope,
        CancellationToken cancellation)
    {
        try
        {
            return await AssumeConfinedAsync(principal, request, region, scope, cancellation);
        }
        catch (AmazonSecurityTokenServiceException) when (request.Tags is { Count: > 0 })
        {
            // Not every text names the action that was refused; without tags it shows whether they were the reason.
            request.Tags = null;
            return await AssumeConfinedAsync(principal, request, region, scope, cancellation);
        }
    }

    private async Task<RoleSession> AssumeConfinedAsync(
        AWSCredentials principal,
        AssumeRoleRequest request,
        Region region,
        BucketAccess? scope,
        CancellationToken cancellation)
    {
        if (scope is null)
            return new(await AskInRegionAsync(principal, request, region, cancellation), IsCut: false);
        var withKeys = !_knowsNoKeys;
        while (true)
        {
            var policies = SessionPolicy.For(scope, withKeys);
            request.Policy = policies[0];
            try
            {
                var session = await AskInRegionAsync(principal, request, region, cancellation);
                _knowsNoKeys |= !withKeys;
                return new(session, SessionPolicy.IsCut(scope));
            }
            catch (PackedPolicyTooLargeException) when (policies.Count > 1)
            {
                request.Policy = policies[^1];
                return new(await AskInRegionAsync(principal, request, region, cancellation), IsCut: true);
            }
            catch (MalformedPolicyDocumentException) when (withKeys)
            {
                // Servers without KMS know no actions of it.
                withKeys = false;
            }
        }
    }

    private async Task<Credentials> AskInRegionAsync(
        AWSCredentials principal,
        AssumeRoleRequest request,
        Region region,
        CancellationToken cancellation)
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

    private async Task<Credentials> AskAsync(
        AWSCredentials principal,
        AssumeRoleRequest request,
        Region region,
        CancellationToken cancellation)
    {
        using var sts = clients.Sts(principal, region);
        return (await sts.AssumeRoleAsync(request, cancellation)).Credentials;
    }
}

/// <param name="IsCut">Whether the session is confined to less than the drive's path, because no policy that confines it to all of it was
/// short enough for STS.</param>
internal sealed record RoleSession(Credentials Credentials, bool IsCut);
