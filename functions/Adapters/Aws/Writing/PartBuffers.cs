namespace ServerlessDrives.Adapters.Aws.Writing;

/// <summary>
/// The memory that all uploads of this process share: as many blocks as fit the budget, and whoever comes later waits in line. Memory stays
/// flat however many files of whatever size are written at once.
/// </summary>
internal sealed class PartBuffers
{
    /// <summary>S3's smallest part but the last, in bytes.</summary>
    public const int BlockBytes = 5 * 1024 * 1024;

    /// <summary>Blocks of the largest part.</summary>
    public const int MostBlocksOfAPart = 8;

    /// <summary>Most blocks at once: 60 MiB.</summary>
    public const int MostBlocks = 12;

    private readonly Lock _lock = new();
    private readonly Stack<byte[]> _free = new();
    private readonly LinkedList<Waiter> _line = new();
    private int _left = MostBlocks;

    /// <summary>Blocks that nobody holds.</summary>
    public int Left
    {
        get
        {
            lock (_lock)
                return _left;
        }
    }

    /// <summary>A buffer of so many blocks, all of them or none: two uploads never wait for each other's halves.</summary>
    public async ValueTask<PartBuffer> RentAsync(int blocks, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(blocks, MostBlocksOfAPart);
        Waiter waiter;
        lock (_lock)
        {
            if (_line.Count == 0 && _left >= blocks)
                return Take(blocks);
            waiter = new(blocks);
            _line.AddLast(waiter);
        }

        await using var _ = cancellation.UnsafeRegister(static (state, token) => ((Waiter)state!).Given.TrySetCanceled(token), waiter);
        try
        {
            return await waiter.Given.Task;
        }
        catch (OperationCanceledException)
        {
            lock (_lock)
            {
                _line.Remove(waiter);
                Serve();
            }

            throw;
        }
    }

    internal void Return(byte[][] blocks)
    {
        lock (_lock)
        {
            foreach (var block in blocks)
                _free.Push(block);
            _left += blocks.Length;
            Serve();
        }
    }

    private void Serve()
    {
        while (_line.First is { Value: var first } && (first.Given.Task.IsCompleted || _left >= first.Blocks))
        {
            _line.RemoveFirst();
            if (first.Given.Task.IsCompleted)
                continue;
            var buffer = Take(first.Blocks);
            if (!first.Given.TrySetResult(buffer))
                buffer.Dispose();
        }
    }

    private PartBuffer Take(int blocks)
    {
        _left -= blocks;
        var taken = new byte[blocks][];
        for (var i = 0; i < blocks; i++)
            taken[i] = _free.TryPop(out var block) ? block : GC.AllocateUninitializedArray<byte>(BlockBytes);
        return new PartBuffer(taken, blocks * BlockBytes, Return);
    }

    private sealed class Waiter(int blocks)
    {
        public int Blocks => blocks;

        public TaskCompletionSource<PartBuffer> Given { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
