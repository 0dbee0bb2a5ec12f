using Amazon.Runtime;
using Microsoft.Extensions.Options;
using ServerlessDrives.Access;

namespace ServerlessDrives.Adapters.Aws;

/// <summary>A drive's credentials as the SDK asks for them: fetched once for all who wait, and again at half their life, with jitter so that drives don't do so at once.</summary>
internal sealed class RefreshingDriveCredentials : RefreshingAWSCredentials
{
    private readonly Func<CancellationToken, Task<CredentialsRefreshState>> _fetch;
    private readonly TimeSpan _timeout;

    private RefreshingDriveCredentials(Func<CancellationToken, Task<CredentialsRefreshState>> fetch, TimeSpan life, TimeSpan timeout)
    {
        (_fetch, _timeout) = (fetch, timeout);
        PreemptExpiryTime = life * (0.45 + (Random.Shared.NextDouble() * 0.1));
    }

    public static RefreshingDriveCredentials OfRole(RoleSessions sessions, DriveCredentials.Role role, BucketAccess access, string sessionName, AwsOptions options) => new(
        async cancellation =>
        {
            var session = await sessions.AssumeAsync(role.Arn, role.ExternalId, access.Region, sessionName, access, cancellation);
            return new CredentialsRefreshState(session.GetCredentials(), session.Expiration!.Value.ToUniversalTime());
        },
        options.SessionDuration,
        options.CallTimeout * 4);

    /// <summary>A secret that was disabled in the vault stops working within the hour even if nobody says so here.</summary>
    public static RefreshingDriveCredentials OfKey(ISecrets secrets, DriveCredentials.AccessKey key, TimeProvider clock, AwsOptions options) => new(
        async cancellation =>
        {
            var secret = await secrets.ReadAsync(key.Secret, key.SecretVersion, cancellation)
                ?? throw new AmazonClientException($"The vault no longer has the secret of the access key {key.Id}.");
            return new CredentialsRefreshState(new ImmutableCredentials(key.Id.Value, secret.Reveal(), token: null), clock.GetUtcNow().UtcDateTime + options.SessionDuration);
        },
        options.SessionDuration,
        options.CallTimeout * 4);

    protected override CredentialsRefreshState GenerateNewCredentials() => GenerateNewCredentialsAsync().GetAwaiter().GetResult();

    protected override async Task<CredentialsRefreshState> GenerateNewCredentialsAsync()
    {
        using var soon = new CancellationTokenSource(_timeout);
        return await _fetch(soon.Token);
    }
}
