namespace ServerlessDrives.Embedded.DurableTask;

/// <summary>Says when the time has come. It may say so twice, or for nothing; the row in storage knows.</summary>
internal sealed class Alarm(TimeProvider clock, Action<string> ring)
{
    private readonly Lock _gate = new();
    private readonly PriorityQueue<string, DateTime> _set = new();
    private TaskCompletionSource _earlier = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Set(DateTime due, string id)
    {
        lock (_gate)
        {
            var isFirst = !_set.TryPeek(out _, out var first) || due < first;
            _set.Enqueue(id, due);
            if (isFirst)
                _earlier.TrySetResult();
        }
    }

    public async Task RunAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var (earlier, pause) = RingAndLookAhead();
            using var wait = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            await Task.WhenAny(earlier, Task.Delay(pause, clock, wait.Token));
            cancellation.ThrowIfCancellationRequested();
            await wait.CancelAsync();
        }
    }

    private (Task Earlier, TimeSpan Pause) RingAndLookAhead()
    {
        var due = new List<string>();
        Task earlier;
        var pause = TimeSpan.FromHours(1);
        lock (_gate)
        {
            if (_earlier.Task.IsCompleted)
                _earlier = new(TaskCreationOptions.RunContinuationsAsynchronously);
            earlier = _earlier.Task;
            var now = clock.GetUtcNow().UtcDateTime;
            while (_set.TryPeek(out var id, out var at))
            {
                if (at > now)
                {
                    // A millisecond more, since a delay may end a little early.
                    pause = at - now + TimeSpan.FromMilliseconds(1) < pause ? at - now + TimeSpan.FromMilliseconds(1) : pause;
                    break;
                }

                _set.Dequeue();
                due.Add(id);
            }
        }

        due.ForEach(ring);
        return (earlier, pause);
    }
}
