namespace ServerlessDrives.Embedded.Durable;

/// <summary>
/// Which orchestrations the worker has in its memory, so that a turn can be sent without the history. The worker drops what was idle for a
/// while; where it has dropped more than is known here, it asks for the history.
/// </summary>
internal sealed class ExtendedSessions(TimeSpan idleTimeout, int most)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedListNode<Session>> _byInstance = new(StringComparer.Ordinal);
    private readonly LinkedList<Session> _byUse = [];

    public TimeSpan IdleTimeout => idleTimeout;

    /// <returns>Whether the worker has this execution in memory. Null where it isn't to keep another one.</returns>
    public bool? Use(string instance, string execution)
    {
        lock (_gate)
        {
            // The worker's own clock runs in real time too.
            var now = TimeProvider.System.GetTimestamp();
            while (_byUse.First is { } oldest && TimeProvider.System.GetElapsedTime(oldest.Value.LastUse, now) > idleTimeout)
                Remove(oldest.Value.Instance);
            var had = Remove(instance)?.Execution == execution;
            if (!had && _byUse.Count >= most)
                return null;
            _byInstance.Add(instance, _byUse.AddLast(new Session(instance, execution, now)));
            return had;
        }
    }

    public void Forget(string instance)
    {
        lock (_gate)
            Remove(instance);
    }

    private Session? Remove(string instance)
    {
        if (!_byInstance.Remove(instance, out var node))
            return null;
        _byUse.Remove(node);
        return node.Value;
    }

    private sealed record Session(string Instance, string Execution, long LastUse);
}
