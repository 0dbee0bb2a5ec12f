namespace ServerlessDrives;

/// <summary>
/// What was read a moment ago, so that a stream of requests doesn't read the same rows again for each of them. Many who ask at once share
/// one read. What this process changes is forgotten before the change is answered, also by a read that is under way; what another process
/// changes shows here after <paramref name="age"/> at the latest, counted from when the read began. That something isn't there is never
/// kept.
/// </summary>
/// <param name="age">How old a value may be.</param>
/// <param name="most">How many values are kept.</param>
public sealed class Recent<TKey, TValue>(TimeProvider clock, TimeSpan age, int most)
    where TKey : notnull
    where TValue : class
{
    private readonly Lock _lock = new();
    private readonly Dictionary<TKey, Held> _held = [];

    /// <summary>How many values are kept.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _held.Count;
        }
    }

    /// <summary>The value as it was read a moment ago, or as it is read now.</summary>
    /// <param name="read">Reads it; not cancelled with the one who asks, as others may wait for it too.</param>
    public ValueTask<TValue?> GetAsync(TKey key, Func<CancellationToken, Task<TValue?>> read, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(read);
        Held held;
        lock (_lock)
        {
            if (_held.TryGetValue(key, out var known) && clock.GetElapsedTime(known.Began) < age)
            {
                held = known;
            }
            else
            {
                if (_held.Count >= most)
                    MakeRoom();
                _held[key] = held = new(clock.GetTimestamp(), read);
            }
        }

        return held.Value is { IsCompletedSuccessfully: true, Result: { } value } ? new(value) : AwaitAsync(key, held, cancellation);
    }

    /// <summary>The next one who asks has it read anew, whatever read is under way.</summary>
    public void Forget(TKey key)
    {
        lock (_lock)
            _held.Remove(key);
    }

    private async ValueTask<TValue?> AwaitAsync(TKey key, Held held, CancellationToken cancellation)
    {
        try
        {
            if (await held.Value.WaitAsync(cancellation) is { } value)
                return value;
            Forget(key, held);
            return null;
        }
        catch when (held.Value.IsCompleted && !held.Value.IsCompletedSuccessfully)
        {
            Forget(key, held);
            throw;
        }
    }

    private void Forget(TKey key, Held held)
    {
        lock (_lock)
        {
            if (_held.TryGetValue(key, out var present) && present == held)
                _held.Remove(key);
        }
    }

    private void MakeRoom()
    {
        foreach (var (key, held) in _held)
        {
            if (clock.GetElapsedTime(held.Began) >= age)
                _held.Remove(key);
        }

        // All are young: those who ask for them next read them again.
        if (_held.Count >= most)
            _held.Clear();
    }

    private sealed class Held(long began, Func<CancellationToken, Task<TValue?>> read)
    {
        private readonly Lazy<Task<TValue?>> _value = new(async () => await read(CancellationToken.None));

        public long Began => began;

        /// <summary>Begun by the first one who asks, outside of the lock.</summary>
        public Task<TValue?> Value => _value.Value;
    }
}
