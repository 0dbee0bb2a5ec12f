using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using ServerlessDrives.Events.Audit;
using ServerlessDrives.Events.Webhooks;

namespace ServerlessDrives.Events;

/// <summary>Sends what is due, to many webhooks at once but to each in turn, and stores what came of it.</summary>
public sealed class SendDueEvents(
    IWebhooks webhooks,
    IWebhookSender sender,
    IEvents events,
    IAuditTrail audit,
    TimeProvider clock,
    ILogger<SendDueEvents> log)
{
    private const int AtOnce = 16;
    private const int AtATime = 1_000;

    /// <summary>For one webhook in one turn; what is left stays due, so that a slow receiver holds up nobody else.</summary>
    private static readonly TimeSpan Share = TimeSpan.FromSeconds(20);

    [Function("SendDueEvents")]
    public async Task RunAsync([TimerTrigger("*/5 * * * * *", RunOnStartup = true)] TimerInfo timer, CancellationToken cancellation)
    {
        var resting = new ConcurrentDictionary<WebhookId, bool>();
        await foreach (var some in webhooks.DueAsync(clock.GetUtcNow(), cancellation).Chunk(AtATime).WithCancellation(cancellation))
        {
            await Parallel.ForEachAsync(
                some.GroupBy(due => due.Webhook).Where(share => !resting.ContainsKey(share.Key)),
                new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation },
                async (share, token) =>
                {
                    if (!await SendInTurnAsync(share, token))
                        resting[share.Key] = true;
                });
        }
    }

    /// <summary>One after the other, so that a receiver hears of things in the order in which they happened.</summary>
    /// <returns>Whether the webhook may be sent more in this turn.</returns>
    private async Task<bool> SendInTurnAsync(IEnumerable<DueDelivery> share, CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        foreach (var due in share)
        {
            try
            {
                if (!await SendAsync(due, cancellation) || Stopwatch.GetElapsedTime(began) > Share)
                    return false;
            }
            catch (Exception failure) when (!cancellation.IsCancellationRequested)
            {
                // One delivery in trouble must not hold up the others; it stays due and is tried at the next turn.
                log.LogError(failure, "Delivery {Delivery} to {Webhook} could not be handled.", due.Delivery, due.Webhook);
            }
        }

        return true;
    }

    /// <returns>False when the receiver gave no answer, and the next would wait for one in vain.</returns>
    private async Task<bool> SendAsync(DueDelivery due, CancellationToken cancellation)
    {
        var answered = true;
        var webhook = await webhooks.FindAsync(due.Organization, due.Webhook, cancellation);
        var delivery = await webhooks.FindAsync(due.Organization, due.Webhook, due.Delivery, cancellation);
        if (delivery?.Value.Asked is { } asked)
            await audit.RecordAsync(asked, delivery.Value.AskedKey, cancellation);
        if (delivery is { Value.Status: DeliveryStatus.Pending } && webhook is not null)
        {
            var attempt = webhook.Value.DisabledAt is null
                ? await sender.SendAsync(webhook.Value, delivery.Value, cancellation)
                : new DeliveryAttempt(clock.GetUtcNow(), 410, 0, "The webhook is disabled.");
            answered = attempt.Status is not null;
            var after = delivery.Value.After(attempt, Random.Shared.NextDouble());
            // Noted first: a delivery that is stored as dead isn't tried again, so what follows from it must have happened by then.
            await NoteAsync(webhook, after, attempt, cancellation);
            if (!await webhooks.SaveAsync(delivery.With(after), cancellation))
                return answered;
        }

        await webhooks.SettleAsync(due, cancellation);
        return answered;
    }

    private async Task NoteAsync(Versioned<Webhook> read, Delivery delivery, DeliveryAttempt attempt, CancellationToken cancellation)
    {
        var webhook = read.Value;
        if (webhook.DisabledAt is not null)
            return;
        if (attempt.Succeeded)
        {
            if (webhook.FailingSince is not null || webhook.WorksSince is null)
                await webhooks.SaveAsync(read.With(webhook with { FailingSince = null, WorksSince = attempt.At }), act: null, cancellation);
        }
        else if (attempt.IsFinal || delivery.SaysDead(webhook))
        {
            await DisableAsync(read, delivery, attempt, cancellation);
        }
        else if (webhook.FailingSince is null)
        {
            await webhooks.SaveAsync(read.With(webhook with { FailingSince = attempt.At }), act: null, cancellation);
        }
    }

    private async Task DisableAsync(Versioned<Webhook>? read, Delivery delivery, DeliveryAttempt attempt, CancellationToken cancellation)
    {
        while (read is { Value: { DisabledAt: null } webhook })
        {
            // Told first, under an id that a repetition finds again: once it is disabled, nothing would tell of it any more.
            await events.TellAsync(
                new(
                    $"{delivery.Id}-disabled",
                    webhook.Organization,
                    EventTypes.WebhookDisabled,
                    webhook.Id.Value,
                    delivery.TryingSince,
                    new()
                    {
                        ["url"] = webhook.Url.AbsoluteUri,
                        ["lastDelivery"] = delivery.Id.Value,
                        ["reason"] = attempt.Error,
                    }),
                cancellation);
            if (
                await webhooks.SaveAsync(
                    read.With(webhook with { DisabledAt = attempt.At }),
                    WebhookAuditRecords.Disabled(webhook, attempt.Error),
                    cancellation))
                return;
            read = await webhooks.FindAsync(webhook.Organization, webhook.Id, cancellation);
        }
    }
}

/// <summary>Sends one event over HTTPS, signed.</summary>
public interface IWebhookSender
{
    /// <summary>Never throws for what the receiver does or fails to do.</summary>
    Task<DeliveryAttempt> SendAsync(Webhook webhook, Delivery delivery, CancellationToken cancellation);
}
