using System.Buffers;
using System.IO.Pipelines;

namespace ServerlessDrives.Adapters.Aws.Reading;

/// <summary>A range of a file that is read from S3 before it is its turn, and held until it is taken.</summary>
internal sealed class RangeAhead : IAsyncDisposable
{
    private const int SegmentBytes = 128 * 1024;

    /// <summary>What is left of a segment is filled too, unless it is less than this.</summary>
    private const int LeastBytes = 4 * 1024;

    /// <summary>Its writer never waits: the whole range fits the budget.</summary>
    private static readonly PipeOptions Unlimited = new(
        pauseWriterThreshold: 0,
        resumeWriterThreshold: 0,
        minimumSegmentSize: SegmentBytes,
        useSynchronizationContext: false);

    private readonly Pipe _pipe = new(Unlimited);
    private readonly CancellationTokenSource _unwanted = new();
    private readonly Task _filling;
    private long _left;

    /// <param name="to">Exclusive.</param>
    /// <param name="open">Opens the bytes from here to there.</param>
    public RangeAhead(long from, long to, Func<long, long, CancellationToken, Task<Stream>> open)
    {
        (From, To, _left) = (from, to, to - from);
        _filling = Task.Run(() => FillAsync(open, _unwanted.Token));
    }

    public long From { get; }

    /// <summary>Exclusive.</summary>
    public long To { get; }

    public bool IsTaken => _left == 0;

    /// <summary>What has come; waits where nothing has.</summary>
    /// <exception cref="IOException">S3 doesn't send it.</exception>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        var come = (await _pipe.Reader.ReadAsync(cancellation)).Buffer;
        if (come.IsEmpty)
            throw new IOException("S3 sent less of the file than was asked for.");
        var read = (int)Math.Min(buffer.Length, come.Length);
        come.Slice(0, read).CopyTo(buffer.Span);
        _pipe.Reader.AdvanceTo(come.GetPosition(read));
        _left -= read;
        return read;
    }

    /// <summary>Returns when nothing of it is under way any more.</summary>
    public async ValueTask DisposeAsync()
    {
        await _unwanted.CancelAsync();
        await _filling;
        _unwanted.Dispose();
        await _pipe.Reader.CompleteAsync();
    }

    private async Task FillAsync(Func<long, long, CancellationToken, Task<Stream>> open, CancellationToken cancellation)
    {
        var writer = _pipe.Writer;
        try
        {
            await using var content = await open(From, To, cancellation);
            while (await content.ReadAsync(writer.GetMemory(LeastBytes), cancellation) is > 0 and var read)
            {
                writer.Advance(read);
                await writer.FlushAsync(cancellation);
            }

            await writer.CompleteAsync();
        }
        catch (Exception failure)
        {
            // Whoever takes the range is told; nobody does where it is no longer wanted.
            await writer.CompleteAsync(failure);
        }
    }
}
