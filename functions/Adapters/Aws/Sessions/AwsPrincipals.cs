using Amazon.Runtime;
using Amazon.SecurityToken.Model;
using Azure.Core;
using Microsoft.Extensions.Options;
using ServerlessDrives.Access;

namespace ServerlessDrives.Adapters.Aws.Sessions;

/// <summary>Who we are in each partition, and the credentials for it.</summary>
internal sealed class AwsPrincipals : IPrincipals, IDisposable
{
    private readonly Dictionary<Partition, (PrincipalArn Arn, AWSCredentials Credentials)> _principals = [];

    public AwsPrincipals(IOptions<AwsOptions> options, AwsClients clients, TokenCredential identity)
    {
        AreOfAws = options.Value.IsAws;
        foreach (var (name, principal) in options.Value.Principals)
        {
            if (
                !Partition.Parse(name).TryGet(out var partition, out var problem)
                || !PrincipalArn.Parse(principal.Arn).TryGet(out var arn, out problem))
                throw new OptionsValidationException(AwsOptions.Section, typeof(AwsOptions), [problem.Message]);
            AWSCredentials credentials = principal is { AccessKeyId: { } id, SecretAccessKey: { } secret }
                ? new BasicAWSCredentials(id, secret)
                : new ManagedIdentityCredentials(clients, identity, arn, options.Value.WebIdentity.Audience!);
            _principals[partition] = (arn, credentials);
        }
    }

    public IReadOnlyList<Partition> Partitions => [.. Partition.All.Where(_principals.ContainsKey)];

    public bool AreOfAws { get; }

    public PrincipalArn? For(Partition partition) => _principals.TryGetValue(partition, out var principal) ? principal.Arn : null;

    /// <summary>Null where we are nobody.</summary>
    public AWSCredentials? CredentialsFor(Partition partition) =>
        _principals.TryGetValue(partition, out var principal) ? principal.Credentials : null;

    public void Dispose()
    {
        foreach (var (_, credentials) in _principals.Values)
            (credentials as IDisposable)?.Dispose();
    }

    /// <summary>Exchanges the managed identity's token for a session of our own role.</summary>
    private sealed class ManagedIdentityCredentials : RefreshingAWSCredentials
    {
        private readonly AwsClients _clients;
        private readonly TokenCredential _identity;
        private readonly PrincipalArn _role;
        private readonly string _audience;

        public ManagedIdentityCredentials(AwsClients clients, TokenCredential identity, PrincipalArn role, string audience)
        {
            (_clients, _identity, _role, _audience) = (clients, identity, role, audience);
            PreemptExpiryTime = TimeSpan.FromMinutes(30);
        }

        protected override CredentialsRefreshState GenerateNewCredentials() => GenerateNewCredentialsAsync().GetAwaiter().GetResult();

        protected override async Task<CredentialsRefreshState> GenerateNewCredentialsAsync()
        {
            using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            var token = await _identity.GetTokenAsync(new TokenRequestContext([$"{_audience}/.default"]), soon.Token);
            using var sts = _clients.Sts(new AnonymousAWSCredentials(), StsRegions.HomeOf(_role.Partition));
            var answer = await sts.AssumeRoleWithWebIdentityAsync(
                new AssumeRoleWithWebIdentityRequest
                {
                    RoleArn = _role.Value,
                    RoleSessionName = "serverless-drives",
                    WebIdentityToken = token.Token,
                },
                soon.Token);
            return new CredentialsRefreshState(answer.Credentials.GetCredentials(), answer.Credentials.Expiration!.Value.ToUniversalTime());
        }
    }
}
