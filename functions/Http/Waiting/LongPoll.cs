using Microsoft.AspNetCore.Http;
using ServerlessDrives.Http.Middleware;

namespace ServerlessDrives.Http.Waiting;

/// <summary>Reads of a resource that may wait for it to change: <c>?wait=20</c> with <c>If-None-Match</c>.</summary>
public sealed class LongPoll(WaitingReads waiting, TimeProvider clock)
{
    /// <summary>The longest wait in seconds; front ends cut requests that stay silent for minutes.</summary>
    public const int MostSeconds = 20;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <param name="read">Reads the resource as it is answered to whoever asks, who is looked at anew each time.</param>
    public async Task<IResult> AnswerAsync<T>(HttpRequest request, Func<CancellationToken, Task<Result<T, Refusal>>> read)
        where T : notnull
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(read);
        var seconds = 0;
        if (request.Query.TryGetValue("wait", out var asked) && !(int.TryParse(asked, out seconds) && seconds is >= 0 and <= MostSeconds))
            return Refusal.Invalid("wait", $"A number of seconds from 0 to {MostSeconds} was expected.").AsProblem();

        var until = clock.GetUtcNow() + TimeSpan.FromSeconds(seconds);
        if (!(await read(request.HttpContext.RequestAborted)).TryGet(out var body, out var refusal))
            return refusal.AsProblem();
        if (IsTime(request, body, until))
            return Answers.Resource(request, body);
        if (!waiting.Enter(request.Person()).TryGet(out var wait, out var tooMany))
            return tooMany.AsProblem();
        using (wait)
        {
            return await WaitAsync(request, until, read);
        }
    }

    private async Task<IResult> WaitAsync<T>(
        HttpRequest request,
        DateTimeOffset until,
        Func<CancellationToken, Task<Result<T, Refusal>>> read
    )
        where T : notnull
    {
        while (true)
        {
            await Task.Delay(Pause, clock, request.HttpContext.RequestAborted);
            if (await request.IdentifyAgainAsync(request.HttpContext.RequestAborted, byRecent: true) is { } ended)
                return ended.AsProblem();
            if (!(await read(request.HttpContext.RequestAborted)).TryGet(out var body, out var refusal))
                return refusal.AsProblem();
            if (!IsTime(request, body, until))
                continue;
            // Whoever was let in when the wait began may have been taken out of a workspace meanwhile, also by another instance.
            if (await request.IdentifyAgainAsync(request.HttpContext.RequestAborted) is { } refused)
                return refused.AsProblem();
            return (await read(request.HttpContext.RequestAborted)).Answer(now => Answers.Resource(request, now));
        }
    }

    private bool IsTime<T>(HttpRequest request, T body, DateTimeOffset until)
        where T : notnull => clock.GetUtcNow() >= until || !Preconditions.Match(request.Headers.IfNoneMatch, Answers.ETagOf(body));
}
