using Microsoft.Azure.Functions.Worker;

namespace ServerlessDrives.Events;

/// <summary>Tells of what was changed by somebody who didn't live to tell of it.</summary>
public sealed class OutboxRelay(IOutbox outbox, IEvents events, TimeProvider clock)
{
    /// <summary>How long whoever changed something has for telling of it.</summary>
    private static readonly TimeSpan GracePeriod = TimeSpan.FromSeconds(30);

    /// <summary>When a change that was announced doesn't come any more: far above all tries of one transaction.</summary>
    private static readonly TimeSpan Hopeless = TimeSpan.FromMinutes(10);

    [Function("TellUntoldEvents")]
    public Task RunAsync([TimerTrigger("*/30 * * * * *", RunOnStartup = true)] TimerInfo timer, CancellationToken cancellation) =>
        TellAsync(clock.GetUtcNow(), cancellation);

    internal async Task TellAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        foreach (var entry in await outbox.AbandonedAsync(now - GracePeriod, cancellation))
        {
            if (await outbox.FindAsync(entry, cancellation) is { } happened)
                await events.TellAsync(happened, cancellation);
            else if (now - entry.MadeAt < Hopeless)
                continue;
            await outbox.CompleteAsync(entry, cancellation);
        }
    }
}
