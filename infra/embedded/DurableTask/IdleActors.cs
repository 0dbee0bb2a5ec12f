namespace ServerlessDrives.Embedded.DurableTask;

/// <summary>The instances that wait and are kept in memory all the same, since what is used once is often used again.</summary>
internal sealed class IdleActors(int most)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<InstanceActor> _byAge = [];
    private readonly Dictionary<InstanceActor, LinkedListNode<InstanceActor>> _nodes = [];

    /// <returns>One to let go, if there are too many.</returns>
    public InstanceActor? Add(InstanceActor actor)
    {
        lock (_gate)
        {
            if (!_nodes.ContainsKey(actor))
                _nodes.Add(actor, _byAge.AddLast(actor));
            if (_byAge.Count <= most)
                return null;
            var oldest = _byAge.First!.Value;
            _byAge.RemoveFirst();
            _nodes.Remove(oldest);
            return oldest;
        }
    }

    public void Remove(InstanceActor actor)
    {
        lock (_gate)
        {
            if (_nodes.Remove(actor, out var node))
                _byAge.Remove(node);
        }
    }
}
