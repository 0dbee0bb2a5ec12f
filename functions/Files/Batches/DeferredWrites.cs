namespace ServerlessDrives.Files.Batches;

/// <summary>
/// Keeps what is written synchronously until the next asynchronous write: .NET writes the few bytes behind each file of a ZIP that way, and
/// the web server takes no such writes, since they would block a thread on a slow reader.
/// </summary>
internal sealed class DeferredWrites(Stream to) : Stream
{
    private readonly MemoryStream _deferred = new();

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override void Write(byte[] buffer, int offset, int count) => _deferred.Write(buffer, offset, count);

    public override void Write(ReadOnlySpan<byte> buffer) => _deferred.Write(buffer);

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await WriteDeferredAsync(cancellationToken);
        await to.WriteAsync(buffer, cancellationToken);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        await WriteDeferredAsync(cancellationToken);
        await to.FlushAsync(cancellationToken);
    }

    public override void Flush()
    {
        // What is deferred is written by the next asynchronous call.
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private async ValueTask WriteDeferredAsync(CancellationToken cancellation)
    {
        if (_deferred.Length == 0)
            return;
        await to.WriteAsync(_deferred.GetBuffer().AsMemory(0, (int)_deferred.Length), cancellation);
        _deferred.SetLength(0);
    }
}
