using System.Net;
using System.Text;
using System.Text.Json;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Azure.Security.KeyVault.Secrets;
using Microsoft.AspNetCore.Http;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using ServerlessDrives.Access;
using ServerlessDrives.Connecting;
using ServerlessDrives.Connecting.Recovery;
using ServerlessDrives.Drives;
using ServerlessDrives.Embedded.Durable;
using ServerlessDrives.Embedded.Durable.Sqlite;
using ServerlessDrives.Events;
using ServerlessDrives.Events.Audit;
using ServerlessDrives.Events.Webhooks;
using ServerlessDrives.Health;
using ServerlessDrives.Integrations.Upstreams;
using ServerlessDrives.Tests.Integration.Connecting;
using ServerlessDrives.Tests.Shared;
using ServerlessDrives.Tests.Shared.Durable;
using ServerlessDrives.Workspaces;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Crashes;

/// <summary>Storage, vault and AWS that outlive every incarnation of the app that runs on them and is killed.</summary>
[CollectionDefinition(Name)]
public sealed class CrashWorld : IAsyncLifetime, ICollectionFixture<CrashWorld>
{
    public const string Name = "Crash world";

    /// <summary>The well-known key of the storage emulators; it opens nothing else.</summary>
    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private readonly DirectoryInfo _hubs = Directory.CreateTempSubdirectory("serverless-drives-hubs-");
    private IServiceCollection _parts = null!;
    private DriveConnection _connection = null!;
    private Drive _drive = null!;

    public InProcessApp App { get; private set; } = null!;

