using ServerlessDrives.Events.Audit;

namespace ServerlessDrives.Events.Webhooks;

/// <summary>Webhooks and what is on its way to them.</summary>
public interface IWebhooks
{
    Task<Versioned<Webhook>?> FindAsync(OrganizationId organization, WebhookId id, CancellationToken cancellation);

    Task<Page<Webhook>> ListAsync(OrganizationId organization, int limit, string? cursor, CancellationToken cancellation);

    /// <summary>Writes a new webhook, and the act that made it, together.</summary>
    /// <returns>False when there is one of this id already.</returns>
    Task<bool> CreateAsync(Webhook webhook, AuditRecord act, CancellationToken cancellation);

    /// <summary>Replaces a webhook, and writes down the act that changed it, together.</summary>
    /// <param name="act">Null for what is nobody's act.</param>
    /// <returns>False when it isn't what was read any more.</returns>
    Task<bool> SaveAsync(Versioned<Webhook> webhook, AuditRecord? act, CancellationToken cancellation);

    /// <summary>Deletes the webhook, and writes down the act, together; what is on its way to it is dropped when its time comes.</summary>
    /// <returns>False when it isn't what was read any more.</returns>
    Task<bool> DeleteAsync(Versioned<Webhook> webhook, AuditRecord act, CancellationToken cancellation);

    /// <summary>Notes the delivery and when it is due; one that is noted already stays as it is.</summary>
    Task AddAsync(Delivery delivery, CancellationToken cancellation);

    Task<Versioned<Delivery>?> FindAsync(OrganizationId organization, WebhookId webhook, DeliveryId id, CancellationToken cancellation);

    /// <summary>The newest first.</summary>
    Task<Page<Delivery>> DeliveriesAsync(
        OrganizationId organization,
        WebhookId webhook,
        DeliveryFilter filter,
        int limit,
        string? cursor,
        CancellationToken cancellation);

    /// <summary>How many there are, counted up to <paramref name="most"/>.</summary>
    Task<int> CountAsync(
        OrganizationId organization,
        WebhookId webhook,
        DeliveryFilter filter,
        int most,
        CancellationToken cancellation);

    /// <summary>Stores what came of a try, and when the next is due; false when another one stored something meanwhile.</summary>
    Task<bool> SaveAsync(Versioned<Delivery> delivery, CancellationToken cancellation);

    /// <summary>What is due now, oldest first.</summary>
    IAsyncEnumerable<DueDelivery> DueAsync(DateTimeOffset now, CancellationToken cancellation);

    /// <summary>It is not due any more under this mark.</summary>
    Task SettleAsync(DueDelivery due, CancellationToken cancellation);
}

/// <param name="Status">Null for all; <see cref="DeliveryStatus.Dead"/> for the dead-letter list.</param>
/// <param name="Subject">Of events of this subject only; null for all.</param>
public sealed record DeliveryFilter(DeliveryStatus? Status, string? Subject);

/// <param name="Mark">The row that says so: its time and the delivery's id.</param>
public sealed record DueDelivery(OrganizationId Organization, WebhookId Webhook, DeliveryId Delivery, DateTimeOffset At, string Mark);
