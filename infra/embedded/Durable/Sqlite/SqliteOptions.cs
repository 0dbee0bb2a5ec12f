namespace ServerlessDrives.Embedded.Durable.Sqlite;

/// <summary>How the task hub on SQLite works.</summary>
public sealed record SqliteOptions
{
    /// <summary>The folder of <c>durable.db</c>.</summary>
    public required string Folder { get; init; }

    public int ConcurrentOrchestrations { get; init; } = 100;

    public int ConcurrentActivities { get; init; } = 64;

    /// <summary>About how much of histories is kept in memory between turns.</summary>
    public long HistoryCacheBytes { get; init; } = 64 << 20;

    /// <summary>How long work that a worker couldn't do waits before it is given out again.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);
}
