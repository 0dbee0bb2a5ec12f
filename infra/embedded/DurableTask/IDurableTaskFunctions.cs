using System.Diagnostics.CodeAnalysis;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Microsoft.DurableTask;

namespace ServerlessDrives.Embedded.DurableTask;

/// <summary>The code that the engine runs, found by name without regard to case.</summary>
public interface IDurableTaskFunctions
{
    bool TryGetOrchestrator(string name, [NotNullWhen(true)] out Func<TaskOrchestrationContext, Task<object?>>? run);

    bool TryGetActivity(string name, [NotNullWhen(true)] out Func<ActivityInvocation, CancellationToken, Task<object?>>? run);
}

/// <summary>One call of an activity. It may be made again after a crash, until its result is stored.</summary>
public sealed record ActivityInvocation(string InstanceId, string Name, string? SerializedInput);

/// <summary>Where the engine keeps everything.</summary>
/// <param name="TaskHub">3 to 40 letters and digits, a letter first; names the table and the blob container.</param>
public sealed record DurableStorage(TableServiceClient Tables, BlobServiceClient Blobs, string TaskHub);
