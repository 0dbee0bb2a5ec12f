using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Azure.Security.KeyVault.Secrets;
using Grpc.Net.Client;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Client.Grpc;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using ServerlessDrives.Embedded;
using ServerlessDrives.Embedded.Cloud;
using ServerlessDrives.Embedded.Worker.Protocol;

namespace ServerlessDrives.Tests.Shared;

/// <summary>
/// The whole app, embedded cloud and all, in this process: served over HTTP, and its parts within reach of those who move clocks or count
/// calls.
/// </summary>
public sealed class InProcessApp : IAsyncDisposable
{
    private static readonly SemaphoreSlim OneAtATime = new(1);

    private readonly IHost _app;
    private readonly LocalHost _host;
    private readonly string _dataFolder;

    private readonly GrpcChannel _channel;

    private InProcessApp(IHost app, LocalHost host, string dataFolder)
    {
        (_app, _host, _dataFolder) = (app, host, dataFolder);
        _channel = GrpcChannel.ForAddress(host.RpcAddress, new() { MaxReceiveMessageSize = null, MaxSendMessageSize = null });
        Durable = new GrpcDurableTaskClient("test", new GrpcDurableTaskClientOptions { Channel = _channel }, NullLogger.Instance);
    }

    /// <summary>A client of the app's task hub.</summary>
    public DurableTaskClient Durable { get; }

    public IServiceProvider Services => _app.Services;

    /// <summary>Azurite's, with the endpoints of blobs, queues and tables.</summary>
    public string StorageConnectionString => _host.StorageConnectionString;

    public Uri Address => new($"http://127.0.0.1:{_host.Options.Port}");

    /// <summary>What the sandbox was seeded with: the answer of <c>GET /embedded/cloud</c>.</summary>
    public JsonNode Cloud { get; private set; } = new JsonObject();

    /// <param name="settings">Such as <c>ServerlessDrives:Health:Every</c>.</param>
    /// <param name="byHand">Classes whose functions don't run by themselves.</param>
    /// <param name="replace">Changes what the app is made of.</param>
    /// <param name="clock">The time of day for the app and the host.</param>
    public static async Task<InProcessApp> StartAsync(
        Dictionary<string, string?>? settings = null,
        Type[]? byHand = null,
        Action<IServiceCollection>? replace = null,
        TimeProvider? clock = null)
    {
        var data = Directory.CreateTempSubdirectory("serverless-drives-").FullName;
        List<KeyValuePair<string, string?>> all = [.. settings ?? [], .. Disabled(byHand ?? [])];
        var host = await LocalHost.StartAsync(
            ["--port", "0", "--data", data],
            new ConfigurationBuilder().AddInMemoryCollection(all).Build(),
            clock);
        InProcessApp app;
        try
        {
            app = new InProcessApp(await BuildAsync(host, all, replace, clock), host, data);
            await app._app.StartAsync();
        }
        catch
        {
            await host.DisposeAsync();
            Directory.Delete(data, recursive: true);
            throw;
        }

        using var http = new HttpClient { BaseAddress = app.Address };
        app.Cloud = (await http.GetFromJsonAsync<JsonNode>("/embedded/cloud"))!;
        return app;
    }

    /// <summary>
    /// Another instance of the app beside this one, on its storage, vault, task hub and issuer, as Azure adds one. It starts nothing of the
    /// embedded cloud itself, and has this one's tables as it would have a real Azure's: by their address. This one has to be on
    /// <c>Durable:Provider=AzureStorage</c>, and has to outlive it.
    /// </summary>
    /// <param name="settings">Those that this one was started with.</param>
    public Task<InProcessApp> StartAnotherAsync(Dictionary<string, string?> settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        Dictionary<string, string?> all = new(_host.Settings);
        foreach (var (name, value) in settings)
            all[name] = value;
        all["Durable:ConnectionString"] = _host.StorageConnectionString;
        all["Durable:WorkerId"] = $"another-{Guid.NewGuid():N}";
        return StartAsync(
            all,
            replace: services =>
            {
                services.Remove(
                    services.Single(service =>
                        service.ServiceType == typeof(IHostedService) && service.ImplementationInstance is EmbeddedCloud));
                services.PostConfigure<SecretClientOptions>(vault =>
                    vault.Transport = Services.GetRequiredService<IOptions<SecretClientOptions>>().Value.Transport);
            });
    }

