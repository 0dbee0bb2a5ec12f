using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace ServerlessDrives.Http;

/// <summary>The same for bodies of any length, which are hashed while they go by and never held.</summary>
public sealed partial class Idempotency
{
    /// <summary>How often a request that takes long says that it is still at it.</summary>
    private static readonly TimeSpan Beat = TimeSpan.FromMinutes(1);

    private const int DrainBytes = 64 * 1024;

    /// <summary>
    /// Acts on the body as it streams in, or answers as it was answered before. What the body says is known at its end only: then a repetition is told from
    /// another request. Only what was carried out is kept: a refusal made nothing, and the request may be made again under its key.
    /// </summary>
    public Task<IResult> OnceStreamedAsync(HttpRequest request, Func<Task<IResult>> act)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(act);
        request.TakeAnySize();
        return KeyedAsync(request, act, async place =>
        {
            var target = $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{request.Method} {request.Path}")))}:";
            await using var body = new HashedStream(request.Body);
            var cancellation = request.HttpContext.RequestAborted;
            if (await BegunBeforeAsync(place, target, cancellation) is { } known)
            {
                var isSame = known.Fingerprint.StartsWith(target, StringComparison.Ordinal) && (!known.Ended || known.Fingerprint == target + await body.EndAsync(cancellation));
                return AnswerTo(known, place, isSame);
            }

            request.Body = body;
            RecordedAnswer? kept = null;
            using var ended = new CancellationTokenSource();
            var beating = BeatAsync(place, ended.Token);
            try
            {
                var answer = await RecordAsync(request, await act());
                if (answer.Status is >= 200 and < 300)
                {
                    target += await body.EndAsync(cancellation);
                    kept = answer;
                }

                return new Replay(answer);
            }
            finally
            {
                await ended.CancelAsync();
                await beating;
                await EndAsync(place, kept, target);
            }
        });
    }

    private async Task BeatAsync(Place place, CancellationToken ended)
    {
        try
        {
            using var timer = new PeriodicTimer(Beat, clock);
            while (await timer.WaitForNextTickAsync(ended))
                await records.StillAtItAsync(place.Partition, place.Name, ended);
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The request is answered.
        }
    }

    /// <summary>Hashes what is read of a body.</summary>
    private sealed class HashedStream(Stream body) : Stream
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        /// <summary>Reads what is left, and says what all of it hashes to.</summary>
        public async Task<string> EndAsync(CancellationToken cancellation)
        {
            var buffer = ArrayPool<byte>.Shared.Rent(DrainBytes);
            try
            {
                while (await ReadAsync(buffer, cancellation) > 0)
                {
                    // Only its hash counts.
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }

            return Convert.ToHexStringLower(_hash.GetHashAndReset());
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await body.ReadAsync(buffer, cancellationToken);
            _hash.AppendData(buffer.Span[..read]);
            return read;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = body.Read(buffer, offset, count);
            _hash.AppendData(buffer, offset, read);
            return read;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                _hash.Dispose();
            base.Dispose(disposing);
        }
    }
}
