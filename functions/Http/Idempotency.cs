using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Http;

/// <summary>An answer as it was given.</summary>
public sealed record RecordedAnswer(int Status, string? ContentType, string? Location, string? ETag, string Body);

/// <summary>Where answers to keyed requests are kept for a day.</summary>
public interface IIdempotencyRecords
{
    /// <summary>Begins the request, unless it was begun before.</summary>
    /// <param name="fingerprint">What the request says, as a hash.</param>
    /// <returns>Null when it is begun now; otherwise what is known of it.</returns>
    Task<IdempotencyRecord?> BeginAsync(string partition, string key, string fingerprint, CancellationToken cancellation);

    /// <summary>Says that a request which takes long is still being answered, so that nobody takes it for one that a crash cut off.</summary>
    Task StillAtItAsync(string partition, string key, CancellationToken cancellation);

    /// <summary>Keeps the answer, encrypted by whoever asks; null forgets the request, so that it can be made again.</summary>
    /// <param name="fingerprint">What the request turned out to say, where that wasn't known when it began; null for what was said then.</param>
    Task EndAsync(string partition, string key, byte[]? answer, string? fingerprint, CancellationToken cancellation);

    /// <summary>Forgets requests that are older than answers are kept.</summary>
    /// <param name="most">How many at most.</param>
    /// <returns>How many there were.</returns>
    Task<int> PurgeAsync(int most, CancellationToken cancellation);
}

/// <param name="Ended">False while the first request is still being answered.</param>
/// <param name="Answer">Null until then, and when the answer was too large to be kept.</param>
public sealed record IdempotencyRecord(string Fingerprint, bool Ended, byte[]? Answer);

/// <summary>
/// Makes a POST with an <c>Idempotency-Key</c> happen once. What is kept of the answer is encrypted with a key made of the caller's own
/// key, since answers may hold what only the caller should see (a webhook's signing key, a callback link).
/// </summary>
public sealed partial class Idempotency(IIdempotencyRecords records, TimeProvider clock)
{
    public const string Header = "Idempotency-Key";
    private const int MostKeyLength = 200;

