using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ServerlessDrives.Embedded.Cloud.Sandbox.S3.Content;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.Wire;

/// <summary>
/// Decodes <c>aws-chunked</c> while it is read, in bounded memory. The last bytes of a chunk are handed out only when its signature fits,
/// and the end of the body only when the trailing checksum does. Source: "Signature calculations: transferring payload in multiple chunks"
/// in the S3 API reference.
/// </summary>
/// <param name="signatures">Null for a payload that isn't signed.</param>
/// <param name="trailer">The trailing header that <c>x-amz-trailer</c> announces, or null.</param>
internal sealed class ChunkedBody(Stream inner, ChunkSignatures? signatures, string? trailer) : ReadOnlyStream
{
    private const int LongestLine = 8 * 1024;
    private readonly byte[] buffer = new byte[64 * 1024];
    private readonly RunningChecksum? checksum = trailer is null ? null : ChecksumAlgorithm.OfHeader(trailer)?.Start();
    private int start;
    private int end;
    private long left;
    private string? chunkSignature;
    private bool ended;

    public override async ValueTask<int> ReadAsync(Memory<byte> destination, CancellationToken cancellationToken = default)
    {
        if (ended || destination.IsEmpty) return 0;
        if (left == 0 && !await NextChunkAsync(cancellationToken)) return 0;

        var wanted = destination[..(int)Math.Min(destination.Length, left)];
        int read;
        if (end > start)
        {
            read = Math.Min(wanted.Length, end - start);
            buffer.AsSpan(start, read).CopyTo(wanted.Span);
            start += read;
        }
        else
        {
            read = await inner.ReadAsync(wanted, cancellationToken);
            if (read == 0) throw Incomplete();
        }

        signatures?.Append(wanted.Span[..read]);
        checksum?.Append(wanted.Span[..read]);
        left -= read;
        if (left == 0)
        {
            if ((await LineAsync(cancellationToken)).Length != 0) throw Incomplete();
            signatures?.CheckChunk(chunkSignature);
        }

        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            checksum?.Dispose();
            signatures?.Dispose();
        }

        base.Dispose(disposing);
    }

    private async ValueTask<bool> NextChunkAsync(CancellationToken cancelled)
    {
        var parts = (await LineAsync(cancelled)).Split(';', 2);
        if (!long.TryParse(parts[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out left) || left < 0)
            throw Incomplete();
        const string prefix = "chunk-signature=";
        chunkSignature = parts.Length == 2 && parts[1].StartsWith(prefix, StringComparison.Ordinal) ? parts[1][prefix.Length..] : null;
        if (left > 0) return true;
        signatures?.CheckChunk(chunkSignature);
        await TrailersAsync(cancelled);
        ended = true;
        return false;
    }

    private async ValueTask TrailersAsync(CancellationToken cancelled)
    {
        string? value = null, signature = null;
        var covered = new StringBuilder();
        for (string line; (line = await LineAsync(cancelled)).Length > 0;)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0) throw Incomplete();
            var (name, text) = (line[..colon].ToLowerInvariant(), line[(colon + 1)..].Trim());
            if (name == "x-amz-trailer-signature") signature = text;
            else covered.Append(name).Append(':').Append(text).Append('\n');
            if (name.Equals(trailer, StringComparison.OrdinalIgnoreCase)) value = text;
        }

        if (trailer is null)
            return;
        if (value is null)
            throw new AwsError(
                400,
                "MalformedTrailerError",
                "The request contained trailing data that was not well-formed or did not conform to our published schema.");
        signatures?.CheckTrailers(covered.ToString(), signature);
        if (checksum is not null && checksum.Finish() != value)
            throw new AwsError(400, "BadDigest", $"The {checksum.Algorithm.Name} you specified did not match the calculated checksum.");
    }

    /// <summary>One line without its CR LF. The empty line after the trailers may be left out at the very end.</summary>
    private async ValueTask<string> LineAsync(CancellationToken cancelled)
    {
        while (true)
        {
            var length = buffer.AsSpan(start, end - start).IndexOf("\r\n"u8);
            if (length >= 0)
            {
                var line = Encoding.UTF8.GetString(buffer, start, length);
                start += length + 2;
                return line;
            }

            if (end - start > LongestLine) throw Incomplete();
            if (start > 0) buffer.AsSpan(start, end - start).CopyTo(buffer);
            (start, end) = (0, end - start);
            var read = await inner.ReadAsync(buffer.AsMemory(end), cancelled);
            if (read == 0) return end == start ? "" : throw Incomplete();
            end += read;
        }
    }

    private static AwsError Incomplete() => new(400, "IncompleteBody", "The request body terminated unexpectedly");
}

/// <summary>The chain of signatures over the chunks of one body, each over the one before it.</summary>
internal sealed class ChunkSignatures(SigningKey key, RequestSignature request) : IDisposable
{
    private const string Empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private string previous = request.Signature;

    public void Append(ReadOnlySpan<byte> bytes) => hash.AppendData(bytes);

    public void CheckChunk(string? signature) =>
        Check("AWS4-HMAC-SHA256-PAYLOAD", $"{Empty}\n{Convert.ToHexStringLower(hash.GetHashAndReset())}", signature);

    /// <param name="trailers">Every trailing header as <c>name:value\n</c>, without the signature's own.</param>
    public void CheckTrailers(string trailers, string? signature) =>
        Check("AWS4-HMAC-SHA256-TRAILER", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(trailers))), signature);

    public void Dispose() => hash.Dispose();

    private void Check(string algorithm, string hashes, string? signature)
    {
        var toSign = $"{algorithm}\n{request.Timestamp}\n{request.Scope}\n{previous}\n{hashes}";
        var expected = key.Sign(toSign);
        if (signature is null || !SigningKey.Same(expected, signature))
            throw AuthenticationErrors.Mismatch(request with { Signature = signature ?? "" }, toSign, "");
        previous = expected;
    }
}
