using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Microsoft.DurableTask;

namespace ServerlessDrives.Tests.Shared.Durable;

/// <summary>Orchestrators and activities as delegates, by name.</summary>
public sealed class TestFunctions
{
    private readonly Dictionary<string, Func<TaskOrchestrationContext, Task<object?>>> _orchestrators = new(
        StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, Func<string?, Task<object?>>> _activities = new(StringComparer.OrdinalIgnoreCase);

    public TestFunctions Orchestrator<T>(string name, Func<TaskOrchestrationContext, Task<T>> code)
    {
        _orchestrators[name] = async context => await code(context);
        return this;
    }

    public TestFunctions Activity<TInput, TOutput>(string name, Func<TInput, Task<TOutput>> code)
    {
        _activities[name] = async input => await code(TestWorker.Json.Deserialize<TInput>(input)!);
        return this;
    }

    /// <param name="code">Takes the input as JSON.</param>
    public TestFunctions Activity(string name, Func<string?, Task<object?>> code)
    {
        _activities[name] = code;
        return this;
    }

    [OverloadResolutionPriority(1)]
    public TestFunctions Activity<TInput, TOutput>(string name, Func<TInput, TOutput> code) =>
        Activity<TInput, TOutput>(name, input => Task.FromResult(code(input)));

    public bool TryGetOrchestrator(string name, [NotNullWhen(true)] out Func<TaskOrchestrationContext, Task<object?>>? run) =>
        _orchestrators.TryGetValue(name, out run);

    public bool TryGetActivity(string name, [NotNullWhen(true)] out Func<string?, Task<object?>>? run) =>
        _activities.TryGetValue(name, out run);
}
