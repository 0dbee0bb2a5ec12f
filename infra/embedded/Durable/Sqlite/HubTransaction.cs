namespace ServerlessDrives.Embedded.Durable.Sqlite;

/// <summary>What one operation writes, and whom it wakes once that is stored.</summary>
internal sealed class HubTransaction(Statements database, long now)
{
    public Statements Database => database;

    /// <summary>The time of the operation, in ticks.</summary>
    public long Now => now;

    /// <summary>Instances that have something to take, at once or when it falls due.</summary>
    public List<(string Instance, long? Due)> Messages { get; } = [];

    public List<long> Activities { get; } = [];

    /// <summary>Instances whose state others may wait for.</summary>
    public List<string> Changed { get; } = [];
}
