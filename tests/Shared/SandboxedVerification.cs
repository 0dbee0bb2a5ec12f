using System.Text.Json.Nodes;
using Azure.Core;
using Azure.Security.KeyVault.Secrets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using ServerlessDrives.Access;
using ServerlessDrives.Access.Policies;
using ServerlessDrives.Adapters.Aws;
using ServerlessDrives.Adapters.KeyVault;
using ServerlessDrives.Embedded.Cloud;
using ServerlessDrives.Embedded.Cloud.Sandbox;
using ServerlessDrives.Embedded.Cloud.Sandbox.Iam;
using ServerlessDrives.Embedded.Cloud.Vault;
using ServerlessDrives.Verification;
using ServerlessDrives.Verification.Reports;
using static ServerlessDrives.Tests.Shared.ParsedValues;

namespace ServerlessDrives.Tests.Shared;

/// <summary>
/// The app's verification by itself, with the real SDKs' clients, against a sandbox and a vault of its own in this process.
/// </summary>
internal sealed class SandboxedVerification : IAsyncDisposable
{
    private static readonly Uri VaultAddress = new("https://embedded.vault.azure.net");

    private readonly DirectoryInfo _folder;
    private readonly AwsSandbox _sandbox;
    private readonly ServiceProvider _services;
    private readonly VaultTransport _vault;

    private SandboxedVerification(
        DirectoryInfo folder,
        AwsSandbox sandbox,
        SeededCloud seeded,
        VaultTransport vault,
        ServiceProvider services)
    {
        (_folder, _sandbox, Seeded, _vault, _services) = (folder, sandbox, seeded, vault, services);
        Administrator = new AwsAdministrator(Described());
    }

    public SeededCloud Seeded { get; }

    public AwsFaults Faults => _sandbox.Faults;

    public AwsAdministrator Administrator { get; }

    /// <param name="retries">How often the SDK itself tries again; null for what the app has.</param>
    /// <param name="budget">For all checks together; null for what the app has.</param>
    public static async Task<SandboxedVerification> StartAsync(
        TimeSpan propagationWait,
        TimeSpan callTimeout,
        int? retries = null,
        TimeSpan? budget = null)
    {
        var folder = Directory.CreateTempSubdirectory("serverless-drives-verification-");
        var sandbox = new AwsSandbox(Path.Combine(folder.FullName, "aws"), FreePort.Take(1)[0], NullLogger.Instance, TimeProvider.System);
        var seeded = sandbox.Plant();
        await sandbox.StartAsync(CancellationToken.None);
        var keys = folder.CreateSubdirectory("vault-keys");
        var vault = new VaultTransport(
            VaultAddress,
            () => new KeyVault(new VaultFiles(Path.Combine(folder.FullName, "vault"), new VaultKeys(keys.FullName)), TimeProvider.System));
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(
                new Dictionary<string, string?>
                {
                    ["Aws:Sandbox"] = "true",
                    ["Aws:SandboxEndpoint"] = sandbox.Endpoint.AbsoluteUri,
                    ["Aws:CallTimeout"] = callTimeout.ToString(),
                    ["Aws:Principals:aws:Arn"] = seeded.PrincipalArn,
                    ["Aws:Principals:aws:AccessKeyId"] = seeded.Principal.AccessKeyId,
                    ["Aws:Principals:aws:SecretAccessKey"] = seeded.Principal.SecretAccessKey,
                    ["Vault:Uri"] = VaultAddress.AbsoluteUri,
                    ["Verification:PropagationWait"] = propagationWait.ToString(),
                    ["Verification:FirstPause"] = "00:00:00.010",
                })
            .Build();
        var services = new ServiceCollection();
        services
            .AddSingleton<IConfiguration>(configuration)
            .AddSingleton(TimeProvider.System)
            .AddSingleton<TokenCredential, EmbeddedCredential>();
        services.AddKeyVault(configuration).AddAws().AddVerification();
        services.Configure<SecretClientOptions>(options =>
            (options.Transport, options.DisableChallengeResourceVerification) = (vault.ClientOptions().Transport, true));
        if (budget is { } time)
            services.PostConfigure<VerificationOptions>(options => (options.Budget, options.SweepTimeout) = (time, time));
        services.PostConfigure<AwsOptions>(options => options.Retries = retries ?? options.Retries);
        return new SandboxedVerification(folder, sandbox, seeded, vault, services.BuildServiceProvider());
    }

