namespace ServerlessDrives.Embedded.Durable;

/// <summary>Counts the work that was given out and is not stored or given back yet; once closed, none is given out.</summary>
internal sealed class WorkUnderWay : IDisposable
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _none = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _closed = new();
    private int _count;

    public CancellationToken Closed { get; }

    public WorkUnderWay() => Closed = _closed.Token;

    public bool TryBegin()
    {
        lock (_gate)
        {
            if (_closed.IsCancellationRequested)
                return false;
            _count++;
            return true;
        }
    }

    public void End()
    {
        lock (_gate)
        {
            if (--_count == 0 && _closed.IsCancellationRequested)
                _none.TrySetResult();
        }
    }

    public void Dispose() => _closed.Dispose();

    /// <returns>Whether all that was under way has ended within the limit.</returns>
    public async Task<bool> CloseAsync(TimeSpan limit)
    {
        lock (_gate)
        {
            _closed.Cancel();
            if (_count == 0)
                _none.TrySetResult();
        }

        return await Task.WhenAny(_none.Task, Task.Delay(limit)) == _none.Task;
    }
}
