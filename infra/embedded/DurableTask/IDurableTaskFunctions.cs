using System.Diagnostics.CodeAnalysis;
using Microsoft.DurableTask;

namespace ServerlessDrives.Embedded.DurableTask;

/// <summary>The orchestrators and activities that the engine runs, by name.</summary>
public interface IDurableTaskFunctions
{
    bool TryGetOrchestrator(string name, [NotNullWhen(true)] out Func<TaskOrchestrationContext, Task<object?>>? run);

    bool TryGetActivity(string name, [NotNullWhen(true)] out Func<ActivityInvocation, CancellationToken, Task<object?>>? run);
}

/// <summary>One run of one activity.</summary>
/// <param name="InstanceId">The orchestration that asked for it.</param>
/// <param name="SerializedInput">JSON, or null for no input.</param>
public sealed record ActivityInvocation(string InstanceId, string Name, string? SerializedInput);
