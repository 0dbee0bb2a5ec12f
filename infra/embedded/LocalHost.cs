using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Trace;
using ServerlessDrives.Embedded.Cloud;
using ServerlessDrives.Embedded.Demo;
using ServerlessDrives.Embedded.Durable;
using ServerlessDrives.Embedded.Http;
using ServerlessDrives.Embedded.Timers;
using ServerlessDrives.Embedded.Worker;

namespace ServerlessDrives.Embedded;

/// <summary>
/// The local host: what Azure's Functions host and Azure itself are to the app, in the app's own process. It speaks the official protocols
/// to an unchanged worker: FunctionRpc for functions, Durable Task's gRPC service for its clients, and HTTP in front of the worker's own
/// server.
/// </summary>
internal sealed class LocalHost : IAsyncDisposable
{
    private static readonly TimeSpan ShutdownLimit = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan ClientTimeout = TimeSpan.FromSeconds(100);
    private const int NoLimit = int.MaxValue;

    private readonly EmbeddedCloud _cloud;
    private readonly WebApplication _rpc;

    private LocalHost(EmbeddedOptions options, HostJson host, EmbeddedCloud cloud, WebApplication rpc, TimeProvider clock)
    {
        Options = options;
        Clock = clock;
        _cloud = cloud;
        _rpc = rpc;
        Worker = rpc.Services.GetRequiredService<WorkerChannel>();
        var loggers = rpc.Services.GetRequiredService<ILoggerFactory>();
        Durable = rpc.Services.GetRequiredService<DurableHub>();
        DurableWorker = rpc.Services.GetRequiredService<RemoteDurableWorker>();
        Worker.DurableClientBinding = DurableClientBinding(RpcAddress, options);
        Functions = new(Worker, host, loggers.CreateLogger<HttpFunctions>());
        Loggers = loggers;
        cloud.Logger = loggers.CreateLogger<EmbeddedCloud>();
    }

    /// <summary>The one that this process runs, where it runs one.</summary>
    public static LocalHost? Current { get; set; }

    public EmbeddedOptions Options { get; }

    public WorkerChannel Worker { get; }

    public RemoteDurableWorker DurableWorker { get; }

    public DurableHub Durable { get; }

    public HttpFunctions Functions { get; }

    public ILoggerFactory Loggers { get; }

    public TimeProvider Clock { get; }

    /// <summary>
    /// Where the app finds its surroundings, unless somebody sets it otherwise. With <c>:</c> between the parts of a name.
    /// </summary>
    public IReadOnlyDictionary<string, string?> Settings => _cloud.Settings;

    /// <summary>Azurite's, with the endpoints of blobs, queues and tables.</summary>
    public string StorageConnectionString => _cloud.StorageConnectionString;

    /// <summary>What the official host starts a worker with.</summary>
    public string[] WorkerArguments =>
    [
        $"--Functions:Worker:HostEndpoint={RpcAddress}",
        "--Functions:Worker:WorkerId=1",
        "--Functions:Worker:RequestId=1",
        $"--Functions:Worker:GrpcMaxMessageLength={NoLimit}",
    ];

    /// <summary>Where this host's gRPC services listen.</summary>
    public string RpcAddress => _rpc.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    /// <summary>Takes the data folder and the ports, and listens for a worker.</summary>
    /// <param name="configuration">What sets this host: <c>PORT</c>, <c>Aws:Sandbox</c>, …</param>
    /// <exception cref="StartRefusedException">An option or a setting makes no sense.</exception>
    public static async Task<LocalHost> StartAsync(IReadOnlyList<string> args, IConfiguration configuration, TimeProvider? clock = null)
    {
        // The worker looks for host.json there.
        Environment.SetEnvironmentVariable("FUNCTIONS_APPLICATION_DIRECTORY", AppContext.BaseDirectory);
        Environment.SetEnvironmentVariable("FUNCTIONS_WORKER_DIRECTORY", AppContext.BaseDirectory);
        var (options, host) = (EmbeddedOptions.Parse(args, configuration), new HostJson(configuration));
        var cloud = EmbeddedCloud.Create(
            options,
            IsSandboxed(configuration, options),
            withQueues: ProviderOf(configuration) is DurableProvider.AzureStorage,
            RealAzure.Of(configuration));
        try
        {
            var rpc = RpcServer(options, configuration, cloud, clock ?? TimeProvider.System);
            await rpc.StartAsync();
            return new(options, host, cloud, rpc, clock ?? TimeProvider.System);
        }
        catch
        {
            await cloud.DisposeAsync();
            throw;
        }
    }

