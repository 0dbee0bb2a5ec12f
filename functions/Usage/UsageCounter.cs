namespace ServerlessDrives.Usage;

/// <summary>What one instance has counted of one drive on one day. Any number of threads add to it.</summary>
internal sealed class UsageCounter
{
    private readonly long[] _requests = new long[Enum.GetValues<RequestKind>().Length];
    private long _bytesIn;
    private long _bytesOut;
    private long _uploadLinks;
    private long _downloadLinks;
    private int _change;

    public UsageCounts Counts =>
        new(
            Interlocked.Read(ref _requests[(int)RequestKind.Write]),
            Interlocked.Read(ref _requests[(int)RequestKind.List]),
            Interlocked.Read(ref _requests[(int)RequestKind.Read]),
            Interlocked.Read(ref _requests[(int)RequestKind.Delete]),
            Interlocked.Read(ref _bytesIn),
            Interlocked.Read(ref _bytesOut),
            Interlocked.Read(ref _uploadLinks),
            Interlocked.Read(ref _downloadLinks));

    public void Ask(RequestKind kind, UsageChange change)
    {
        Interlocked.Increment(ref _requests[(int)kind]);
        Note(change);
    }

    public void Move(long bytesIn, long bytesOut, UsageChange change)
    {
        Interlocked.Add(ref _bytesIn, bytesIn);
        Interlocked.Add(ref _bytesOut, bytesOut);
        Note(change);
    }

    public void Sign(int uploads, int downloads)
    {
        Interlocked.Add(ref _uploadLinks, uploads);
        Interlocked.Add(ref _downloadLinks, downloads);
        Note(UsageChange.Use);
    }

    /// <summary>Whether something has changed that is at least this urgent; from then on nothing has.</summary>
    public UsageChange Take(UsageChange least)
    {
        var change = Volatile.Read(ref _change);
        if (change < (int)least || change == (int)UsageChange.None)
            return UsageChange.None;
        // In this order: what is added from here on is a change again, and its count may be written twice, but is never missed.
        return (UsageChange)Interlocked.Exchange(ref _change, (int)UsageChange.None);
    }

    /// <summary>Something has changed, or what had could not be written.</summary>
    public void Note(UsageChange change)
    {
        int present;
        while ((present = Volatile.Read(ref _change)) < (int)change)
            Interlocked.CompareExchange(ref _change, (int)change, present);
    }
}

/// <summary>What has happened since a counter was written, by how soon it is to be written.</summary>
internal enum UsageChange
{
    None,

    /// <summary>Health checks only, which every drive has all day: written once an hour.</summary>
    HealthCheck,

    /// <summary>The drive was used: written once a minute.</summary>
    Use,
}
