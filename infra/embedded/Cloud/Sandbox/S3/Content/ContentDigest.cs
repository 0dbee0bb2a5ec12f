using System.Buffers;
using System.Security.Cryptography;
using ServerlessDrives.Embedded.Cloud.Sandbox.S3.Storage;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.S3.Content;

/// <summary>Reads stored bytes again for their digests.</summary>
internal static class ContentDigest
{
    private const int BufferSize = 512 * 1024;

    /// <returns>The MD5 in hexadecimal and the checksum in base64.</returns>
    public static Task<(string Md5, string Checksum)> OfAsync(
        DataFiles files,
        IReadOnlyList<Segment> segments,
        ChecksumAlgorithm algorithm,
        CancellationToken cancelled
    ) =>
        Task.Run(
            () =>
            {
                using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
                using var checksum = algorithm.Start();
                var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
                foreach (var segment in segments)
                {
                    using var file = files.OpenRead(segment.File);
                    for (var done = 0L; done < segment.Length;)
                    {
                        cancelled.ThrowIfCancellationRequested();
                        var read = RandomAccess.Read(
                            file,
                            buffer.AsSpan(0, (int)Math.Min(BufferSize, segment.Length - done)),
                            segment.Offset + done
                        );
                        if (read == 0)
                            throw new InvalidDataException($"The data file {segment.File} is shorter than its object.");
                        md5.AppendData(buffer.AsSpan(0, read));
                        checksum.Append(buffer.AsSpan(0, read));
                        done += read;
                    }
                }

                ArrayPool<byte>.Shared.Return(buffer);
                return (Convert.ToHexStringLower(md5.GetHashAndReset()), checksum.Finish());
            },
            cancelled
        );
}