    /// <summary>Adds to the worker what makes it one of this host.</summary>
    public void AddTo(IServiceCollection services)
    {
        services.AddSingleton<IStartupFilter>(new HttpFront(Functions, _cloud.Map));
        services.Configure<KestrelServerOptions>(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.ListenLocalhost(Options.Port);
        });
        services.AddLogging(logging => LogTo(logging, Options));
        // What the worker logs is printed by itself; without this each line would go to the host as a message, too.
        services.Configure<LoggerFilterOptions>(filter =>
            filter.Rules.Add(new("Microsoft.Azure.Functions.Worker.Logging.WorkerLoggerProvider", null, LogLevel.None, null)));
        services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownLimit);
        // The turns of orchestrations and their activities, which the official host sends by itself, where it traces.
        if (Worker.Traces)
            services.ConfigureOpenTelemetryTracerProvider(tracing => tracing.AddSource("DurableTask.Core"));
        services.AddSingleton(Options);
        _cloud.AddTo(services);
        services.AddSingleton(this);
        services.AddHostedService<LocalHostLifecycle>();
        if (Options.Demo)
            services.AddHostedService<GuidedRun>();
    }

    public TimerFunctions Timers(IConfiguration configuration) =>
        new(Worker, configuration, Clock, Options.DataFolder, Loggers.CreateLogger<TimerFunctions>());

    public async ValueTask DisposeAsync()
    {
        await _rpc.DisposeAsync();
        await _cloud.DisposeAsync();
    }

    private static WebApplication RpcServer(EmbeddedOptions options, IConfiguration configuration, EmbeddedCloud cloud, TimeProvider clock)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddConfiguration(configuration);
        LogTo(builder.Logging, options);
        builder.Logging.AddFilter("Microsoft", LogLevel.Error).AddFilter("Grpc", LogLevel.Error);
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc(grpc => (grpc.MaxReceiveMessageSize, grpc.MaxSendMessageSize) = (null, null));
        builder.Services.AddSingleton(provider => new WorkerChannel(
            AppContext.BaseDirectory,
            HandedOnTrace.Of(configuration),
            provider.GetRequiredService<ILogger<WorkerChannel>>()));
        builder.Services.AddSingleton(clock);
        builder.Services.AddSingleton<RemoteDurableWorker>();
        builder.Services.AddSingleton<IDurableWorker>(provider => provider.GetRequiredService<RemoteDurableWorker>());
        builder.Services.AddDurableHub(HubOptions(options, configuration, cloud));
        var app = builder.Build();
        app.MapGrpcService<FunctionRpcService>();
        app.MapDurableHub();
        return app;
    }

    private static DurableHubOptions HubOptions(EmbeddedOptions options, IConfiguration configuration, EmbeddedCloud cloud)
    {
        return new()
        {
            Provider = ProviderOf(configuration),
            Folder = options.DataFolder,
            ConnectionString = configuration["Durable:ConnectionString"] ?? cloud.StorageConnectionString,
            WorkerId = configuration["Durable:WorkerId"] ?? Environment.MachineName,
            ExtendedSessions = configuration.GetValue("Durable:ExtendedSessions", defaultValue: true),
        };
    }

    /// <exception cref="StartRefusedException">There is no such provider.</exception>
    private static DurableProvider ProviderOf(IConfiguration configuration) =>
        configuration["Durable:Provider"] is not { Length: > 0 } text ? DurableProvider.Sqlite
        : Enum.TryParse<DurableProvider>(text, ignoreCase: true, out var known) && Enum.IsDefined(known) ? known
        : throw new StartRefusedException(
            $"Durable:Provider is '{text}'; {string.Join(" or ", Enum.GetNames<DurableProvider>())} was expected.");

    /// <summary>What the durable extension of the official host tells a worker's clients, in the same words.</summary>
    private static string DurableClientBinding(string address, EmbeddedOptions options) => JsonSerializer.Serialize(new
    {
        rpcBaseUrl = address,
        taskHubName = "ServerlessDrives",
        connectionName = "Storage",
        requiredQueryStringParameters = "",
        httpBaseUrl = $"http://127.0.0.1:{options.Port}/runtime/webhooks/durabletask",
        maxGrpcMessageSizeInBytes = NoLimit,
        grpcHttpClientTimeout = JsonSerializer.Serialize(ClientTimeout),
    });

    private static void LogTo(ILoggingBuilder logging, EmbeddedOptions options)
    {
        logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "HH:mm:ss ";
            console.UseUtcTimestamp = true;
        });
        logging
            .AddFilter("Microsoft", LogLevel.Warning)
            .AddFilter("System", LogLevel.Warning)
            .AddFilter("Azure", LogLevel.Warning)
            .AddFilter("DurableTask", LogLevel.Warning);
        // The host says which function failed, and knows whether it was asked to end.
        logging.AddFilter("Microsoft.Azure.Functions.Worker.FunctionsApplication", LogLevel.None);
        // It would warn that the host's address is not the worker's own choice.
        logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Error);
        // A start that fails is told in one sentence at its end.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        if (options.Demo)
            logging.SetMinimumLevel(LogLevel.Error);
    }

    /// <exception cref="StartRefusedException">The setting is neither true nor false, or the demo would play against real AWS.</exception>
    private static bool IsSandboxed(IConfiguration configuration, EmbeddedOptions options)
    {
        if (configuration["Aws:Sandbox"] is not { Length: > 0 } text)
            return true;
        if (!bool.TryParse(text, out var sandboxed))
            throw new StartRefusedException($"Aws:Sandbox is '{text}'; true or false was expected.");
        return sandboxed || !options.Demo
            ? sandboxed
            : throw new StartRefusedException("The demo plays against the sandbox only; leave Aws:Sandbox out, or set it to true.");
    }
}
