namespace ServerlessDrives.Embedded.Durable;

/// <summary>Wakes whoever waits for an instance when its stored state has changed.</summary>
internal sealed class InstanceChanges
{
    private readonly Dictionary<string, Waiters> _byInstance = new(StringComparer.Ordinal);

    public void Changed(string instance)
    {
        TaskCompletionSource change;
        lock (_byInstance)
        {
            if (!_byInstance.TryGetValue(instance, out var waiters))
                return;
            (change, waiters.Change) = (waiters.Change, NewChange());
        }

        change.TrySetResult();
    }

    /// <summary>Reads after each change until there is what is waited for.</summary>
    public async Task<T> UntilAsync<T>(string instance, Func<Task<T?>> read, CancellationToken cancellation)
        where T : class
    {
        Waiters? waiters;
        lock (_byInstance)
        {
            if (!_byInstance.TryGetValue(instance, out waiters))
                _byInstance.Add(instance, waiters = new());
            waiters.Count++;
        }

        try
        {
            while (true)
            {
                Task change;
                lock (_byInstance)
                    change = waiters.Change.Task;
                if (await read() is { } there)
                    return there;
                await change.WaitAsync(cancellation);
            }
        }
        finally
        {
            lock (_byInstance)
            {
                if (--waiters.Count == 0)
                    _byInstance.Remove(instance);
            }
        }
    }

    private static TaskCompletionSource NewChange() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed class Waiters
    {
        public int Count { get; set; }

        public TaskCompletionSource Change { get; set; } = NewChange();
    }
}