    /// <summary>How long a request that came while the first one of its key is being answered waits for that answer.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Reads the body and acts on it, or answers as it was answered before.</summary>
    public Task<IResult> OnceAsync<TBody>(HttpRequest request, Func<TBody, Task<IResult>> act)
        where TBody : class
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(act);
        return OnceAsync(request, async () => (await request.ReadJsonAsync<TBody>()).TryGet(out var body, out var refusal) ? await act(body) : refusal.AsProblem());
    }

    /// <summary>Acts, or answers as it was answered before; for requests whose body says nothing or is read by the act itself.</summary>
    public Task<IResult> OnceAsync(HttpRequest request, Func<Task<IResult>> act)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(act);
        return KeyedAsync(request, act, async place =>
        {
            request.EnableBuffering(Bodies.MostBytes);
            if (!(await request.ReadBytesAsync()).TryGet(out var bytes, out var unreadable))
                return unreadable.AsProblem();
            request.Body.Position = 0;

            var fingerprint = Convert.ToHexStringLower(SHA256.HashData([.. Encoding.UTF8.GetBytes($"{request.Method} {request.Path}\n"), .. bytes]));
            if (await BegunBeforeAsync(place, fingerprint, request.HttpContext.RequestAborted) is { } known)
                return AnswerTo(known, place, isSame: known.Fingerprint == fingerprint);

            RecordedAnswer? answer = null;
            try
            {
                answer = await RecordAsync(request, await act());
                return new Replay(answer);
            }
            finally
            {
                // Our own failures, and "later", are not kept: the request may be made again under its key.
                await EndAsync(place, answer is { Status: < 500 and not StatusCodes.Status429TooManyRequests } ? answer : null, fingerprint: null);
            }
        });
    }

    private static async Task<IResult> KeyedAsync(HttpRequest request, Func<Task<IResult>> act, Func<Place, Task<IResult>> once)
    {
        var key = request.Headers[Header].ToString();
        if (key.Length == 0)
            return await act();
        return key.Length > MostKeyLength || key.Any(char.IsControl)
            ? new Refusal(RefusalKind.Malformed, "malformed", $"An Idempotency-Key has at most {MostKeyLength} printable characters.").AsProblem()
            : await once(Place.Of(request.Person(), key));
    }

    /// <param name="fingerprint">What the request says, or the beginning of that.</param>
    /// <returns>Null when it is begun now; otherwise what is known of it once it has ended, was another request, or has been waited for long enough.</returns>
    private async Task<IdempotencyRecord?> BegunBeforeAsync(Place place, string fingerprint, CancellationToken cancellation)
    {
        for (var until = clock.GetUtcNow() + Patience; await records.BeginAsync(place.Partition, place.Name, fingerprint, cancellation) is { } known; await Task.Delay(Pause, clock, cancellation))
        {
            if (known.Ended || !known.Fingerprint.StartsWith(fingerprint, StringComparison.Ordinal) || clock.GetUtcNow() >= until)
                return known;
        }

        return null;
    }

    /// <summary>Not cancelled with the request: what was done stays done.</summary>
    private Task EndAsync(Place place, RecordedAnswer? answer, string? fingerprint) =>
        records.EndAsync(place.Partition, place.Name, answer is null ? null : Seal(answer, place.Key), fingerprint, CancellationToken.None);

    private static IResult AnswerTo(IdempotencyRecord known, Place place, bool isSame)
    {
        if (!isSame)
            return Refusal.Invalid(Header, "This key was used for another request. Use a new one.").AsProblem();
        if (!known.Ended)
            return (Refusal.Conflict("in-progress", "The same request is still being answered. Wait for it.") with { RetryAfter = TimeSpan.FromSeconds(2) }).AsProblem();
        return known.Answer is { } answer
            ? new Replay(Open(answer, place.Key))
            : Refusal.Conflict("answer-not-kept", "This request was carried out, and its answer was too large to be kept. Look for what it made.").AsProblem();
    }

    private static async Task<RecordedAnswer> RecordAsync(HttpRequest request, IResult result)
    {
        using var body = new MemoryStream();
        var recorded = new DefaultHttpContext { RequestServices = request.HttpContext.RequestServices, TraceIdentifier = request.HttpContext.TraceIdentifier };
        recorded.Request.Method = request.Method;
        recorded.Request.Path = request.Path;
        recorded.Response.Body = body;
        await result.ExecuteAsync(recorded);
        var headers = recorded.Response.Headers;
        return new(recorded.Response.StatusCode, recorded.Response.ContentType, Text(headers.Location), Text(headers.ETag), Encoding.UTF8.GetString(body.ToArray()));
    }

    private static string? Text(Microsoft.Extensions.Primitives.StringValues value) => value.Count == 0 ? null : value.ToString();

    private static byte[] Seal(RecordedAnswer answer, string key)
    {
        var plain = Compress(JsonSerializer.SerializeToUtf8Bytes(answer, Json.Options));
        var nonce = RandomNumberGenerator.GetBytes(AesGcm.NonceByteSizes.MaxSize);
        var (tag, cipherText) = (new byte[AesGcm.TagByteSizes.MaxSize], new byte[plain.Length]);
        using var cipher = new AesGcm(KeyOf(key), tag.Length);
        cipher.Encrypt(nonce, plain, cipherText, tag);
        return [.. nonce, .. tag, .. cipherText];
    }

    private static RecordedAnswer Open(byte[] kept, string key)
    {
        var (nonce, tag) = (AesGcm.NonceByteSizes.MaxSize, AesGcm.TagByteSizes.MaxSize);
        var plain = new byte[kept.Length - nonce - tag];
        using var cipher = new AesGcm(KeyOf(key), tag);
        cipher.Decrypt(kept.AsSpan(0, nonce), kept.AsSpan(nonce + tag), kept.AsSpan(nonce, tag), plain);
        using var read = new BrotliStream(new MemoryStream(plain), CompressionMode.Decompress);
        return JsonSerializer.Deserialize<RecordedAnswer>(read, Json.Options)!;
    }

    /// <summary>A list of ten thousand links, say, differs from line to line by a signature only.</summary>
    private static byte[] Compress(byte[] answer)
    {
        using var compressed = new MemoryStream();
        using (var write = new BrotliStream(compressed, CompressionLevel.Fastest))
            write.Write(answer);
        return compressed.ToArray();
    }

    private static byte[] KeyOf(string key) => HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(key), 32, info: "idempotency"u8.ToArray());

    /// <summary>Where a request is kept, and the key that opens its answer.</summary>
    private sealed record Place(string Partition, string Name, string Key)
    {
        public static Place Of(Person person, string key) =>
            new($"{person.Organization}|{person.Id}", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key))), key);
    }

    private sealed class Replay(RecordedAnswer answer) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            response.StatusCode = answer.Status;
            response.ContentType = answer.ContentType;
            if (answer.Location is not null)
                response.Headers.Location = answer.Location;
            if (answer.ETag is not null)
                response.Headers.ETag = answer.ETag;
            response.Headers.CacheControl = "no-store";
            return response.WriteAsync(answer.Body, httpContext.RequestAborted);
        }
    }
}