    /// <summary>
    /// As the app's own entry point does it. Where the worker finds its generated start-up code is the process's own, so one app is built
    /// after the other.
    /// </summary>
    private static async Task<IHost> BuildAsync(
        LocalHost host, IEnumerable<KeyValuePair<string, string?>> settings, Action<IServiceCollection>? replace, TimeProvider? clock)
    {
        await OneAtATime.WaitAsync();
        var entry = Assembly.GetEntryAssembly();
        try
        {
            Assembly.SetEntryAssembly(typeof(ServerlessDrivesApplication).Assembly);
            var builder = FunctionsApplication.CreateBuilder(host.WorkerArguments);
            ((IConfigurationBuilder)builder.Configuration).Sources.Insert(0, new MemoryConfigurationSource { InitialData = host.Settings });
            builder.Configuration.AddInMemoryCollection(settings);
            builder.Logging.SetMinimumLevel(LogLevel.Warning);
            if (clock is not null)
                builder.Services.AddSingleton(clock);
            builder.AddServerlessDrives();
            host.AddTo(builder.Services);
            replace?.Invoke(builder.Services);
            return builder.Build();
        }
        finally
        {
            Assembly.SetEntryAssembly(entry);
            OneAtATime.Release();
        }
    }

    private static IEnumerable<KeyValuePair<string, string?>> Disabled(IEnumerable<Type> byHand) =>
        from type in byHand
        from method in type.GetMethods()
        let function = method.GetCustomAttribute<FunctionAttribute>()
        where function is not null
        select KeyValuePair.Create($"AzureWebJobs.{function.Name}.Disabled", (string?)"true");

    public AwsAdministrator Administrator() => new(Cloud);

    /// <summary>Fires a timer that doesn't fire by itself, and waits for its end.</summary>
    public async Task FireAsync(string timer)
    {
        var function = (await _host.Worker.Functions).Single(function => function.Name == timer);
        var answer = await _host.Worker.InvokeAsync(
            function,
            Guid.NewGuid().ToString(),
            new() { Json = JsonSerializer.Serialize(new TimerInfo()) },
            metadata: null,
            CancellationToken.None);
        if (answer.Result.Status is not StatusResult.Types.Status.Success)
            throw new InvalidOperationException($"The timer {timer} failed: {answer.Result.Exception?.Message}");
    }

    /// <summary>Has the durable storage's writer end at its next commit, by a fault that nobody foresaw.</summary>
    public void BreakDurableStorage() =>
        _host.Durable.CrashAtCommits(_ => throw new InvalidOperationException("A fault that nobody foresaw."));

    public HttpClient Anonymous() => new() { BaseAddress = Address };

    /// <summary>A client of one of the seeded people: ada, max, mia, leo, eve.</summary>
    public async Task<HttpClient> SignInAsync(string user)
    {
        var http = Anonymous();
        using var answer = await http.PostAsJsonAsync("/embedded/token", new { user });
        answer.EnsureSuccessStatusCode();
        var token = (await answer.Content.ReadFromJsonAsync<JsonNode>())!["access_token"]!.GetValue<string>();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return http;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        if (_app is IAsyncDisposable disposable)
            await disposable.DisposeAsync();
        else
            _app.Dispose();
        await Durable.DisposeAsync();
        _channel.Dispose();
        await _host.DisposeAsync();
        try
        {
            Directory.Delete(_dataFolder, recursive: true);
        }
        catch (IOException)
        {
            // Something of Azurite's still writes; the folder is temporary anyway.
        }
    }
}

/// <summary>The time of day as a test sets it; waits and stopwatches stay real.</summary>
public sealed class MovableClock : TimeProvider
{
    private DateTimeOffset _now = System.GetUtcNow();

    public override DateTimeOffset GetUtcNow() => _now;

    public void Advance(TimeSpan by) => _now += by;
}
