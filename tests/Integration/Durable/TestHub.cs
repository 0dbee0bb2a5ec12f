using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Azure.Core.Pipeline;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Converters;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using ServerlessDrives.Embedded.DurableTask;
using ServerlessDrives.Tests.Integration.Durable;
using ServerlessDrives.Tests.Shared.Azurite;
using Xunit;

[assembly: AssemblyFixture(typeof(DurableAzurite))]

namespace ServerlessDrives.Tests.Integration.Durable;

/// <summary>The storage of all the durable suites.</summary>
public sealed class DurableAzurite : AzuriteFixture;

/// <summary>Orchestrators and activities as delegates, by name.</summary>
public sealed class TestFunctions : IDurableTaskFunctions
{
    private readonly Dictionary<string, Func<TaskOrchestrationContext, Task<object?>>> _orchestrators = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, Func<ActivityInvocation, CancellationToken, Task<object?>>> _activities = new(StringComparer.OrdinalIgnoreCase);

    public TestFunctions Orchestrator<T>(string name, Func<TaskOrchestrationContext, Task<T>> code)
    {
        _orchestrators[name] = async context => await code(context);
        return this;
    }

    public TestFunctions Activity<TInput, TOutput>(string name, Func<TInput, Task<TOutput>> code)
    {
        _activities[name] = async (call, _) => await code(JsonDataConverter.Default.Deserialize<TInput>(call.SerializedInput)!);
        return this;
    }

    [OverloadResolutionPriority(1)]
    public TestFunctions Activity<TInput, TOutput>(string name, Func<TInput, TOutput> code) =>
        Activity<TInput, TOutput>(name, input => Task.FromResult(code(input)));

    public bool TryGetOrchestrator(string name, [NotNullWhen(true)] out Func<TaskOrchestrationContext, Task<object?>>? run) =>
        _orchestrators.TryGetValue(name, out run);

    public bool TryGetActivity(string name, [NotNullWhen(true)] out Func<ActivityInvocation, CancellationToken, Task<object?>>? run) =>
        _activities.TryGetValue(name, out run);
}

/// <summary>A task hub and the engine that has it; the engine can be started anew.</summary>
public sealed class TestHub(AzuriteFixture azurite, TestFunctions functions, DurableEngineOptions? options = null) : IAsyncDisposable
{
    private DurableEngine? _engine;

    public string Name { get; init; } = $"hub{Guid.NewGuid():N}";

    public ILoggerFactory Loggers { get; init; } = NullLoggerFactory.Instance;

    public DurableTaskClient Client { get; private set; } = null!;

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

    /// <summary>Starts an orchestration and waits for its end.</summary>
    public async Task<OrchestrationMetadata> RunAsync(string orchestrator, object? input = null, string? id = null)
    {
        var started = await Client.ScheduleNewOrchestrationInstanceAsync(orchestrator, input, new StartOrchestrationOptions(id));
        return await EndOfAsync(started);
    }

    public async Task<OrchestrationMetadata> EndOfAsync(string id)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        return await Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, patience.Token);
    }

    /// <summary>Waits until what it reads of an instance is so.</summary>
    public async Task<OrchestrationMetadata> UntilAsync(string id, Func<OrchestrationMetadata, bool> isSo)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            if (await Client.GetInstanceAsync(id, getInputsAndOutputs: true, patience.Token) is { } now && isSo(now))
                return now;
            await Task.Delay(10, patience.Token);
        }
    }

    public async ValueTask DisposeAsync() => await StopAsync();
}
