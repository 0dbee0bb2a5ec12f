using System.Buffers;
using System.IO.Hashing;

namespace ServerlessDrives.Adapters.Aws.Writing;

/// <summary>
/// The bytes of one part, or of a whole small file, while they are sent. Belongs to whoever rented it, until disposed; twice is fine.
/// </summary>
internal sealed class PartBuffer(byte[][] blocks, int capacity, Action<byte[][]> giveBack) : IDisposable
{
    private byte[][]? _blocks = blocks;

    public int Capacity => capacity;

    /// <summary>How many bytes it holds.</summary>
    public int Length { get; private set; }

    public bool IsFull => Length == capacity;

    /// <summary>A buffer for a file that is known to be small.</summary>
    public static PartBuffer Small(int bytes) =>
        new([ArrayPool<byte>.Shared.Rent(Math.Max(1, bytes))], bytes, static rented => ArrayPool<byte>.Shared.Return(rented[0]));

    /// <summary>A buffer that holds just this.</summary>
    public static PartBuffer Of(ReadOnlySpan<byte> content)
    {
        var buffer = Small(content.Length);
        content.CopyTo(buffer.Next().Span);
        buffer.Advance(content.Length);
        return buffer;
    }

    /// <summary>Where the next bytes go; empty when it is full.</summary>
    public Memory<byte> Next()
    {
        var held = Blocks;
        var size = held.Length == 1 ? capacity : held[0].Length;
        return IsFull ? default : held[Length / size].AsMemory(Length % size, Math.Min(size - (Length % size), capacity - Length));
    }

    public void Advance(int bytes) => Length += bytes;

    /// <summary>The CRC32C of what it holds.</summary>
    public uint Sum()
    {
        var sum = new Crc32(Crc32ParameterSet.Crc32C);
        for (var at = 0; at < Length;)
        {
            var span = Bytes(at);
            sum.Append(span);
            at += span.Length;
        }

        return sum.GetCurrentHashAsUInt32();
    }

    /// <summary>A stream over what it holds, to be read while it isn't disposed.</summary>
    public Stream Read() => Blocks.Length == 1 ? new MemoryStream(Blocks[0], 0, Length, writable: false) : new Reader(this);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _blocks, null) is { } held)
            giveBack(held);
    }

    private byte[][] Blocks => _blocks ?? throw new ObjectDisposedException(nameof(PartBuffer));

    private ReadOnlySpan<byte> Bytes(int at)
    {
        var size = Blocks.Length == 1 ? Math.Max(1, capacity) : Blocks[0].Length;
        return Blocks[at / size].AsSpan(at % size, Math.Min(size - (at % size), Length - at));
    }

    private sealed class Reader(PartBuffer part) : Stream
    {
        private int _position;

        public override bool CanRead => true;
        public override bool CanSeek => true;
        public override bool CanWrite => false;
        public override long Length => part.Length;

        public override long Position
        {
            get => _position;
            set => _position = (int)Math.Clamp(value, 0, part.Length);
        }

        public override int Read(Span<byte> buffer)
        {
            if (_position >= part.Length)
                return 0;
            var bytes = part.Bytes(_position);
            var read = Math.Min(buffer.Length, bytes.Length);
            bytes[..read].CopyTo(buffer);
            _position += read;
            return read;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled<int>(cancellationToken) : new(Read(buffer.Span));

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
        {
            SeekOrigin.Begin => offset,
            SeekOrigin.Current => _position + offset,
            _ => part.Length + offset,
        };

        public override void Flush()
        {
        }

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
