namespace ServerlessDrives.Embedded.DurableTask;

/// <summary>Tells who waits for an instance that its status has changed.</summary>
internal sealed class Watchers
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, TaskCompletionSource<InstanceState?>> _watched = [];

    /// <summary>Completes at the next change, with what is stored then; null says to look.</summary>
    public Task<InstanceState?> NextChange(string id)
    {
        lock (_gate)
        {
            if (!_watched.TryGetValue(id, out var change))
                _watched.Add(id, change = new(TaskCreationOptions.RunContinuationsAsynchronously));
            return change.Task;
        }
    }

    public void Changed(string id, InstanceState? state)
    {
        lock (_gate)
        {
            if (_watched.Remove(id, out var change))
                change.TrySetResult(state);
        }
    }

    /// <summary>Has everybody look again.</summary>
    public void AllChanged()
    {
        lock (_gate)
        {
            foreach (var change in _watched.Values)
                change.TrySetResult(null);
            _watched.Clear();
        }
    }
}
