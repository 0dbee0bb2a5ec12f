namespace ServerlessDrives.Files.Operations;

/// <summary>
/// Notes every two seconds how far a page is, and hears whether somebody has cancelled the operation, while the page is worked on.
/// </summary>
internal sealed class PageProgress : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _ended;
    private readonly Task _noting;
    private readonly IFileOperations _operations;
    private readonly TimeProvider _clock;
    private readonly FileAmount _before;
    private Versioned<FileOperation> _read;
    private volatile bool _cancelled;
    private long _files;
    private long _bytes;

    /// <param name="before">What is done of the page already.</param>
    public PageProgress(
        IFileOperations operations,
        Versioned<FileOperation> read,
        FileAmount before,
        TimeProvider clock,
        CancellationToken cancellation)
    {
        (_operations, _read, _before, _clock) = (operations, read, before, clock);
        _cancelled = read.Value.CancelledBy is not null;
        _ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _noting = NoteAsync(_ended.Token);
    }

    /// <summary>Whether nothing more is to be begun.</summary>
    public bool IsCancelled => _cancelled;

    public void Did(FileAmount amount)
    {
        Interlocked.Add(ref _files, amount.Files);
        Interlocked.Add(ref _bytes, amount.Bytes);
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _noting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ended.Dispose();
    }

    private async Task NoteAsync(CancellationToken ended)
    {
        using var timer = new PeriodicTimer(Interval, _clock);
        while (await timer.WaitForNextTickAsync(ended))
        {
            var (number, done) = (
                _read.Value.PageNumber,
                _before + new FileAmount(Interlocked.Read(ref _files), Interlocked.Read(ref _bytes)));
            var now = await _operations.ChangeAsync(
                _read,
                operation => operation.PageNumber == number ? operation with { DoneOfPage = done } : operation,
                ended);
            if (now is null || !now.Value.IsRunning || now.Value.CancelledBy is not null)
                _cancelled = true;
            if (now is null)
                return;
            _read = now;
        }
    }
}
