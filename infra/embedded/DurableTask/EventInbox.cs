using Microsoft.DurableTask;

namespace ServerlessDrives.Embedded.DurableTask;

/// <summary>External events and who waits for them, by name without regard to case, both first in, first out.</summary>
internal sealed class EventInbox(DataConverter converter)
{
    private readonly List<EventRaised> _unread = [];
    private readonly Dictionary<string, Queue<Action<EventRaised>>> _waiting = new(StringComparer.OrdinalIgnoreCase);
    private int _live;

    public IReadOnlyList<EventRaised> Unread => _unread;

    /// <summary>Whether somebody waits who has not given up.</summary>
    public bool IsAwaited => _live > 0;

    public void Raise(EventRaised raised)
    {
        if (_waiting.TryGetValue(raised.Name, out var waiting) && waiting.TryDequeue(out var hand))
            hand(raised);
        else
            _unread.Add(raised);
    }

    /// <summary>As in the official runtime, a wait that was cancelled keeps its place, and takes an event with it.</summary>
    public Task<T> WaitAsync<T>(string name, CancellationToken cancellation)
    {
        var source = new TaskCompletionSource<T>();
        var here = _unread.FindIndex(raised => string.Equals(raised.Name, name, StringComparison.OrdinalIgnoreCase));
        if (here >= 0)
        {
            var raised = _unread[here];
            _unread.RemoveAt(here);
            Hand(source, raised);
            return source.Task;
        }

        if (!_waiting.TryGetValue(name, out var waiting))
            _waiting.Add(name, waiting = new());
        _live++;
        waiting.Enqueue(raised =>
        {
            if (!source.Task.IsCompleted)
                _live--;
            Hand(source, raised);
        });
        if (cancellation.CanBeCanceled)
        {
            cancellation.Register(() =>
            {
                if (!source.Task.IsCompleted)
                    _live--;
                source.TrySetCanceled(cancellation);
            });
        }

        return source.Task;
    }

    private void Hand<T>(TaskCompletionSource<T> source, EventRaised raised)
    {
        try
        {
            source.TrySetResult(converter.Deserialize<T>(raised.Payload)!);
        }
#pragma warning disable CA1031 // What can't be read is the waiter's to see.
        catch (Exception unreadable)
#pragma warning restore CA1031
        {
            source.TrySetException(unreadable);
        }
    }
}
