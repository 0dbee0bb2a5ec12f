using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using ServerlessDrives.Embedded.Cloud.Sandbox.S3.Storage;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.S3.Content;

/// <summary>Bytes that are in a data file, held by whoever has this.</summary>
/// <param name="Md5">Hexadecimal.</param>
/// <param name="Checksum">Base64, in the algorithm that is kept.</param>
/// <param name="Declared">Base64, in the algorithm that the client named; the same unless an upload keeps another.</param>
internal sealed record StoredContent(
    IReadOnlyList<Segment> Segments,
    long Size,
    string Md5,
    ChecksumAlgorithm Algorithm,
    string Checksum,
    string Declared);

/// <summary>
/// Streams a body to a data file in bounded memory: while one buffer fills from the network, the other is digested and written.
/// </summary>
internal static class ContentWriter
{
    /// <summary>What S3 takes in one request, in bytes.</summary>
    public const long LargestUpload = 5L << 30;

    private const int BufferSize = 512 * 1024;

    /// <summary>The length that the content itself will have; null when the request doesn't say.</summary>
    public static long? DeclaredLength(S3Call call) =>
        call.Header("x-amz-decoded-content-length") is { } text
            ? long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var decoded)
                ? decoded
                : throw S3Errors.InvalidArgument("x-amz-decoded-content-length must be a number", "x-amz-decoded-content-length", text)
            : call.Request.ContentLength;

    /// <summary>
    /// Stores the request's body. What was stored is deleted again when the body breaks off or isn't what the client declared.
    /// </summary>
    /// <param name="kept">The algorithm to keep a checksum in, when it isn't the declared one.</param>
    public static async Task<StoredContent> StoreAsync(S3Call call, DeclaredDigests declared, ChecksumAlgorithm? kept = null)
    {
        // Chunks of HTTP's own, with no word of how long the whole will be, are what S3 doesn't take at all.
        if (DeclaredLength(call) is null && call.Request.Headers.TransferEncoding.Count > 0)
            throw S3Errors.NotImplemented("Transfer-Encoding");
        var length =
            DeclaredLength(call) ?? throw S3Errors.Of(411, "MissingContentLength", "You must provide the Content-Length HTTP header.");
        if (length > LargestUpload)
            throw S3Errors.EntityTooLarge(length, LargestUpload);
        return await StoreAsync(call.World.Buckets.Files, call.Aws.Body, length, declared, kept ?? declared.Algorithm, call.Cancelled);
    }

    /// <summary>Stores a body of a known length that didn't come by a request.</summary>
    public static async Task<StoredContent> StoreAsync(
        DataFiles files,
        Stream body,
        long length,
        DeclaredDigests declared,
        ChecksumAlgorithm kept,
        CancellationToken cancelled)
    {
        var (name, handle) = files.Create(length);
        IReadOnlyList<Segment> held = [new Segment(name, 0, length)];
        try
        {
            using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
            using var checksum = declared.Algorithm.Start();
            long written;
            using var other = kept == declared.Algorithm ? null : kept.Start();
            using (handle) written = await PumpAsync(body, handle, md5, checksum, other, cancelled);
            if (written != length) throw S3Errors.IncompleteBody();

            var md5Bytes = md5.GetHashAndReset();
            if (declared.Md5 is { } expected && Convert.ToBase64String(md5Bytes) is var sum && sum != expected)
                throw S3Errors.BadMd5(expected, sum);
            var value = checksum.Finish();
            if (declared.Value is not null && value != declared.Value) throw S3Errors.BadDigest(declared.Algorithm.Name);
            return new StoredContent(held, length, Convert.ToHexStringLower(md5Bytes), kept, other?.Finish() ?? value, value);
        }
        catch
        {
            files.Release(held);
            throw;
        }
    }

    private static async Task<long> PumpAsync(
        Stream body,
        SafeFileHandle file,
        IncrementalHash md5,
        RunningChecksum checksum,
        RunningChecksum? other,
        CancellationToken cancelled)
    {
        var filling = ArrayPool<byte>.Shared.Rent(BufferSize);
        var writing = ArrayPool<byte>.Shared.Rent(BufferSize);
        var pending = Task.CompletedTask;
        var offset = 0L;
        try
        {
            while (true)
            {
                var filled = await body.ReadAtLeastAsync(filling.AsMemory(0, BufferSize), BufferSize, throwOnEndOfStream: false, cancelled);
                await pending;
                if (filled == 0) return offset;
                (filling, writing) = (writing, filling);
                var (buffer, at) = (writing, offset);
                offset += filled;
                if (filled < BufferSize)
                {
                    Take(buffer, filled, at);
                    pending = Task.CompletedTask;
                }
                else
                {
                    pending = Task.Run(() => Take(buffer, filled, at), CancellationToken.None);
                }
            }
        }
        finally
        {
            // The buffers go back only when nobody reads them any more.
            await pending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            ArrayPool<byte>.Shared.Return(filling);
            ArrayPool<byte>.Shared.Return(writing);
        }

        void Take(byte[] buffer, int count, long at)
        {
            var bytes = buffer.AsSpan(0, count);
            RandomAccess.Write(file, bytes, at);
            md5.AppendData(bytes);
            checksum.Append(bytes);
            other?.Append(bytes);
        }
    }
}
