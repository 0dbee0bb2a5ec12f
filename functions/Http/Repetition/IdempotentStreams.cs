using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace ServerlessDrives.Http.Repetition;

/// <summary>The same for bodies of any length, which are hashed while they go by and never held.</summary>
public sealed partial class Idempotency
{
    private const int DrainBytes = 64 * 1024;

    /// <summary>
    /// Acts on the body as it streams in, or answers as it was answered before. What the body says is known at its end only: then a
    /// repetition is told from another request. Only what was carried out is kept: a refusal made nothing, and the request may be made
    /// again under its key.
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
            var record = await BeginAsync(place, target, cancellation);
            if (!record.IsOurs)
            {
                var isSame =
                    record.Fingerprint.StartsWith(target, StringComparison.Ordinal)
                    && (!record.Ended || record.Fingerprint == target + await body.EndAsync(cancellation));
                return await AnswerToAsync(request, record, place, isSame);
            }

            request.Body = body;
            var answer = await ActAsync(request, record, place, act);
            switch (answer.Status)
            {
                case >= 200 and < 300:
                    return new Replay(await EndAsync(place, answer, target + await body.EndAsync(cancellation)));
                case >= 500 or StatusCodes.Status429TooManyRequests:
                    return await AbandonAsync(record, place, answer);
                default:
                    await records.ForgetAsync(place.Partition, place.Name, CancellationToken.None);
                    return new Replay(answer);
            }
        });
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

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

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