    /// <summary>As a user of this account who has just this policy.</summary>
    public async Task<(VerificationSubject Subject, User User)> ByKeyAsync(BucketAccess access, string account, string policy)
    {
        var user = new User
        {
            Account = account,
            Name = $"user-{Guid.NewGuid():n}",
            Path = "/",
            Id = IamIds.User(),
            Created = DateTimeOffset.UtcNow,
        };
        user = user with { Inline = user.Inline.Add("drive", policy) };
        var key = new AccessKey
        {
            Id = IamIds.AccessKey(),
            Secret = IamIds.Secret(),
            Account = account,
            UserId = user.Id,
            Created = user.Created,
        };
        _sandbox.Iam.Change(state => state.With(user) with { AccessKeys = state.AccessKeys.Add(key.Id, key) });
        var name = SecretName.New();
        var version = await _services
            .GetRequiredService<ISecrets>()
            .StoreAsync(name, new ServerlessDrives.Access.Secret(key.Secret), CancellationToken.None);
        return (Subject(access, new DriveCredentials.AccessKey(Read(AccessKeyId.Parse(key.Id)), name, version!)), user);
    }

    /// <summary>As a role of this account that trusts us and has just this policy.</summary>
    public (VerificationSubject Subject, Role Role) ByRole(BucketAccess access, string account, string policy)
    {
        var externalId = ExternalId.New();
        var trust = TrustPolicy.For(Read(PrincipalArn.Parse(Seeded.PrincipalArn)), externalId).ToString();
        var role = new Role
        {
            Account = account,
            Name = $"role-{Guid.NewGuid():n}",
            Path = "/",
            Id = IamIds.Role(),
            Created = DateTimeOffset.UtcNow,
            Trust = _sandbox.Authorizer.Bind(trust),
        };
        role = role with { Inline = role.Inline.Add("drive", policy) };
        _sandbox.Iam.Change(state => state.With(role));
        return (Subject(access, new DriveCredentials.Role(Read(RoleArn.Parse(role.Arn)), externalId)), role);
    }

    public Task<VerificationReport> VerifyAsync(VerificationId id, VerificationSubject subject, CancellationToken cancellation) =>
        _services.GetRequiredService<IVerification>().VerifyAsync(id, subject, watch: null, cancellation);

    public static BucketAccess Access(string bucket, string path, Encryption? encryption = null) =>
        new(
            "con_proof",
            Read(BucketName.Parse(bucket)),
            Read(Region.Parse("us-east-1")),
            Read(DrivePath.Parse(path)),
            encryption ?? Encryption.Nothing);

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await _sandbox.DisposeAsync();
        _vault.Dispose();
        _folder.Delete(recursive: true);
    }

    /// <summary>Whoever it is that uses it, the bucket is the customer's.</summary>
    private static VerificationSubject Subject(BucketAccess access, DriveCredentials credentials) =>
        new(access.Seed, access, credentials, Read(AccountId.Parse(Seed.CustomerAccount)));

    private JsonObject Described() =>
        new()
        {
            ["aws"] = new JsonObject
            {
                ["endpoint"] = _sandbox.Endpoint.AbsoluteUri,
                ["accounts"] = new JsonObject
                {
                    [Seed.CustomerAccount] = new JsonObject
                    {
                        ["administrator"] = KeyOf(Seeded.Administrator),
                        ["driveUser"] = KeyOf(Seeded.DriveUser),
                        ["kmsKeyArn"] = Seeded.KmsKeyArn,
                    },
                },
            },
        };

    private static JsonObject KeyOf(SeededKey key) =>
        new()
        {
            ["accessKeyId"] = key.AccessKeyId,
            ["secretAccessKey"] = key.SecretAccessKey,
            ["userName"] = key.UserName,
        };
}
