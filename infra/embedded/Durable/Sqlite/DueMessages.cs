namespace ServerlessDrives.Embedded.Durable.Sqlite;

/// <summary>Signals instances when a message of theirs falls due. Only the next time is in memory; what is due then is read.</summary>
/// <param name="dueBetween">The instances with a message due after the first time and not after the second.</param>
/// <param name="nextAfter">The time of the next message after a time.</param>
internal sealed class DueMessages(
    TimeProvider clock, Func<long, long, List<string>> dueBetween, Func<long, long?> nextAfter, Action<string> signal) : IDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private ITimer? _timer;
    private long _next = long.MaxValue;
    private long _signalled;
    private bool _stopped;

    /// <summary>Up to when messages count as due. It never goes back, even where the clock does.</summary>
    public long Now
    {
        get
        {
            lock (_gate)
                return Math.Max(_signalled, clock.GetUtcNow().UtcTicks);
        }
    }

    public void Start()
    {
        lock (_gate)
        {
            _timer = clock.CreateTimer(_ => Fire(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _next = 0;
            _timer.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>A message was stored that falls due at this time.</summary>
    public void Add(string instance, long due)
    {
        lock (_gate)
        {
            if (due > _signalled)
            {
                Arm(due);
                return;
            }
        }

        signal(instance);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _stopped = true;
            _timer?.Dispose();
        }
    }

    private void Fire()
    {
        lock (_gate)
        {
            if (_stopped)
                return;
            try
            {
                var now = clock.GetUtcNow().UtcTicks;
                if (now > _signalled)
                {
                    foreach (var instance in dueBetween(_signalled, now))
                        signal(instance);
                    _signalled = now;
                }

                _next = long.MaxValue;
                if (nextAfter(_signalled) is { } next)
                    Arm(next);
            }
            catch (StorageUnavailableException)
            {
                _timer!.Change(AfterFailure, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private void Arm(long due)
    {
        if (due >= _next || _stopped)
            return;
        _next = due;
        // Timers count whole milliseconds; one that comes early would find nothing due.
        var wait = TimeSpan.FromMilliseconds(
            Math.Ceiling(TimeSpan.FromTicks(Math.Max(0, due - clock.GetUtcNow().UtcTicks)).TotalMilliseconds));
        _timer?.Change(wait < Longest ? wait : Longest, Timeout.InfiniteTimeSpan);
    }
}
