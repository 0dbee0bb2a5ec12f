namespace ServerlessDrives.Adapters.Aws.Reading;

/// <summary>
/// How many ranges all readers of this process together hold in memory ahead of who takes them. Nobody waits for one: who gets none reads
/// on over one connection. However many read at once, memory stays flat, and each gets an even share.
/// </summary>
internal sealed class ReadAheadBudget
{
    /// <summary>Most ranges at once: 64 MiB.</summary>
    public const int MostRanges = 16;

    private readonly Lock _lock = new();
    private int _held;
    private int _readers;

    /// <summary>Ranges that are held.</summary>
    public int Held
    {
        get
        {
            lock (_lock)
                return _held;
        }
    }

    /// <summary>One more reader, until its share is disposed.</summary>
    public Share Join()
    {
        lock (_lock)
            _readers++;
        return new Share(this);
    }

    /// <summary>What one reader holds. For one caller at a time.</summary>
    internal sealed class Share(ReadAheadBudget budget) : IDisposable
    {
        private int _mine;

        /// <returns>False when there is none left, or the others would get less.</returns>
        public bool TryTake()
        {
            lock (budget._lock)
            {
                if (budget._held == MostRanges || _mine >= Math.Max(1, MostRanges / budget._readers))
                    return false;
                budget._held++;
                _mine++;
                return true;
            }
        }

        public void GiveBack()
        {
            lock (budget._lock)
            {
                budget._held--;
                _mine--;
            }
        }

        public void Dispose()
        {
            lock (budget._lock)
            {
                budget._held -= _mine;
                budget._readers--;
                _mine = 0;
            }
        }
    }
}
