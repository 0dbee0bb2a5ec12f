using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using ServerlessDrives.Http.Middleware;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Http.Repetition;

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
            return await RecordedAnswer.RecordAsync(request, await act());
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
        await records.EndAsync(place.Partition, place.Name, answer.Seal(place.Key), fingerprint, CancellationToken.None) is { } first
            ? RecordedAnswer.Open(first, place.Key)
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
        var opened = RecordedAnswer.Open(answer, place.Key);
        return opened.Reader?.Admits(request.Person()) == false ? Refusal.NotFound("answer").AsProblem() : new Replay(opened);
    }

    /// <summary>Where a request is kept, and the key that opens its answer.</summary>
    private sealed record Place(string Partition, string Name, string Key)
    {
        public static Place Of(Person person, string key) =>
            new($"{person.Organization}|{person.Id}", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key))), key);
    }
}
