using Azure.Security.KeyVault.Secrets;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using ServerlessDrives.Embedded.Cloud.Azurite;
using ServerlessDrives.Embedded.Cloud.Sandbox;
using ServerlessDrives.Embedded.Cloud.SignIn;
using ServerlessDrives.Embedded.Cloud.Vault;
using ServerlessDrives.Embedded.Demo;

namespace ServerlessDrives.Embedded.Cloud;

/// <summary>
/// What Azure and AWS provide, on this machine: Azurite, the vault, sign-in, and the AWS sandbox. Ports are chosen at once, nothing runs
/// until the host starts.
/// </summary>
internal sealed class EmbeddedCloud : IHostedLifecycleService, IAsyncDisposable
{
    private const int PreferredSandboxPort = 7075;
    internal static readonly Uri VaultAddress = new("https://embedded.vault.azure.net");

    private readonly EmbeddedOptions _options;
    private readonly RealAzure _real;
    private readonly bool _needsAzurite;
    private readonly DataFolder _data;
    private readonly AzuriteServer _azurite;
    private readonly VaultTransport _vault;
    private readonly TokenIssuer _tokens;
    private readonly EmbeddedGroups _groups;
    private readonly SignInEndpoints _signIn;
    private readonly AwsSandbox? _sandbox;
    private SeededCloud? _seeded;

    private EmbeddedCloud(EmbeddedOptions options, bool sandboxed, bool withQueues, RealAzure real)
    {
        (_options, _real, _needsAzurite) = (options, real, withQueues || !real.Tables);
        _data = new DataFolder(options.DataFolder);
        var ports = FreePort.Take(3);
        _azurite = new(
            AzuriteInstallation.OfThisPerson(Terminal.Open()),
            _data.Room("azurite"),
            ports[0],
            ports[1],
            withQueues ? ports[2] : 0);
        _vault = new(
            VaultAddress,
            () => new KeyVault(new VaultFiles(_data.Room("vault"), new VaultKeys(_data.Room("vault-keys"))), TimeProvider.System));
        _groups = new(_data.Room("groups.json"));
        _tokens = new(
            new Uri($"http://127.0.0.1:{options.Port}{SignInEndpoints.Path}"),
            _data.Room("sign-in.key"),
            _groups,
            TimeProvider.System);
        _signIn = new(_tokens, TimeProvider.System);
        // The sandbox's principal is a setting of the app, so it has to be there before the app is composed.
        _data.Claim();
        if (options.Reset)
            _data.Clear();
        // What was damaged while nothing ran is found now, and not by the first request.
        _tokens.Open();
        _groups.Open();
        _vault.Open();
        if (sandboxed)
            _sandbox = new(
                _data.Room("aws"),
                options.PortIsFree ? FreePort.Take(1)[0] : FreePort.TakePreferably(PreferredSandboxPort),
                NullLogger.Instance,
                TimeProvider.System);
    }

    /// <param name="sandboxed">Whether AWS is the sandbox; otherwise nothing of it is started or told of.</param>
    /// <param name="withQueues">Whether Azurite serves queues too, for Microsoft's provider of Durable Task.</param>
    /// <param name="real">What the app uses a real Azure for.</param>
    public static EmbeddedCloud Create(EmbeddedOptions options, bool sandboxed, bool withQueues, RealAzure real) =>
        new(options, sandboxed, withQueues, real);

    /// <summary>What the app finds its surroundings by, unless somebody says otherwise.</summary>
    public IReadOnlyDictionary<string, string?> Settings
    {
        get
        {
            var settings = new Dictionary<string, string?>(EmbeddedPeople.WorkspaceSettings())
            {
                ["Tables:Endpoint"] = _azurite.TableEndpoint.AbsoluteUri,
                ["Vault:Uri"] = VaultAddress.AbsoluteUri,
                ["Graph:Endpoint"] = $"http://127.0.0.1:{_options.Port}{GraphEndpoints.Path}",
                ["Authentication:Authority"] = _tokens.Issuer.AbsoluteUri,
                ["Authentication:Audience"] = TokenIssuer.Audience,
                ["Authentication:ClientId"] = TokenIssuer.ClientId,
            };
            if (_sandbox is null)
                return settings;
            settings["Aws:Sandbox"] = "true";
            settings["Aws:SandboxEndpoint"] = (_options.SandboxTls ? _sandbox.TlsEndpoint : _sandbox.Endpoint).AbsoluteUri;
            if (_options.SandboxTls)
                settings["Aws:SandboxAuthority"] = _sandbox.Authority;
            settings["Aws:SnsEndpoint"] = _sandbox.TlsEndpoint.AbsoluteUri;
            settings["Aws:SnsAuthority"] = _sandbox.Authority;
            settings["Aws:Principals:aws:Arn"] = Seeded.PrincipalArn;
            settings["Aws:Principals:aws:AccessKeyId"] = Seeded.Principal.AccessKeyId;
            settings["Aws:Principals:aws:SecretAccessKey"] = Seeded.Principal.SecretAccessKey;
            // Nobody wants to watch a refusal being waited out, and the sandbox tells all its services at once.
            if (_options.Demo)
                settings["Verification:PropagationWait"] = "00:00:02";
            return settings;
        }
    }

    /// <summary>Hears of what happens to Azurite.</summary>
    public ILogger Logger
    {
        set => _azurite.Logger = value;
    }

    /// <summary>Of Azurite, for whoever keeps something there beside the app.</summary>
    public string StorageConnectionString => _azurite.ConnectionString;

    private SeededCloud Seeded => _seeded ??= _sandbox!.Plant();

    /// <summary>The customer's administrator, for the guided run.</summary>
    public AcmeAdministrator Administrator(HttpClient http) => new(http, _sandbox!.Endpoint, Seeded.Administrator, TimeProvider.System);

    public void AddTo(IServiceCollection services)
    {
        if (!_real.Tables)
            services.AddSingleton(_ => _azurite.Tables());
        services.AddSingleton(_real.Credential);
        if (!_real.Vault)
        {
            services.Configure<SecretClientOptions>(options =>
            {
                var embedded = _vault.ClientOptions();
                options.Transport = embedded.Transport;
                options.DisableChallengeResourceVerification = true;
                options.Diagnostics.IsLoggingEnabled = false;
            });
        }

        services.AddSingleton(this);
        services.AddSingleton<IHostedService>(this);
    }

    public void Map(IEndpointRouteBuilder routes)
    {
        _signIn.Map(routes);
        new GraphEndpoints(_groups).Map(routes);
        new CloudEndpoints(_sandbox, () => Seeded).Map(routes);
    }

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        // The port is bound last of all: whoever can't have it hears of it before anything runs.
        FreePort.Require(_options.Port);
        await Task.WhenAll(
            _needsAzurite ? _azurite.StartAsync(cancellationToken) : Task.CompletedTask,
            _sandbox?.StartAsync(cancellationToken) ?? Task.CompletedTask);
        if (!_options.Demo)
            Announcement.Print(_options, _sandbox?.Endpoint, _sandbox is null ? null : Seeded);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>When all has stopped: whatever still writes until then finds its storage there.</summary>
    public async ValueTask DisposeAsync()
    {
        await _azurite.DisposeAsync();
        if (_sandbox is not null)
            await _sandbox.DisposeAsync();
        _tokens.Dispose();
        _vault.Dispose();
        _data.Dispose();
    }
}
