using ServerlessDrives.Files;

namespace ServerlessDrives.Adapters.Aws.Writing;

/// <summary>A file on its way to us, from a sender who may be slow, fall silent or go away.</summary>
internal sealed class IncomingContent(
    Stream content,
    long? announced,
    ContentDigests.Watch digests,
    TimeSpan silence,
    CancellationToken cancellation
) : IDisposable
{
    /// <summary>What is slower than this, in bytes a second over a whole buffer, keeps memory from others for too long.</summary>
    private const int SlowestRate = 4 * 1024;

    private static readonly Refusal CutOff = new(
        RefusalKind.Malformed,
        "cut-off",
        "Fewer bytes arrived than were announced. Nothing was written; send it again.");
    private static readonly Refusal TooSlow = new(
        RefusalKind.Malformed,
        "cut-off",
        "The content stopped coming, or came too slowly. Nothing was written; send it again, or use a presigned upload.");

    private CancellationTokenSource _silence = CancellationTokenSource.CreateLinkedTokenSource(cancellation);

    /// <summary>Bytes that have come.</summary>
    public long Size { get; private set; }

    /// <summary>Whether all has come.</summary>
    public bool Ended { get; private set; } = announced == 0;

    /// <summary>Fills the buffer, or less at the end.</summary>
    /// <returns>How many bytes came, or why no more will.</returns>
    public async ValueTask<Result<int, Refusal>> FillAsync(PartBuffer buffer)
    {
        var started = Environment.TickCount64;
        try
        {
            while (!buffer.IsFull && !Ended)
            {
                if (!_silence.TryReset())
                    return TooSlow;
                _silence.CancelAfter(silence);
                var read = await content.ReadAsync(buffer.Next(), _silence.Token);
                digests.See(buffer.Next().Span[..read]);
                buffer.Advance(read);
                Size += read;
                Ended = read == 0 || Size == announced;
                var seconds = (Environment.TickCount64 - started) / 1000;
                if (seconds > silence.TotalSeconds && buffer.Length / seconds < SlowestRate)
                    return TooSlow;
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return TooSlow;
        }
        catch (IOException)
        {
            // The sender is gone, or what it sends is no HTTP.
            return CutOff;
        }

        return Ended && announced is { } length && Size != length ? CutOff : buffer.Length;
    }

    /// <summary>Null when all that came is what it should be.</summary>
    public Refusal? Check() => digests.Check();

    public void Dispose() => _silence.Dispose();
}
