using Azure.Core.Pipeline;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Converters;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using ServerlessDrives.Embedded.DurableTask;
using ServerlessDrives.Tests.Shared.Azurite;

namespace ServerlessDrives.Tests.Shared.Durable;

/// <summary>A task hub and the engine that has it; the engine can be started anew.</summary>
public sealed class TestHub(AzuriteFixture azurite, TestFunctions functions, DurableEngineOptions? options = null) : IDurableHub
{
    private DurableEngine? _engine;

    public string Name { get; init; } = $"hub{Guid.NewGuid():N}";

    public ILoggerFactory Loggers { get; init; } = NullLoggerFactory.Instance;

    public DurableTaskClient Client { get; private set; } = null!;

    /// <summary>Ends when the engine has stopped, or was fenced off.</summary>
    public Task Running => Engine.Running;

    internal DurableEngine Engine => _engine!;

    public static async Task<TestHub> StartAsync(AzuriteFixture azurite, TestFunctions functions, DurableEngineOptions? options = null)
    {
        var hub = new TestHub(azurite, functions, options);
        await hub.StartAsync();
        return hub;
    }

    public async Task StartAsync(HttpPipelineTransport? transport = null)
    {
        var (tables, blobs) = await azurite.ClientsAsync(transport);
        _engine = new DurableEngine(
            functions, new DurableStorage(tables, blobs, Name), JsonDataConverter.Default, TimeProvider.System, Loggers, options ?? new DurableEngineOptions());
        Client = new EmbeddedDurableTaskClient(_engine);
        await _engine.StartAsync(CancellationToken.None);
    }

    public async Task StopAsync()
    {
        await Client.DisposeAsync();
        await Engine.DisposeAsync();
    }

    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    public async ValueTask DisposeAsync() => await StopAsync();
}
