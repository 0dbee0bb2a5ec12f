using System.Net;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Client.Grpc;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using ServerlessDrives.Embedded.Durable;
using ServerlessDrives.Embedded.Durable.Sqlite;

namespace ServerlessDrives.Tests.Shared.Durable;

/// <summary>
/// A task hub, served to the official client, with delegates for functions. It can be started anew on what it has stored.
/// </summary>
public sealed class TestHub(TestFunctions functions, DurableHubOptions options) : IDurableHub
{
    private WebApplication? _app;
    private GrpcChannel? _channel;
    private TestWorker? _worker;

    public ILoggerFactory Loggers { get; init; } = NullLoggerFactory.Instance;

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    public DurableTaskClient Client { get; private set; } = null!;

    public DurableHub Hub => _app!.Services.GetRequiredService<DurableHub>();

    public DurableHubOptions Options => options;

    public Task StartAsync() => StartAsync(crash: null);

    /// <param name="crash">Called around each commit; what it throws ends the hub's storage, as the end of the process would.</param>
    internal async Task StartAsync(Action<CommitMoment>? crash)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        _worker = new TestWorker(functions, Loggers);
        builder.Services.AddSingleton(Loggers).AddSingleton(Clock).AddSingleton<IDurableWorker>(_worker).AddDurableHub(options);
        _app = builder.Build();
        _app.MapDurableHub();
        if (crash is not null)
            Hub.CrashAtCommits(crash);
        await Hub.StartAsync(CancellationToken.None);
        await _app.StartAsync();
        _channel = GrpcChannel.ForAddress(_app.Urls.Single(), new() { MaxReceiveMessageSize = null, MaxSendMessageSize = null });
        Client = new GrpcDurableTaskClient("test", new GrpcDurableTaskClientOptions { Channel = _channel }, NullLogger.Instance);
    }

    public async Task StopAsync()
    {
        if (_app is null)
            return;
        await Client.DisposeAsync();
        _channel!.Dispose();
        // The hub's own end, not that of the server, which waits for its connections.
        await Hub.DisposeAsync();
        await _app.DisposeAsync();
        _worker!.Dispose();
        _app = null;
    }

    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    public async ValueTask DisposeAsync() => await StopAsync();
}
