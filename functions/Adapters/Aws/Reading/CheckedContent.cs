using System.Buffers.Binary;
using System.IO.Hashing;
using Amazon.S3;
using Amazon.S3.Model;

namespace ServerlessDrives.Adapters.Aws.Reading;

/// <summary>A whole file's bytes, compared with the checksum that S3 keeps with it before the last of them is handed on.</summary>
internal sealed class CheckedContent : ForwardStream
{
    private readonly Stream _content;
    private readonly NonCryptographicHashAlgorithm _running;
    private readonly byte[] _expected;

    private CheckedContent(Stream content, NonCryptographicHashAlgorithm running, string expected)
        : base(content.Length)
    {
        _content = content;
        _running = running;
        _expected = Convert.FromBase64String(expected);
    }

    /// <param name="answer">S3's, to a request for the whole file.</param>
    /// <returns>The content itself where S3 keeps no checksum that covers the whole.</returns>
    public static Stream Of(Stream content, GetObjectResponse answer)
    {
        if (answer.ChecksumType == ChecksumType.COMPOSITE)
            return content;
        return Of(content, answer.ChecksumCRC64NVME, () => new Crc64(Crc64ParameterSet.Nvme))
            ?? Of(content, answer.ChecksumCRC32C, () => new Crc32(Crc32ParameterSet.Crc32C))
            ?? Of(content, answer.ChecksumCRC32, () => new Crc32())
            ?? content;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await _content.ReadAsync(buffer, cancellationToken);
        _running.Append(buffer.Span[..read]);
        Taken += read;
        return read == 0 || Taken < Length || Holds
            ? read
            : throw new InvalidDataException("What S3 sent doesn't have the checksum that S3 says.");
    }

    public override async ValueTask DisposeAsync()
    {
        await _content.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _content.Dispose();
        base.Dispose(disposing);
    }

    // S3 writes sums with the highest byte first.
    private bool Holds => _running switch
    {
        Crc32 crc => BinaryPrimitives.ReadUInt32BigEndian(_expected) == crc.GetCurrentHashAsUInt32(),
        Crc64 crc => BinaryPrimitives.ReadUInt64BigEndian(_expected) == crc.GetCurrentHashAsUInt64(),
        _ => throw new InvalidOperationException("S3 keeps no such checksum."),
    };

    private static CheckedContent? Of(Stream content, string? expected, Func<NonCryptographicHashAlgorithm> make) =>
        string.IsNullOrEmpty(expected) || expected.Contains('-', StringComparison.Ordinal)
            ? null
            : new CheckedContent(content, make(), expected);
}
