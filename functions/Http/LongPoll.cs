using Microsoft.AspNetCore.Http;

namespace ServerlessDrives.Http;

/// <summary>Reads of a resource that may wait for it to change: <c>?wait=20</c> with <c>If-None-Match</c>.</summary>
public static class LongPoll
{
    /// <summary>The longest wait in seconds; front ends cut requests that stay silent for minutes.</summary>
    public const int MostSeconds = 20;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <param name="read">Reads the resource as it is answered to whoever asks, who is looked at anew each time.</param>
    public static async Task<IResult> AnswerAsync<T>(HttpRequest request, TimeProvider clock, Func<CancellationToken, Task<Result<T>>> read)
        where T : notnull
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(clock);
        ArgumentNullException.ThrowIfNull(read);
        var seconds = 0;
        if (request.Query.TryGetValue("wait", out var asked) && !(int.TryParse(asked, out seconds) && seconds is >= 0 and <= MostSeconds))
            return Refusal.Invalid("wait", $"A number of seconds from 0 to {MostSeconds} was expected.").AsProblem();

        var until = clock.GetUtcNow() + TimeSpan.FromSeconds(seconds);
        var waited = false;
        while (true)
        {
            if (!(await read(request.HttpContext.RequestAborted)).TryGet(out var body, out var refusal))
                return refusal.AsProblem();
            if (clock.GetUtcNow() >= until || !Preconditions.Match(request.Headers.IfNoneMatch, Answers.ETagOf(body)))
            {
                if (!waited)
                    return Answers.Resource(request, body);
                // Whoever was let in when the wait began may have been taken out of a workspace meanwhile, also by another instance.
                if (await request.IdentifyAgainAsync(request.HttpContext.RequestAborted) is { } refused)
                    return refused.AsProblem();
                return (await read(request.HttpContext.RequestAborted)).Answer(now => Answers.Resource(request, now));
            }

            await Task.Delay(Pause, clock, request.HttpContext.RequestAborted);
            waited = true;
            if (await request.IdentifyAgainAsync(request.HttpContext.RequestAborted, byRecent: true) is { } ended)
                return ended.AsProblem();
        }
    }
}
