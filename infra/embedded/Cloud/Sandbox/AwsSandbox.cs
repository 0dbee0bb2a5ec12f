using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using ServerlessDrives.Embedded.Cloud.Sandbox.Iam;
using ServerlessDrives.Embedded.Cloud.Sandbox.Kms;
using ServerlessDrives.Embedded.Cloud.Sandbox.Policies;
using ServerlessDrives.Embedded.Cloud.Sandbox.S3;
using ServerlessDrives.Embedded.Cloud.Sandbox.S3.Storage;
using ServerlessDrives.Embedded.Cloud.Sandbox.Sns;
using ServerlessDrives.Embedded.Cloud.Sandbox.Storage;
using ServerlessDrives.Embedded.Cloud.Sandbox.Sts;
using ServerlessDrives.Embedded.Cloud.Sandbox.Wire;

namespace ServerlessDrives.Embedded.Cloud.Sandbox;

/// <summary>
/// The AWS sandbox: IAM, STS, S3, KMS and SNS over http on one port of this machine and over https on another, with everything that they
/// keep in one folder.
/// </summary>
internal sealed class AwsSandbox : IAsyncDisposable
{
    private const int SealingKeyLength = 32;

    private readonly WebApplication _app;
    private readonly Seed _seed;
    private readonly SandboxS3 _s3;
    private readonly WebIdentity _webIdentity;
    private readonly TlsAuthority _authority;
    private readonly SnsIdentity _snsIdentity;
    private readonly SnsDelivery _snsDelivery;

    public AwsSandbox(string folder, int port, ILogger log, TimeProvider clock)
    {
        Directory.CreateDirectory(folder);
        Endpoint = new($"http://127.0.0.1:{port}");
        var tlsPort = FreePort.Take(1)[0];
        TlsEndpoint = new($"https://127.0.0.1:{tlsPort}");
        Iam = new(new StateFile<IamState>(Path.Combine(folder, "iam.json")), Faults, clock);
        var kms = new StateFile<KmsState>(Path.Combine(folder, "kms.json"));
        var buckets = new Buckets(Path.Combine(folder, "s3"));
        Authorizer = new Authorizer(Iam, clock);
        var rules = new PolicyRules(Authorizer);
        var credentials = new Credentials(Iam, SealingKey(Path.Combine(folder, "sessions.key")), clock);
        _webIdentity = new(Iam);
        _authority = new(folder, clock);
        _snsIdentity = new(_authority);
        _snsDelivery = new(_snsIdentity, TlsEndpoint, clock, log);
        var sns = new SandboxSns(new StateFile<SnsState>(Path.Combine(folder, "sns.json")), _snsIdentity, _snsDelivery, rules, Authorizer);
        _s3 = new(new S3World(buckets, Authorizer, new DataKeys(kms, Authorizer, clock), rules, sns, Faults, clock));
        _seed = new(Iam, kms, buckets, clock);
        var pipeline = new Pipeline(
            [
                _s3,
                new SandboxSts(Iam, credentials, Authorizer, _webIdentity, clock),
                new SandboxIam(Iam, rules, Authorizer, clock),
                new SandboxKms(kms, rules, Authorizer, clock),
                sns,
            ],
            new Authentication(credentials, clock),
            Faults,
            clock,
            log);

        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            // Keys of 1,024 bytes, each byte as three characters, with signature and headers in the query.
            kestrel.Limits.MaxRequestLineSize = 32 * 1024;
            kestrel.ListenLocalhost(port);
            kestrel.ListenLocalhost(tlsPort, listen => listen.UseHttps(_authority.Server));
        });
        _app = builder.Build();
        _app.Run(pipeline.RunAsync);
    }

    public Uri Endpoint { get; }

    /// <summary>The same over https; where SNS serves its certificate and confirms subscriptions.</summary>
    public Uri TlsEndpoint { get; }

    /// <summary>Who vouches for that: a certificate, DER in base64.</summary>
    public string Authority => _authority.Certificate;

    /// <summary>The same as a PEM file.</summary>
    public string AuthorityFile => _authority.CertificateFile;

    public AwsFaults Faults { get; } = new();

    public IamStore Iam { get; }

    public IAuthorizer Authorizer { get; }

    /// <summary>Plants the accounts and keys that are missing, and says what is there.</summary>
    public SeededCloud Plant() => _seed.Plant();

    /// <summary>Plants the buckets that are missing, and listens.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        await _seed.PlantBucketsAsync(cancellation);
        await _app.StartAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _snsDelivery.DisposeAsync();
        await _app.DisposeAsync();
        _s3.Dispose();
        _webIdentity.Dispose();
        _snsIdentity.Dispose();
        _authority.Dispose();
    }

    /// <summary>What session tokens are sealed with; kept, so that sessions outlive a restart.</summary>
    private static byte[] SealingKey(string file)
    {
        if (!File.Exists(file))
            DataFolder.Replace(file, RandomNumberGenerator.GetBytes(SealingKeyLength));
        return DataFolder.Read(
            file,
            key =>
                key.Length == SealingKeyLength
                    ? key
                    : throw new CryptographicException($"It has {key.Length} bytes, not {SealingKeyLength}."));
    }
}
