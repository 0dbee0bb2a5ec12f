using DurableTask.Core;

namespace ServerlessDrives.Embedded.Durable.Sqlite;

/// <summary>A turn of an orchestration, and what of the storage it is based on.</summary>
internal sealed class SqliteWorkItem : TaskOrchestrationWorkItem
{
    public required string Execution { get; init; }

    /// <summary>The messages that the turn takes.</summary>
    public required IReadOnlyList<long> Taken { get; init; }

    /// <summary>The history before the turn.</summary>
    public required StoredHistory History { get; init; }

    /// <summary>There is more to take than one turn does.</summary>
    public required bool HasMore { get; init; }
}
