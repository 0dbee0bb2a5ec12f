using System.Threading.Channels;

namespace ServerlessDrives.Embedded.Durable.Sqlite;

/// <summary>Instances that have something to take, first come, first served, each by one turn at a time.</summary>
internal sealed class ReadyInstances
{
    private readonly Channel<string> _queue = Channel.CreateUnbounded<string>();
    private readonly Dictionary<string, Place> _places = new(StringComparer.Ordinal);

    private enum Place
    {
        Queued,
        Running,

        /// <summary>Something came during the turn.</summary>
        RunningAndSignalled,
    }

    public ChannelReader<string> Queue => _queue.Reader;

    public void Signal(string instance)
    {
        lock (_places)
        {
            if (_places.TryGetValue(instance, out var place))
            {
                if (place is Place.Running)
                    _places[instance] = Place.RunningAndSignalled;
                return;
            }

            _places.Add(instance, Place.Queued);
        }

        _queue.Writer.TryWrite(instance);
    }

    /// <summary>A turn begins, of an instance that was read from the queue.</summary>
    public void Take(string instance)
    {
        lock (_places)
            _places[instance] = Place.Running;
    }

    /// <summary>The turn is over.</summary>
    public void Release(string instance)
    {
        bool signalled;
        lock (_places)
            signalled = _places.Remove(instance, out var place) && place is Place.RunningAndSignalled;
        if (signalled)
            Signal(instance);
    }
}
