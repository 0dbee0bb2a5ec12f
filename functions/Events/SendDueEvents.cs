using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace ServerlessDrives.Events;

/// <summary>Sends what is due, many at once but each webhook's share in turn, and stores what came of it.</summary>
public sealed class SendDueEvents(IWebhooks webhooks, IWebhookSender sender, IEvents events, TimeProvider clock, ILogger<SendDueEvents> log)
{
    private const int AtOnce = 16;

    [Function(nameof(SendDueEvents))]
    public Task RunAsync([TimerTrigger("*/5 * * * * *", RunOnStartup = true)] TimerInfo timer, CancellationToken cancellation) =>
        Parallel.ForEachAsync(
            webhooks.DueAsync(clock.GetUtcNow(), cancellation),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation },
            async (due, token) =>
            {
                try
                {
                    await SendAsync(due, token);
                }
                catch (Exception failure) when (failure is not OperationCanceledException)
                {
                    // One delivery in trouble must not hold up the others; it stays due and is tried at the next turn.
                    log.LogError(failure, "Delivery {Delivery} to {Webhook} could not be handled.", due.Delivery, due.Webhook);
                }
            });

    private async Task SendAsync(DueDelivery due, CancellationToken cancellation)
    {
        var webhook = await webhooks.FindAsync(due.Organization, due.Webhook, cancellation);
        var delivery = await webhooks.FindAsync(due.Organization, due.Webhook, due.Delivery, cancellation);
        if (delivery is { Value.Status: DeliveryStatus.Pending } && webhook is not null)
        {
            var attempt = webhook.Value.DisabledAt is null
                ? await sender.SendAsync(webhook.Value, delivery.Value, cancellation)
                : new DeliveryAttempt(clock.GetUtcNow(), 410, 0, "The webhook is disabled.");
            var after = delivery.Value.After(attempt, Random.Shared.NextDouble());
            if (!await webhooks.SaveAsync(delivery.With(after), cancellation))
                return;
            await NoteAsync(webhook, after, attempt, cancellation);
        }

        await webhooks.SettleAsync(due, cancellation);
    }

    private async Task NoteAsync(Versioned<Webhook> read, Delivery delivery, DeliveryAttempt attempt, CancellationToken cancellation)
    {
        var webhook = read.Value;
        if (webhook.DisabledAt is not null)
            return;
        if (attempt.Succeeded)
        {
            if (webhook.FailingSince is not null)
                await webhooks.SaveAsync(read.With(webhook with { FailingSince = null }), cancellation);
        }
        else if (attempt.IsFinal || (webhook.FailingSince is { } since && attempt.At - since >= Delivery.Patience))
        {
            if (await webhooks.SaveAsync(read.With(webhook with { DisabledAt = attempt.At }), cancellation))
            {
                await events.TellAsync(
                    new($"{webhook.Id}-disabled-{attempt.At.ToUnixTimeSeconds()}", webhook.Organization, EventTypes.WebhookDisabled, webhook.Id.Value, attempt.At,
                        new() { ["url"] = webhook.Url.AbsoluteUri, ["lastDelivery"] = delivery.Id.Value, ["reason"] = attempt.Error }),
                    cancellation);
            }
        }
        else if (webhook.FailingSince is null)
        {
            await webhooks.SaveAsync(read.With(webhook with { FailingSince = attempt.At }), cancellation);
        }
    }
}

/// <summary>Sends one event over HTTPS, signed.</summary>
public interface IWebhookSender
{
    /// <summary>Never throws for what the receiver does or fails to do.</summary>
    Task<DeliveryAttempt> SendAsync(Webhook webhook, Delivery delivery, CancellationToken cancellation);
}
