using Microsoft.AspNetCore.Http;
using ServerlessDrives.Http.Middleware;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Http.Limits;

/// <summary>Whether somebody who was let in still is: looked at again while what they asked for takes its time.</summary>
public static class Admission
{
    /// <summary>How often it is looked at while bytes come or go.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>Finds out again who calls, and whether they may still see what belongs to this audience.</summary>
    /// <returns>Null when they may.</returns>
    public static async Task<Refusal?> AdmitAgainAsync(
        this HttpRequest request,
        Audience audience,
        string what,
        CancellationToken cancellation,
        bool byRecent = false
    ) =>
        await request.IdentifyAgainAsync(cancellation, byRecent) is { } refused ? refused
        : request.Person().MaySee(audience) ? null
        : Refusal.NotFound(what);
}

/// <summary>
/// A request's body that ends as if it were cut off when its sender is let in no longer, or when more comes than is taken.
/// </summary>
/// <param name="most">Bytes that are taken; null for any number.</param>
internal sealed class AdmittedBody(HttpRequest request, Stream body, Audience audience, long? most) : Stream
{
    private long _admittedAt = Environment.TickCount64;
    private long _received;

    /// <summary>Why it ended; null as long as it goes on.</summary>
    public Refusal? Refused { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await body.ReadAsync(buffer, cancellationToken);
        _received += read;
        if (_received > most)
        {
            Refused = Bodies.LargerThan(most.Value);
            throw new IOException("More comes than is taken.");
        }

        if (Environment.TickCount64 - _admittedAt < Admission.Interval.TotalMilliseconds)
            return read;
        Refused = await request.AdmitAgainAsync(audience, "drive", cancellationToken, byRecent: true);
        if (Refused is not null)
            throw new IOException("Whoever sends this is let in no longer.");
        _admittedAt = Environment.TickCount64;
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Bodies are read asynchronously.");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
