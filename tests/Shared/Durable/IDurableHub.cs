using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace ServerlessDrives.Tests.Shared.Durable;

/// <summary>A task hub and the runtime that serves it, which can be started anew.</summary>
public interface IDurableHub : IAsyncDisposable
{
    DurableTaskClient Client { get; }

    Task RestartAsync();
}

public static class DurableHubs
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(60);

    /// <summary>Starts an orchestration and waits for its end.</summary>
    public static async Task<OrchestrationMetadata> RunAsync(
        this IDurableHub hub,
        string orchestrator,
        object? input = null,
        string? id = null)
    {
        var started = await hub.Client.ScheduleNewOrchestrationInstanceAsync(orchestrator, input, new StartOrchestrationOptions(id));
        return await hub.EndOfAsync(started);
    }

    public static async Task<OrchestrationMetadata> EndOfAsync(this IDurableHub hub, string id)
    {
        using var patience = new CancellationTokenSource(TimeLimit);
        return await hub.Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, patience.Token);
    }

    /// <summary>Waits until what it reads of an instance is so.</summary>
    public static async Task<OrchestrationMetadata> UntilAsync(this IDurableHub hub, string id, Func<OrchestrationMetadata, bool> isSo)
    {
        using var patience = new CancellationTokenSource(TimeLimit);
        while (true)
        {
            if (await hub.Client.GetInstanceAsync(id, getInputsAndOutputs: true, patience.Token) is { } now && isSo(now))
                return now;
            await Task.Delay(10, patience.Token);
        }
    }
}
