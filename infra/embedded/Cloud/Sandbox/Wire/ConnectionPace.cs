using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.Wire;

/// <summary>Lets no more bytes a second through a connection than the faults allow, each way by itself.</summary>
internal static class ConnectionPace
{
    public static void Limit(HttpContext http, long bytesPerSecond, TimeProvider clock)
    {
        var items = http.Features.Get<IConnectionItemsFeature>()?.Items ?? new Dictionary<object, object?>();
        http.Request.Body = new PacedStream(http.Request.Body, Of(items, "sandbox:in", bytesPerSecond, clock));
        http.Response.Body = new PacedStream(http.Response.Body, Of(items, "sandbox:out", bytesPerSecond, clock));
    }

    /// <summary>Kept with the connection, so that its next request doesn't begin with a burst.</summary>
    private static Pace Of(IDictionary<object, object?> items, string key, long bytesPerSecond, TimeProvider clock)
    {
        if (items.TryGetValue(key, out var kept) && kept is Pace known && known.BytesPerSecond == bytesPerSecond) return known;
        var pace = new Pace(bytesPerSecond, clock);
        items[key] = pace;
        return pace;
    }
}

/// <summary>When the next bytes are due.</summary>
internal sealed class Pace(long bytesPerSecond, TimeProvider clock)
{
    /// <summary>Slices of a second: large writes are spread evenly.</summary>
    private const int Slices = 20;
    private long due;

    public long BytesPerSecond => bytesPerSecond;

    /// <summary>The most to pass at once.</summary>
    public int Slice { get; } = (int)Math.Clamp(bytesPerSecond / Slices, 1, 64 * 1024);

    public async ValueTask PassedAsync(int bytes, CancellationToken cancellation)
    {
        var now = clock.GetTimestamp();
        due = Math.Max(due, now) + (bytes * clock.TimestampFrequency / bytesPerSecond);
        var wait = clock.GetElapsedTime(now, due);
        if (wait > TimeSpan.FromMilliseconds(1)) await Task.Delay(wait, clock, cancellation);
    }
}

/// <summary>A body that passes at a pace.</summary>
internal sealed class PacedStream(Stream inner, Pace pace) : Stream
{
    public override bool CanRead => inner.CanRead;
    public override bool CanSeek => false;
    public override bool CanWrite => inner.CanWrite;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer[..Math.Min(buffer.Length, pace.Slice)], cancellationToken);
        if (read > 0) await pace.PassedAsync(read, cancellationToken);
        return read;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            var passing = buffer[..Math.Min(buffer.Length, pace.Slice)];
            await inner.WriteAsync(passing, cancellationToken);
            await inner.FlushAsync(cancellationToken);
            await pace.PassedAsync(passing.Length, cancellationToken);
            buffer = buffer[passing.Length..];
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    public override void Flush() => inner.Flush();
    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
