using ServerlessDrives.Events.Webhooks;

namespace ServerlessDrives.Events.Audit;

/// <summary>What happens to webhooks, as the audit trail says it.</summary>
internal static class WebhookAuditRecords
{
    public static AuditRecord Created(Webhook webhook) =>
        new(
            webhook.Organization,
            Actor.User(webhook.CreatedBy),
            "webhook.created",
            webhook.Id.Value,
            null,
            new() { ["url"] = webhook.Url.AbsoluteUri });

    public static AuditRecord Deleted(UserId by, Webhook webhook) =>
        new(webhook.Organization, Actor.User(by), "webhook.deleted", webhook.Id.Value, new() { ["url"] = webhook.Url.AbsoluteUri }, null);

    public static AuditRecord Tested(UserId by, ProductEvent test) =>
        new(test.Organization, Actor.User(by), "webhook.tested", test.Subject, null, new() { ["eventId"] = test.Id });

    public static AuditRecord Enabled(UserId by, Webhook webhook) =>
        new(
            webhook.Organization,
            Actor.User(by),
            "webhook.enabled",
            webhook.Id.Value,
            new() { ["status"] = "disabled" },
            new() { ["status"] = "active" });

    public static AuditRecord Disabled(Webhook webhook, string? reason) =>
        new(
            webhook.Organization,
            Actor.System("events"),
            "webhook.disabled",
            webhook.Id.Value,
            new() { ["status"] = "failing" },
            new() { ["status"] = "disabled", ["reason"] = reason });

    /// <summary>About the integration, or else the webhook, whose dead letters they are.</summary>
    public static AuditRecord RedeliveredDead(RedeliverDeadInput asked) => new(
        asked.Organization, Actor.User(asked.By), "deliveries.redelivered", asked.Subject ?? asked.Webhook.Value,
        new() { ["dead"] = asked.Count }, new() { ["queued"] = asked.Count });

    public static AuditRecord Redelivered(UserId by, Delivery delivery) => new(
        delivery.Organization, Actor.User(by), "delivery.redelivered", delivery.Id.Value,
        new() { ["status"] = delivery.Status.ToString().ToLowerInvariant() }, new() { ["status"] = "pending" });
}