    public Person Ada { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        App = await InProcessApp.StartAsync(
            new()
            {
                ["Verification:PropagationWait"] = "00:00:00",
                ["ServerlessDrives:Connection:StoreWithin"] = "00:00:08",
                ["ServerlessDrives:Webhooks:AllowPrivateTargets"] = "true",
            },
            byHand:
            [
                typeof(RecoverConnections),
                typeof(SweepDrives),
                typeof(SendDueEvents),
                typeof(OutboxRelay),
                typeof(PollUpstreams),
            ],
            replace: parts => _parts = parts);
        using var ada = await App.SignInAsync("ada");
        var me = await ada.GetAsync("/api/me", HttpStatusCode.OK);
        var organization = OrganizationId.Of(me["organization"]!.Text("id"));
        var connection = await Connections.StartAsync(ada, "accessKey");
        await ada.SendAsync(
            HttpMethod.Put,
            $"/api/connections/{connection.Text("id")}/configuration",
            Connections.KeyConfiguration(App.Administrator(), "crashes"),
            HttpStatusCode.Accepted);
        var connected = await ada.UntilAsync(connection.Text("id"), "connected");
        _connection = (
            await App
                .Services.GetRequiredService<IConnections>()
                .FindAsync(new(organization, ConnectionId.Of(connected.Text("id"))), CancellationToken.None)
        )!.Value;
        _drive = (
            await App
                .Services.GetRequiredService<IDrives>()
                .FindAsync(organization, DriveId.Of(connected.Text("driveId")), CancellationToken.None)
        )!.Value;
        Ada = new(_drive.CreatedBy, organization, OrganizationRole.Admin, "Ada", null, new Dictionary<WorkspaceId, WorkspaceRole>());
    }

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        _hubs.Delete(recursive: true);
    }

    /// <summary>A drive of its own, as the wizard makes them: name, connection, secret, turn.</summary>
    public async Task<Drive> ConnectAsync()
    {
        var connections = App.Services.GetRequiredService<IConnections>();
        var name = DisplayName.Parse(Connections.Unique("crash")).TryGet(out var parsed, out var problem)
            ? parsed
            : throw new InvalidOperationException(problem.Message);
        var secret = SecretName.New();
        var version = await App
            .Services.GetRequiredService<ISecrets>()
            .StoreAsync(secret, new Secret(App.Administrator().DriveUser.Secret), CancellationToken.None);
        var draft = _connection with
        {
            Id = ConnectionId.New(TimeProvider.System),
            DisplayName = name,
            Secret = secret,
            Status = ConnectionStatus.AwaitingConfiguration,
            DriveId = null,
        };
        (await connections.OpenAsync(draft, newRole: null, CancellationToken.None))
            .TryGet(out var opened, out var refusal)
            .ShouldBeTrue(refusal?.Detail);
        var drive = _drive with
        {
            Id = DriveId.New(TimeProvider.System),
            DisplayName = name,
            Connection = draft.Id,
            Authentication = new DriveAuthentication.AccessKey(
                ((DriveAuthentication.AccessKey)_drive.Authentication).AccessKeyId,
                secret,
                version!),
        };
        foreach (var handler in App.Services.GetServices<IDriveEventHandler>())
            await handler.ConnectedAsync(drive, CancellationToken.None);
        // Drives on one bucket are made one after the other; whoever comes second tries again.
        var connected = opened!.With(opened.Value.Connect(drive.Id, TimeProvider.System.GetUtcNow()));
        ConnectOutcome outcome;
        do
            outcome = await connections.ConnectAsync(connected, drive, CancellationToken.None);
        while (outcome is ConnectOutcome.Changed);
        outcome.ShouldBe(ConnectOutcome.Connected);
        return drive;
    }

    /// <summary>A connection with a role of its own, whose orchestration hasn't begun.</summary>
    /// <param name="configuration">Without the role's ARN; null for none.</param>
    public async Task<ConnectionKey> OpenRoleConnectionAsync(DriveConfiguration? configuration = null)
    {
        var name = DisplayName.Parse(Connections.Unique("crash")).TryGet(out var parsed, out var problem)
            ? parsed
            : throw new InvalidOperationException(problem.Message);
        var role = new IamRole
        {
            Id = RoleId.New(TimeProvider.System),
            Organization = Ada.Organization,
            Audience = _connection.Audience,
            DisplayName = name.Value,
            ExternalId = ExternalId.New(),
            Partition = Partition.Aws,
            CreatedBy = Ada.Id,
            CreatedAt = TimeProvider.System.GetUtcNow(),
        };
        var draft = _connection with
        {
            Id = ConnectionId.New(TimeProvider.System),
            DisplayName = name,
            Method = ConnectionMethod.IamRole,
            Secret = null,
            Configuration = configuration,
            RoleId = role.Id,
            RoleIsNew = true,
            ExternalId = role.ExternalId,
            Status = ConnectionStatus.AwaitingTrustPolicy,
            DriveId = null,
        };
        (await App.Services.GetRequiredService<IConnections>().OpenAsync(draft, role, CancellationToken.None))
            .TryGet(out _, out var refusal)
            .ShouldBeTrue(refusal?.Detail);
        return new(draft.Organization, draft.Id);
    }

    /// <summary>Whether a connection could be opened under this name; it isn't.</summary>
    public async Task<bool> IsFreeAsync(Drive drive)
    {
        var connections = App.Services.GetRequiredService<IConnections>();
        var draft = _connection with
        {
            Id = ConnectionId.New(TimeProvider.System),
            DisplayName = drive.DisplayName,
            Secret = null,
            Status = ConnectionStatus.AwaitingConfiguration,
            DriveId = null,
        };
        if (!(await connections.OpenAsync(draft, newRole: null, CancellationToken.None)).TryGet(out var opened, out _))
            return false;
        await connections.CloseAsync(
            opened.With(opened.Value.End(ConnectionStatus.Cancelled, null, TimeProvider.System.GetUtcNow())),
            CancellationToken.None);
        return true;
    }

    /// <summary>Asks a function as Ada; what it answers must be a success.</summary>
    /// <returns>The answer's body.</returns>
    public async Task<string> AnswerAsync(Func<HttpRequest, Task<IResult>> function, Incarnation life, string method, object? body)
    {
        var http = new DefaultHttpContext { RequestServices = life.Services };
        http.Items[typeof(Person)] = Ada;
        http.Request.Method = method;
        if (body is not null)
        {
            http.Request.ContentType = "application/json";
            http.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(body)));
        }

        http.Response.Body = new MemoryStream();
        await (await function(http.Request)).ExecuteAsync(http);
        http.Response.Body.Position = 0;
        using var answer = new StreamReader(http.Response.Body);
        var text = await answer.ReadToEndAsync();
        http.Response.StatusCode.ShouldBeLessThan(300, text);
        return text;
    }

    /// <summary>A webhook to which deliveries are noted and, as the sender is run by hand, not sent.</summary>
    public async Task<WebhookId> ListenAsync(string type)
    {
        var webhook = new Webhook
        {
            Id = WebhookId.New(TimeProvider.System),
            Organization = Ada.Organization,
            Url = new("https://localhost/"),
            Types = [type],
            Secret = SecretName.New(),
            SecretVersion = "none",
            CreatedBy = Ada.Id,
            CreatedAt = TimeProvider.System.GetUtcNow(),
        };
        await App
            .Services.GetRequiredService<IWebhooks>()
            .CreateAsync(
                webhook,
                new(Ada.Organization, Actor.User(Ada.Id), "webhook.created", webhook.Id.Value, null, null),
                CancellationToken.None);
        return webhook.Id;
    }

    /// <summary>What was written down, the newest first.</summary>
    /// <param name="resource">Of what; null for anything.</param>
    public async Task<IReadOnlyList<AuditEntry>> AuditOfAsync(string? resource) =>
        (
            await App
                .Services.GetRequiredService<IAuditTrail>()
                .ListAsync(new(Ada.Organization, null, [], resource, null), 1000, null, CancellationToken.None)
        ).Items;

    /// <summary>The app once more on the same storage and vault: every object new, nothing remembered but what is stored.</summary>
    /// <param name="hub">The task hub, which an incarnation and its successor share.</param>
    /// <param name="death">When it dies; null for one that doesn't.</param>
    public async Task<Incarnation> IncarnateAsync(string hub, Death? death)
    {
        var parts = new ServiceCollection();
        foreach (var part in _parts.Where(part => part.ServiceType != typeof(IHostedService)))
            ((ICollection<ServiceDescriptor>)parts).Add(part);
        parts.AddOptions();
        var client = new TableClientOptions { Retry = { MaxRetries = 0 } };
        client.Transport = new MortalTransport(HttpClientTransport.Shared, death);
        var tables = new TableServiceClient(
            App.Services.GetRequiredService<TableServiceClient>().Uri,
            new TableSharedKeyCredential("devstoreaccount1", Key),
            client);
        parts.AddSingleton(tables);
        parts.PostConfigure<SecretClientOptions>(vault =>
        {
            vault.Transport = new MortalTransport(vault.Transport, death);
            vault.Retry.MaxRetries = 0;
        });
        var services = parts.BuildServiceProvider();
        var options = new DurableHubOptions
        {
            Folder = Path.Combine(_hubs.FullName, hub),
            StopLimit = TimeSpan.FromSeconds(1),
            RetryDelay = TimeSpan.FromMilliseconds(100),
        };
        var durable = new TestHub(AppFunctions.Of(services), options);
        await durable.StartAsync(commit =>
        {
            if (death?.HasCome is true || (commit is CommitMoment.After && death?.Count(byEngine: true) is true))
                throw new KilledException();
        });
        return new(services, durable);
    }
}

