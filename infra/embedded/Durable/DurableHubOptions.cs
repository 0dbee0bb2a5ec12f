namespace ServerlessDrives.Embedded.Durable;

/// <summary>Where durable work is stored.</summary>
public enum DurableProvider
{
    /// <summary>A file in a folder: for one process on one machine.</summary>
    Sqlite,

    /// <summary>Azure Storage, with Microsoft's provider.</summary>
    AzureStorage,
}

public sealed record DurableHubOptions
{
    public DurableProvider Provider { get; init; } = DurableProvider.Sqlite;

    /// <summary>The folder of <c>durable.db</c>, for <see cref="DurableProvider.Sqlite"/>.</summary>
    public string Folder { get; init; } = string.Empty;

    /// <summary>About how much of histories is kept in memory between turns, for <see cref="DurableProvider.Sqlite"/>.</summary>
    public long HistoryCacheBytes { get; init; } = 64 << 20;

    /// <summary>Of the storage account, for <see cref="DurableProvider.AzureStorage"/>; as are the next five.</summary>
    public string ConnectionString { get; init; } = string.Empty;

    public string TaskHub { get; init; } = "ServerlessDrives";

    /// <summary>What this process calls itself among those that share the task hub; each needs another name.</summary>
    public string WorkerId { get; init; } = Environment.MachineName;

    public int Partitions { get; init; } = 4;

    public TimeSpan LongestPoll { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long what a process has fetched, and did not renew, is kept from others.</summary>
    public TimeSpan VisibilityTimeout { get; init; } = TimeSpan.FromMinutes(1);

    public int ConcurrentOrchestrations { get; init; } = 100;

    public int ConcurrentActivities { get; init; } = 64;

    /// <summary>
    /// Whether orchestrations stay in the worker's memory between turns, so that they aren't replayed from the start each time.
    /// </summary>
    public bool ExtendedSessions { get; init; } = true;

    public TimeSpan SessionIdleTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Orchestrations that the worker keeps at most; the others are replayed.</summary>
    public int MostSessions { get; init; } = 500;

    /// <summary>How long what is under way may take to end when the hub stops.</summary>
    public TimeSpan StopLimit { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long work that the worker couldn't do waits before it is given out again.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);
}
