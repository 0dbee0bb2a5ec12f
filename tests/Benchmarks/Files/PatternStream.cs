namespace ServerlessDrives.Tests.Benchmarks.Files;

/// <summary>As many bytes as are wanted, the same pattern again and again; costs a copy and no memory.</summary>
internal sealed class PatternStream(long length) : Stream
{
    private static readonly byte[] Pattern = Noise();

    private long _position;

    public override bool CanRead => true;
    public override bool CanSeek => true;
    public override bool CanWrite => false;
    public override long Length => length;
    public override long Position { get => _position; set => _position = value; }

    public override int Read(Span<byte> buffer)
    {
        var at = (int)(_position % Pattern.Length);
        var count = (int)Math.Min(Math.Min(buffer.Length, Pattern.Length - at), length - _position);
        Pattern.AsSpan(at, count).CopyTo(buffer);
        _position += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        Task.FromResult(Read(buffer.AsSpan(offset, count)));

    public override long Seek(long offset, SeekOrigin origin) => _position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _position + offset,
        _ => length + offset,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private static byte[] Noise()
    {
        var bytes = new byte[1024 * 1024];
        new Random(1).NextBytes(bytes);
        return bytes;
    }
}
