using System.Buffers;
using ServerlessDrives.Embedded.Cloud.Sandbox.S3.Storage;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.S3.Content;

/// <summary>Streams stored bytes, across the files of a multipart object, in bounded memory.</summary>
internal static class ContentReader
{
    private const int BufferSize = 256 * 1024;

    public static async Task CopyAsync(DataFiles files, IReadOnlyList<Segment> segments, Stream to, CancellationToken cancelled)
    {
        var size = (int)Math.Clamp(segments.Sum(segment => segment.Length), 1, BufferSize);
        var buffer = ArrayPool<byte>.Shared.Rent(size);
        try
        {
            foreach (var segment in segments)
            {
                if (segment.Length == 0) continue;
                using var file = files.OpenRead(segment.File);
                for (var done = 0L; done < segment.Length;)
                {
                    // The page cache answers at once: an asynchronous read would only add a hop.
                    var read = RandomAccess.Read(file, buffer.AsSpan(0, (int)Math.Min(size, segment.Length - done)), segment.Offset + done);
                    if (read == 0) throw new InvalidDataException($"The data file {segment.File} is shorter than its object.");
                    await to.WriteAsync(buffer.AsMemory(0, read), cancelled);
                    done += read;
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The segments that hold a range of an object's bytes.</summary>
    public static IReadOnlyList<Segment> Slice(IReadOnlyList<Segment> segments, long offset, long length)
    {
        var slice = new List<Segment>();
        foreach (var segment in segments)
        {
            if (length == 0) break;
            if (offset >= segment.Length)
            {
                offset -= segment.Length;
                continue;
            }

            var taken = Math.Min(segment.Length - offset, length);
            slice.Add(new Segment(segment.File, segment.Offset + offset, taken));
            length -= taken;
            offset = 0;
        }

        return slice;
    }
}
