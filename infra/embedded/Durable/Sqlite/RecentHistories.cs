using DurableTask.Core.History;

namespace ServerlessDrives.Embedded.Durable.Sqlite;

/// <summary>The histories of the last instances that had a turn, up to a size; those of others are read again.</summary>
internal sealed class RecentHistories(long mostBytes)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedListNode<Kept>> _byInstance = new(StringComparer.Ordinal);
    private readonly LinkedList<Kept> _byUse = [];
    private long _bytes;

    /// <summary>Takes a history out, since its turn will change it.</summary>
    public StoredHistory? Take(string instance, string execution)
    {
        lock (_gate)
            return Remove(instance) is { } history && history.Execution == execution ? history : null;
    }

    public void Keep(string instance, StoredHistory history)
    {
        lock (_gate)
        {
            Remove(instance);
            _byInstance.Add(instance, _byUse.AddLast(new Kept(instance, history)));
            _bytes += history.Bytes;
            while (_bytes > mostBytes && _byUse.First is { } oldest)
                Remove(oldest.Value.Instance);
        }
    }

    private StoredHistory? Remove(string instance)
    {
        if (!_byInstance.Remove(instance, out var node))
            return null;
        _byUse.Remove(node);
        _bytes -= node.Value.History.Bytes;
        return node.Value.History;
    }

    private sealed record Kept(string Instance, StoredHistory History);
}

/// <param name="Bytes">About what it takes in memory.</param>
internal sealed record StoredHistory(string Execution, IList<HistoryEvent> Events, long Bytes)
{
    private const int OfAnEvent = 250;

    public static long SizeOf(int stored) => OfAnEvent + (2L * stored);
}
