using DurableTask.Core;

namespace ServerlessDrives.Embedded.Durable.Sqlite;

internal sealed class SqliteActivityWorkItem : TaskActivityWorkItem
{
    public required long Sequence { get; init; }
}
