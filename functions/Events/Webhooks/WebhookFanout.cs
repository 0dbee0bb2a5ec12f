using System.Security.Cryptography;
using System.Text;
using ServerlessDrives.Events.Audit;

namespace ServerlessDrives.Events.Webhooks;

/// <summary>Turns an event into deliveries, one for each webhook that wants it.</summary>
public sealed class WebhookFanout(IWebhooks webhooks, IAuditTrail audit, TimeProvider clock) : IEvents
{
    private const int WebhooksAtATime = 100;

    public async Task TellAsync(ProductEvent happened, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(happened);
        string? cursor = null;
        do
        {
            var page = await webhooks.ListAsync(happened.Organization, WebhooksAtATime, cursor, cancellation);
            foreach (var webhook in page.Items.Where(webhook => webhook.Wants(happened.Type)))
                await TellAsync(happened, webhook.Id, asked: null, cancellation);
            cursor = page.NextCursor;
        }
        while (cursor is not null);
    }

    public async Task TellAsync(ProductEvent happened, WebhookId webhook, AuditRecord? asked, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(happened);
        var now = clock.GetUtcNow();
        var delivery = new Delivery
        {
            Id = DeliveryOf(happened, webhook),
            Organization = happened.Organization,
            Webhook = webhook,
            Event = happened,
            CreatedAt = now,
            TryingSince = now,
            NextAttemptAt = now,
            Asked = asked,
        };
        await webhooks.AddAsync(delivery, cancellation);
        if (asked is not null)
            await audit.RecordAsync(asked, delivery.AskedKey, cancellation);
    }

    /// <summary>The same event to the same webhook is the same delivery; ids sort by the event's time.</summary>
    private static DeliveryId DeliveryOf(ProductEvent happened, WebhookId webhook)
    {
        Span<byte> bytes = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{happened.Id}|{webhook}"), bytes);
        var milliseconds = happened.At.ToUnixTimeMilliseconds();
        for (var i = 0; i < 6; i++)
            bytes[i] = (byte)(milliseconds >> (8 * (5 - i)));
        return DeliveryId.From(new Guid(bytes[..16], bigEndian: true));
    }
}
