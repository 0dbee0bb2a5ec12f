namespace ServerlessDrives.Adapters.Aws.Reading;

/// <summary>Whether a reader waits for S3, or S3 for the reader.</summary>
internal sealed class ReadingPace(TimeProvider clock)
{
    private long _began = clock.GetTimestamp();
    private TimeSpan _waited;

    /// <summary>Bytes since the last reset.</summary>
    public long Bytes { get; private set; }

    /// <summary>Of the time since the last reset, the part that the reader waited, from 0 to 1.</summary>
    public double Waiting => _waited.TotalSeconds / Seconds;

    public double BytesPerSecond => Bytes / Seconds;

    private double Seconds => Math.Max(1e-6, clock.GetElapsedTime(_began).TotalSeconds);

    /// <param name="since">When the reader began to wait, as <see cref="TimeProvider.GetTimestamp"/> says it.</param>
    public void Note(long since, int bytes)
    {
        _waited += clock.GetElapsedTime(since);
        Bytes += bytes;
    }

    public void Reset() => (_began, _waited, Bytes) = (clock.GetTimestamp(), TimeSpan.Zero, 0);
}
