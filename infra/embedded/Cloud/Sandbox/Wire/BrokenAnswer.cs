using Microsoft.AspNetCore.Http;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.Wire;

/// <summary>Lets only the first half of an answer through (at most 64 KiB), then resets the connection or falls silent.</summary>
internal sealed class BrokenAnswer(HttpContext http, Stream inner, bool resets) : Stream
{
    private long left = -1;

    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (left < 0)
        {
            left = Math.Min((http.Response.ContentLength ?? buffer.Length) / 2, 64 * 1024);
            // An answer that promised its length and ends early breaks the connection by itself; truncated ones end in good order.
            if (!resets) http.Response.ContentLength = null;
        }

        var passing = (int)Math.Min(left, buffer.Length);
        if (passing > 0) await inner.WriteAsync(buffer[..passing], cancellationToken);
        left -= passing;
        if (resets && passing < buffer.Length)
        {
            await inner.FlushAsync(cancellationToken);
            http.Abort();
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush() => inner.Flush();
    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
