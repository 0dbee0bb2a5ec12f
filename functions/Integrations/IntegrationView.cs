using ServerlessDrives.Events.Webhooks;
using ServerlessDrives.Integrations.Sns;
using ServerlessDrives.Integrations.Upstreams;

namespace ServerlessDrives.Integrations;

/// <summary>S3's notifications of an upstream.</summary>
/// <param name="Status"><c>awaiting</c> until the topic's subscription is confirmed, <c>confirmed</c> from then on.</param>
/// <param name="TopicArn">The topic that is listened to; null until it is confirmed.</param>
public sealed record NotificationsView(string Status, string? TopicArn, DateTimeOffset? ConfirmedAt)
{
    public static NotificationsView? Of(Notifications? notifications) =>
        notifications is null
            ? null
            : new(notifications.Topic is null ? "awaiting" : "confirmed", notifications.Topic?.Value, notifications.ConfirmedAt);
}

/// <summary>How far the telling of what was there when an upstream was made has come.</summary>
/// <param name="Status"><c>running</c> or <c>completed</c>. While the integration rests, it rests.</param>
/// <param name="Looked">Files that were looked at.</param>
/// <param name="Sent">Files that matched and were told of.</param>
public sealed record BackfillView(string Status, int Looked, int Sent, DateTimeOffset StartedAt, DateTimeOffset? CompletedAt)
{
    public static BackfillView Of(Backfill backfill)
    {
        ArgumentNullException.ThrowIfNull(backfill);
        return new(
            backfill.CompletedAt is null ? "running" : "completed",
            backfill.Looked,
            backfill.Sent,
            backfill.StartedAt,
            backfill.CompletedAt);
    }
}

/// <summary>An integration as the API shows it.</summary>
/// <param name="WebhookHost">Where its webhook leads, for those who may not see webhooks.</param>
/// <param name="Backfill">Whether what was there when it was made is told of too; how far that is: <c>GET …/backfill</c>.</param>
/// <param name="Notifications">S3's own notifications; null as long as nobody has asked how to set them up.</param>
public sealed record IntegrationView(
    IntegrationId Id,
    IntegrationKind Kind,
    string Name,
    DriveId? DriveId,
    WorkspaceId? WorkspaceId,
    string Folder,
    string? Pattern,
    WebhookId? WebhookId,
    string? WebhookHost,
    bool Paused,
    bool Backfill,
    NotificationsView? Notifications,
    UserId CreatedBy,
    DateTimeOffset CreatedAt)
{
    public static IntegrationView Of(Integration integration, Webhook? webhook)
    {
        ArgumentNullException.ThrowIfNull(integration);
        return new(
            integration.Id,
            integration.Kind,
            integration.Name,
            integration.Drive,
            integration.Workspace,
            integration.Folder?.Value ?? "",
            integration.Pattern,
            integration.Webhook,
            webhook?.Url.Host,
            integration.Paused,
            integration.Backfill,
            NotificationsView.Of(integration.Notifications),
            integration.CreatedBy,
            integration.CreatedAt);
    }
}

/// <summary>Shows integrations: what is stored, and where their webhooks lead.</summary>
public sealed class IntegrationViews(IWebhooks webhooks)
{
    public async Task<IntegrationView> OfAsync(Integration integration, CancellationToken cancellation) =>
        (await OfAsync([integration], cancellation))[0];

    public async Task<IReadOnlyList<IntegrationView>> OfAsync(IReadOnlyList<Integration> integrations, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(integrations);
        var asked = integrations.Where(integration => integration.Webhook is not null).DistinctBy(integration => integration.Webhook);
        var read = await Task.WhenAll(
            asked.Select(integration => webhooks.FindAsync(integration.Organization, integration.Webhook!.Value, cancellation)));
        var found = read.OfType<Versioned<Webhook>>().ToDictionary(webhook => webhook.Value.Id, webhook => webhook.Value);
        return
        [
            .. integrations.Select(integration =>
                IntegrationView.Of(integration, integration.Webhook is { } id ? found.GetValueOrDefault(id) : null)),
        ];
    }
}