/// <summary>One life of the app.</summary>
public sealed class Incarnation : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly TestHub _hub;

    public Incarnation(ServiceProvider services, TestHub hub) => (_services, _hub) = (services, hub);

    public IServiceProvider Services => _services;

    public DurableTaskClient Durable => _hub.Client;

    public T Of<T>() => ActivatorUtilities.GetServiceOrCreateInstance<T>(_services);

    /// <summary>Waits for an orchestration to end; one that never began has.</summary>
    public async Task EndOfAsync(string instance)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        while (await Durable.GetInstanceAsync(instance, getInputsAndOutputs: false, patience.Token) is { IsCompleted: false })
            await Task.Delay(20, patience.Token);
    }

    /// <summary>Waits until every orchestration of this hub has ended.</summary>
    public async Task EndOfAllAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        while (await Durable.GetAllInstancesAsync().AnyAsync(instance => !instance.IsCompleted, patience.Token))
            await Task.Delay(50, patience.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _hub.DisposeAsync();
        await _services.DisposeAsync();
    }
}

/// <summary>
/// Comes with the n-th call to storage or vault, or the n-th commit of the hub, right after its effect: nothing that this life still does
/// reaches the world.
/// </summary>
public sealed class Death
{
    private readonly int _after;
    private readonly bool _ofEngine;
    private readonly TaskCompletionSource _comes = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _calls;
    private int _underWay;

    /// <param name="after">With which call; 0 for before the first.</param>
    /// <param name="ofEngine">Whether the commits of the hub count, or the app's calls.</param>
    public Death(int after, bool ofEngine)
    {
        (_after, _ofEngine) = (after, ofEngine);
        if (after == 0)
            _comes.SetResult();
    }

    public Task Comes => _comes.Task;

    public bool HasCome => _comes.Task.IsCompleted;

    public int Calls => _calls;

    public void Begin() => Interlocked.Increment(ref _underWay);

    public void End() => Interlocked.Decrement(ref _underWay);

    /// <summary>
    /// What was under way to storage when death came has arrived there: nothing of this life has an effect in the next one.
    /// </summary>
    public async Task SettleAsync()
    {
        while (Volatile.Read(ref _underWay) > 0)
            await Task.Delay(10);
    }

    /// <returns>Whether this call is the last one.</returns>
    public bool Count(bool byEngine)
    {
        if (byEngine == _ofEngine && Interlocked.Increment(ref _calls) == _after)
            _comes.TrySetResult();
        return HasCome;
    }
}

/// <summary>Carries requests until death has come.</summary>
internal sealed class MortalTransport(HttpPipelineTransport inner, Death? death) : HttpPipelineTransport
{
    public override Azure.Core.Request CreateRequest() => inner.CreateRequest();

    public override void Process(Azure.Core.HttpMessage message) => throw new NotSupportedException();

    public override async ValueTask ProcessAsync(Azure.Core.HttpMessage message)
    {
        death?.Begin();
        try
        {
            if (death?.HasCome is true)
                throw new KilledException();
            await inner.ProcessAsync(message);
        }
        finally
        {
            death?.End();
        }

        if (death?.Count(byEngine: false) is true)
            throw new KilledException();
    }
}

internal sealed class KilledException() : IOException("The process was killed.");
