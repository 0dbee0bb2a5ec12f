using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using ServerlessDrives.Http.Middleware;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Http.Repetition;

/// <summary>An answer as it was given.</summary>
/// <param name="Reader">Who may be answered so again: somebody who sees no less than the one who was answered first.</param>
public sealed record RecordedAnswer(
    int Status,
    string? ContentType,
    string? Location,
    string? ETag,
    string Body,
    AnswerReader? Reader = null);

/// <param name="IsAdmin">Whether the answer was given to an admin.</param>
/// <param name="Workspaces">The workspaces that its reader was in.</param>
public sealed record AnswerReader(bool IsAdmin, IReadOnlyList<WorkspaceId> Workspaces)
{
    public static AnswerReader Of(Person person)
    {
        ArgumentNullException.ThrowIfNull(person);
        return new(person.IsAdmin, [.. person.Workspaces.Keys]);
    }

    public bool Admits(Person person)
    {
        ArgumentNullException.ThrowIfNull(person);
        return person.IsAdmin || (!IsAdmin && Workspaces.All(person.Workspaces.ContainsKey));
    }
}

/// <summary>Where keyed requests and their answers are kept for a day.</summary>
public interface IIdempotencyRecords
{
    /// <summary>Begins the request, or takes it over from whoever began it and has died, unless it is being answered or was.</summary>
    /// <param name="fingerprint">What the request says, as a hash, or the beginning of that; a request that says something else is not
    /// taken over.</param>
    Task<IdempotencyRecord> BeginAsync(string partition, string key, string fingerprint, CancellationToken cancellation);

    /// <summary>Notes that the request is still being answered, so that nobody takes it over.</summary>
    Task StillAtItAsync(string partition, string key, CancellationToken cancellation);

    /// <summary>Keeps the answer, encrypted by the caller, unless there is one already.</summary>
    /// <param name="fingerprint">What the request turned out to say, where that wasn't known when it began; null for what was said
    /// then.</param>
    /// <returns>The answer that was there already, for there is one only; null where this one was kept.</returns>
    Task<byte[]?> EndAsync(string partition, string key, byte[] answer, string? fingerprint, CancellationToken cancellation);

    /// <summary>The request failed: whoever repeats it may take it over at once.</summary>
    /// <param name="owner">By whom it was being answered; nothing happens when that is somebody else by now.</param>
    Task AbandonAsync(string partition, string key, Guid owner, CancellationToken cancellation);

    /// <summary>Forgets a request that did nothing, so that its key may be used for another.</summary>
    Task ForgetAsync(string partition, string key, CancellationToken cancellation);

    /// <summary>Forgets requests that are older than answers are kept.</summary>
    /// <param name="most">How many at most.</param>
    /// <returns>How many there were.</returns>
    Task<int> PurgeAsync(int most, CancellationToken cancellation);
}

/// <param name="Owner">By whom it is being answered.</param>
/// <param name="IsOurs">Whether that is whoever has just asked.</param>
/// <param name="Ended">False while the request is still being answered.</param>
/// <param name="Answer">Null until then, and when the answer was too large to be kept.</param>
public sealed record IdempotencyRecord(string Fingerprint, Operation Operation, Guid Owner, bool IsOurs, bool Ended, byte[]? Answer);

/// <summary>
/// Makes a POST with an <c>Idempotency-Key</c> happen once. What is kept of the answer is encrypted with a key made of the caller's own
/// key, since answers may hold what only the caller should see (a webhook's signing key, a callback link).
/// </summary>
public sealed partial class Idempotency(IIdempotencyRecords records, TimeProvider clock)
{
    public const string Header = "Idempotency-Key";
    private const int MostKeyLength = 200;

    /// <summary>How long a request that came while the first one of its key is being answered waits for that answer.</summary>
    private static readonly TimeSpan AnswerWait = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>How often a request that is being answered notes that it still is.</summary>
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(4);

    /// <summary>Reads the body and acts on it, or answers as it was answered before.</summary>
    public Task<IResult> OnceAsync<TBody>(HttpRequest request, Func<TBody, Task<IResult>> act)
        where TBody : class
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(act);
        return OnceAsync(
            request,
            async () => (await request.ReadJsonAsync<TBody>()).TryGet(out var body, out var refusal) ? await act(body) : refusal.AsProblem()
        );
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

            var fingerprint = Convert.ToHexStringLower(
                SHA256.HashData([.. Encoding.UTF8.GetBytes($"{request.Method} {request.Path}{request.QueryString}\n"), .. bytes]));
            var record = await BeginAsync(place, fingerprint, request.HttpContext.RequestAborted);
            if (!record.IsOurs)
                return await AnswerToAsync(request, record, place, isSame: record.Fingerprint == fingerprint);

