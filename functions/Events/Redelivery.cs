using ServerlessDrives.Events.Audit;
using ServerlessDrives.Events.Webhooks;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Events;

/// <summary>Sends an event again because somebody asked for it, dead or delivered.</summary>
public sealed class Redelivery(IWebhooks webhooks, IAuditTrail audit, TimeProvider clock)
{
    /// <param name="subject">Whose event it must be; null for any of the webhook's.</param>
    /// <returns>The delivery, which is due now.</returns>
    public async Task<Result<Delivery, Refusal>> AskAsync(
        Person by,
        WebhookId webhook,
        string deliveryId,
        string? subject,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(by);
        if (!DeliveryId.TryParse(deliveryId, out var id))
            return Refusal.NotFound("delivery");
        while (await webhooks.FindAsync(by.Organization, webhook, id, cancellation) is { } found)
        {
            if (subject is not null && found.Value.Event.Subject != subject)
                break;
            await WriteDownAsync(found.Value, cancellation);
            await EnableAsync(by.Organization, by.Id, webhook, cancellation);
            var again = found.Value.Again(by.Id, clock.GetUtcNow());
            if (!await webhooks.SaveAsync(found.With(again), cancellation))
                continue;
            await WriteDownAsync(again, cancellation);
            return again;
        }

        return Refusal.NotFound("delivery");
    }

    /// <summary>
    /// Sends one of many again, if it is dead and was so at that moment. That it was asked for is written down for all of them.
    /// </summary>
    internal async Task AgainAsync(Delivery delivery, DateTimeOffset askedAt, CancellationToken cancellation)
    {
        while (
            await webhooks.FindAsync(delivery.Organization, delivery.Webhook, delivery.Id, cancellation)
                is { Value.Status: DeliveryStatus.Dead } found
            && found.Value.TryingSince < askedAt)
        {
            await WriteDownAsync(found.Value, cancellation);
            if (await webhooks.SaveAsync(found.With(found.Value.Again(askedAt)), cancellation))
                return;
        }
    }

    private Task WriteDownAsync(Delivery delivery, CancellationToken cancellation) =>
        delivery.Asked is { } asked ? audit.RecordAsync(asked, delivery.AskedKey, cancellation) : Task.CompletedTask;

    /// <summary>Who has something sent again says that the receiver is back; if it isn't, it is disabled again.</summary>
    internal async Task EnableAsync(OrganizationId organization, UserId by, WebhookId webhook, CancellationToken cancellation)
    {
        while (await webhooks.FindAsync(organization, webhook, cancellation) is { Value.DisabledAt: not null } disabled)
            await webhooks.SaveAsync(
                disabled.With(disabled.Value with { DisabledAt = null, FailingSince = null }),
                WebhookAuditRecords.Enabled(by, disabled.Value),
                cancellation);
    }
}
