namespace ServerlessDrives.Adapters.Aws.Reading;

/// <summary>
/// A large file's bytes, in order, over several connections where one is slower than the reader: S3 gives each connection a part of what it
/// could (AWS names 85 to 90 MB a second). It begins with the one answer that there is, so that a reader of little, or a slow one, costs
/// nothing; a reader that waits for S3 gets ranges ahead, more of them the longer it waits, and fewer when it no longer does.
/// </summary>
/// <param name="first">The bytes over one connection.</param>
/// <param name="open">Opens the bytes from here to there (exclusive), of the same state of the file.</param>
/// <remarks>
/// Not the SDK's own download by parts: it holds as many parts as it is told from the beginning, however slowly they are taken, and has no
/// limit over all transfers of a process.
/// </remarks>
internal sealed class ParallelContent(
    Stream first,
    Func<long, long, CancellationToken, Task<Stream>> open,
    ReadAheadBudget budget,
    TimeProvider clock
) : ForwardStream(first.Length)
{
    /// <summary>The smallest file that is worth more than one connection.</summary>
    public const long LeastBytes = 3L * RangeBytes;

    internal const int RangeBytes = 4 * 1024 * 1024;

    /// <summary>Ranges of one reader.</summary>
    private const int MostAhead = 12;

    /// <summary>How much is read between two decisions.</summary>
    private const int BytesToJudge = RangeBytes / 2;

    /// <summary>Bytes a second of one connection that S3 doesn't hold back.</summary>
    private const double Unlimited = 150e6;

    /// <summary>Above this part of the time that is waited over one connection, more of them are worth their price.</summary>
    private const double WaitsForS3 = 0.5;

    /// <summary>Above this part of the time that is still waited over several, more of them help.</summary>
    private const double StillWaits = 0.2;

    /// <summary>Below this part, fewer connections do as well.</summary>
    private const double WaitsForReader = 0.1;

    private readonly Queue<RangeAhead> _ahead = new();
    private readonly ReadingPace _pace = new(clock);
    private ReadAheadBudget.Share? _share;

    /// <summary>One connection to the end of the file, of which those bytes are taken that no range ahead has.</summary>
    private Stream? _straight = first;

    /// <summary>How many ranges there should be, with the one that is being taken; none, or at least two.</summary>
    private int _wanted;

    /// <summary>Bytes a second that one connection gave when ranges were begun.</summary>
    private double _ofOneConnection;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (Taken == Length || buffer.IsEmpty)
            return 0;
        var began = clock.GetTimestamp();
        var read = _ahead.TryPeek(out var next) && next.From <= Taken
            ? await TakeAsync(next, buffer, cancellationToken)
            : await ReadStraightAsync(buffer, (next?.From ?? Length) - Taken, cancellationToken);
        Taken += read;
        _pace.Note(began, read);
        if (_pace.Bytes >= BytesToJudge)
            Judge();
        return read;
    }

    /// <summary>Returns when nothing is under way any more.</summary>
    public override async ValueTask DisposeAsync()
    {
        foreach (var range in _ahead)
            await range.DisposeAsync();
        if (_straight is not null)
            await _straight.DisposeAsync();
        _share?.Dispose();
        await base.DisposeAsync();
    }

    private async ValueTask<int> ReadStraightAsync(Memory<byte> buffer, long most, CancellationToken cancellation)
    {
        _straight ??= await open(Taken, Length, cancellation);
        return await _straight.ReadAsync(buffer[..(int)Math.Min(buffer.Length, most)], cancellation);
    }

    private async ValueTask<int> TakeAsync(RangeAhead range, Memory<byte> buffer, CancellationToken cancellation)
    {
        if (_straight is not null)
        {
            await _straight.DisposeAsync();
            _straight = null;
        }

        int read;
        try
        {
            read = await range.ReadAsync(buffer, cancellation);
        }
        catch (IOException)
        {
            // A range that S3 doesn't send in spite of the SDK's tries is asked for once more, with all that follows.
            await ForgetAheadAsync();
            return await ReadStraightAsync(buffer, Length - Taken, cancellation);
        }

        if (!range.IsTaken)
            return read;
        await _ahead.Dequeue().DisposeAsync();
        _share!.GiveBack();
        ReadAhead(at: Taken + read);
        return read;
    }

    private async Task ForgetAheadAsync()
    {
        _wanted = 0;
        while (_ahead.TryDequeue(out var range))
        {
            await range.DisposeAsync();
            _share!.GiveBack();
        }
    }

    private void Judge()
    {
        var (waiting, rate) = (_pace.Waiting, _pace.BytesPerSecond);
        if (_wanted == 0)
            _ofOneConnection = rate;
        if (_wanted == 0 ? waiting > WaitsForS3 && rate < Unlimited : waiting > StillWaits)
            _wanted = Math.Min(MostAhead, _wanted + 2);
        else if (waiting < WaitsForReader && _wanted > 0)
            _wanted = rate < _ofOneConnection ? 0 : Math.Max(2, _wanted - 1);
        _pace.Reset();
        ReadAhead(at: Taken);
    }

    private void ReadAhead(long at)
    {
        if (_wanted == 0)
            return;
        _share ??= budget.Join();
        while (_ahead.Count < _wanted)
        {
            // The first of them begins behind what the open connection delivers in the time that it takes to begin.
            var from = _ahead.LastOrDefault()?.To ?? (_straight is null ? at : at + RangeBytes);
            if (from >= Length || !_share.TryTake())
                return;
            _ahead.Enqueue(new RangeAhead(from, Math.Min(from + RangeBytes, Length), open));
        }
    }
}