            // Our own failures, and "later", are not kept: the request may be made again under its key.
            var answer = await ActAsync(request, record, place, act);
            return answer.Status is < 500 and not StatusCodes.Status429TooManyRequests
                ? new Replay(await EndAsync(place, answer, fingerprint: null))
                : await AbandonAsync(record, place, answer);
        });
    }

    /// <summary>Acts, and notes meanwhile that it does; a failure leaves the request to whoever repeats it.</summary>
    private async Task<RecordedAnswer> ActAsync(HttpRequest request, IdempotencyRecord record, Place place, Func<Task<IResult>> act)
    {
        request.Begin(record.Operation);
        using var ended = new CancellationTokenSource();
        var beating = BeatAsync(place, ended.Token);
        try
        {
            return await RecordAsync(request, await act());
        }
        catch
        {
            await records.AbandonAsync(place.Partition, place.Name, record.Owner, CancellationToken.None);
            throw;
        }
        finally
        {
            await ended.CancelAsync();
            await beating;
        }
    }

    private async Task<IResult> AbandonAsync(IdempotencyRecord record, Place place, RecordedAnswer answer)
    {
        await records.AbandonAsync(place.Partition, place.Name, record.Owner, CancellationToken.None);
        return new Replay(answer);
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

    private static async Task<IResult> KeyedAsync(HttpRequest request, Func<Task<IResult>> act, Func<Place, Task<IResult>> once)
    {
        var key = request.Headers[Header].ToString();
        if (key.Length == 0)
        {
            request.Begin(Operation.New(TimeProvider.System));
            return await act();
        }

        return key.Length > MostKeyLength || key.Any(char.IsControl)
            ? new Refusal(
                RefusalKind.Malformed,
                "malformed",
                $"An Idempotency-Key has at most {MostKeyLength} printable characters."
            ).AsProblem()
            : await once(Place.Of(request.Person(), key));
    }

    /// <param name="fingerprint">What the request says, or the beginning of that.</param>
    /// <returns>The request as it is begun or taken over now; else what is known of it once it has ended, was another request, or has been
    /// waited for long enough.</returns>
    private async Task<IdempotencyRecord> BeginAsync(Place place, string fingerprint, CancellationToken cancellation)
    {
        for (var until = clock.GetUtcNow() + AnswerWait; ; await Task.Delay(Pause, clock, cancellation))
        {
            var record = await records.BeginAsync(place.Partition, place.Name, fingerprint, cancellation);
            if (
                record.IsOurs
                || record.Ended
                || !record.Fingerprint.StartsWith(fingerprint, StringComparison.Ordinal)
                || clock.GetUtcNow() >= until)
                return record;
        }
    }

    /// <summary>Not cancelled with the request: what was done stays done.</summary>
    /// <returns>What is answered: what was kept first.</returns>
    private async Task<RecordedAnswer> EndAsync(Place place, RecordedAnswer answer, string? fingerprint) =>
        await records.EndAsync(place.Partition, place.Name, Seal(answer, place.Key), fingerprint, CancellationToken.None) is { } first
            ? Open(first, place.Key)
            : answer;

    private static async Task<IResult> AnswerToAsync(HttpRequest request, IdempotencyRecord known, Place place, bool isSame)
    {
        if (!isSame)
            return Refusal.Invalid(Header, "This key was used for another request. Use a new one.").AsProblem();
        if (!known.Ended)
            return (
                Refusal.Conflict("in-progress", "The same request is still being answered. Wait for it.") with
                {
                    RetryAfter = TimeSpan.FromSeconds(2),
                }
            ).AsProblem();
        if (known.Answer is not { } answer)
            return Refusal
                .Conflict(
                    "answer-not-kept",
                    "This request was carried out, and its answer was too large to be kept. Look for what it made.")
                .AsProblem();
        // It may have been waited for, or given days ago.
        if (await request.IdentifyAgainAsync(request.HttpContext.RequestAborted) is { } refused)
            return refused.AsProblem();
        var opened = Open(answer, place.Key);
        return opened.Reader?.Admits(request.Person()) == false ? Refusal.NotFound("answer").AsProblem() : new Replay(opened);
    }

    private static async Task<RecordedAnswer> RecordAsync(HttpRequest request, IResult result)
    {
        using var body = new MemoryStream();
        var recorded = new DefaultHttpContext
        {
            RequestServices = request.HttpContext.RequestServices,
            TraceIdentifier = request.HttpContext.TraceIdentifier,
        };
        recorded.Request.Method = request.Method;
        recorded.Request.Path = request.Path;
        recorded.Response.Body = body;
        await result.ExecuteAsync(recorded);
        var headers = recorded.Response.Headers;
        return new(
            recorded.Response.StatusCode,
            recorded.Response.ContentType,
            Text(headers.Location),
            Text(headers.ETag),
            Encoding.UTF8.GetString(body.ToArray()),
            AnswerReader.Of(request.Person()));
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

    private static byte[] KeyOf(string key) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(key), 32, info: "idempotency"u8.ToArray());

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
