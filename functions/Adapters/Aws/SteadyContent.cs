using System.IO.Hashing;
using Amazon.Runtime.Internal.Util;
using Amazon.S3;
using Amazon.S3.Model;

namespace ServerlessDrives.Adapters.Aws;

/// <summary>
/// A file's bytes as S3 sends them: taken up again where a connection broke, given up where S3 stays silent, and compared with S3's
/// checksum before the last of them is handed on.
/// </summary>
/// <param name="answer">S3's answer, whose body hasn't been read.</param>
/// <param name="again">Asks for the rest of the same file from this byte of the answer on.</param>
/// <param name="checks">Whether the answer is the whole file, so that its checksum is that of what is read.</param>
internal sealed class SteadyContent(
    GetObjectResponse answer,
    Func<long, CancellationToken, Task<GetObjectResponse>> again,
    bool checks,
    TimeSpan silence
) : Stream
{
    private const int MostBreaks = 3;

    private readonly long _length = answer.ContentLength;
    private readonly Sum? _sum = checks ? Sum.Of(answer) : null;
    private GetObjectResponse _answer = answer;
    private Stream _source = Raw(answer);
    private CancellationTokenSource _patience = new();
    private long _position;
    private int _breaks;

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => _length;
    public override long Position { get => _position; set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_position < _length)
        {
            var read = await TryReadAsync(buffer, cancellationToken);
            if (read == 0)
            {
                await ResumeAsync(cancellationToken);
                continue;
            }

            _breaks = 0;
            _position += read;
            _sum?.Append(buffer.Span[..read]);
            return _position == _length && _sum is { Holds: false }
                ? throw new InvalidDataException("What S3 sent doesn't have the checksum that S3 says.")
                : read;
        }

        // S3 always says how long a file is; what doesn't may not pass for an empty one.
        return _length > 0 || await _source.ReadAsync(new byte[1], cancellationToken) == 0
            ? 0
            : throw new IOException("S3 doesn't say how long the file is.");
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) =>
        ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _answer.Dispose();
            _patience.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <returns>0 when the connection broke, or S3 fell silent.</returns>
    private async ValueTask<int> TryReadAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        var reading = _source.ReadAsync(buffer, _patience.Token);
        if (reading.IsCompletedSuccessfully)
            return reading.Result;
        _patience.CancelAfter(silence);
        await using var _ = cancellation.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), _patience);
        try
        {
            var read = await reading;
            if (_patience.TryReset())
                return read;
            Renew();
            return read;
        }
        catch (Exception broken) when (broken is IOException or HttpRequestException or OperationCanceledException)
        {
            cancellation.ThrowIfCancellationRequested();
            Renew();
            return 0;
        }
    }

    private void Renew()
    {
        _patience.Dispose();
        _patience = new();
    }

    private async Task ResumeAsync(CancellationToken cancellation)
    {
        if (++_breaks > MostBreaks)
            throw new IOException("The connection to S3 broke in the middle of the file, again and again.");
        _answer.Dispose();
        try
        {
            _answer = await again(_position, cancellation);
            _source = Raw(_answer);
        }
        catch (AmazonS3Exception refused)
        {
            throw new IOException(
                $"The connection to S3 broke in the middle of the file, and S3 doesn't send the rest: {refused.ErrorCode}.",
                refused);
        }
    }

    /// <summary>
    /// Without the digests that the SDK computes while one reads: the sum is computed here, and goes on where a connection broke.
    /// </summary>
    private static Stream Raw(GetObjectResponse answer) => WrapperStream.GetNonWrapperBaseStream(answer.ResponseStream);

    /// <summary>The checksum that S3 keeps with a file; null when it keeps none that covers the whole.</summary>
    private sealed class Sum(NonCryptographicHashAlgorithm running, byte[] expected)
    {
        public static Sum? Of(GetObjectResponse answer)
        {
            if (answer.ChecksumType == ChecksumType.COMPOSITE)
                return null;
            return Of(answer.ChecksumCRC64NVME, () => new Crc64(Crc64ParameterSet.Nvme))
                ?? Of(answer.ChecksumCRC32C, () => new Crc32(Crc32ParameterSet.Crc32C))
                ?? Of(answer.ChecksumCRC32, () => new Crc32());
        }

        public void Append(ReadOnlySpan<byte> bytes) => running.Append(bytes);

        public bool Holds
        {
            get
            {
                // S3 writes sums with the highest byte first.
                var sum = running switch
                {
                    Crc32 crc => BitConverter.GetBytes(
                        System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(crc.GetCurrentHashAsUInt32())),
                    Crc64 crc => BitConverter.GetBytes(
                        System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(crc.GetCurrentHashAsUInt64())),
                    _ => running.GetCurrentHash(),
                };
                return sum.AsSpan().SequenceEqual(expected);
            }
        }

        private static Sum? Of(string? expected, Func<NonCryptographicHashAlgorithm> make) =>
            string.IsNullOrEmpty(expected) || expected.Contains('-', StringComparison.Ordinal)
                ? null
                : new Sum(make(), Convert.FromBase64String(expected));
    }
}
