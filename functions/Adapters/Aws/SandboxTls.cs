using System.Security.Cryptography.X509Certificates;
using Amazon.Runtime;
using Microsoft.Extensions.Options;

namespace ServerlessDrives.Adapters.Aws;

/// <summary>
/// HTTP for the sandbox over TLS: it trusts the sandbox's own authority (<see cref="AwsOptions.SandboxAuthority"/>) and no other.
/// </summary>
internal sealed class SandboxTls(IOptions<AwsOptions> options) : HttpClientFactory, IDisposable
{
    private readonly Lazy<SocketsHttpHandler> _connections = new(() => Handler(options.Value));

    /// <summary>Whether there is an authority to trust; elsewhere the SDK's own HTTP is used.</summary>
    public bool IsUsed => options.Value is { Sandbox: true, SandboxAuthority: not null };

    /// <summary>A handler of its own for requests that the SDK doesn't make: no redirects, no cookies.</summary>
    public static SocketsHttpHandler Handler(AwsOptions options)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        };
        if (options is { Sandbox: true, SandboxAuthority: { } authority })
            handler.SslOptions = new() { CertificateChainPolicy = OnlyBy(AwsOptions.CertificateOf(authority)!) };
        return handler;
    }

    public override HttpClient CreateHttpClient(IClientConfig clientConfig) =>
        new(_connections.Value, disposeHandler: false) { Timeout = clientConfig.Timeout ?? options.Value.CallTimeout };

    /// <summary>The connections are shared by this class, whatever a client's timeout is.</summary>
    public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

    public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => true;

    public void Dispose()
    {
        if (_connections.IsValueCreated)
            _connections.Value.Dispose();
    }

    private static X509ChainPolicy OnlyBy(X509Certificate2 authority)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(authority);
        return policy;
    }
}
