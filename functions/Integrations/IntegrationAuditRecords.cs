using ServerlessDrives.Events.Audit;
using ServerlessDrives.Integrations.Sns;

namespace ServerlessDrives.Integrations;

/// <summary>What people and SNS do to integrations, as the audit trail says it.</summary>
internal static class IntegrationAuditRecords
{
    public static AuditRecord Created(UserId by, Integration integration) =>
        new(
            integration.Organization,
            Actor.User(by),
            "integration.created",
            integration.Id.Value,
            null,
            new() { ["name"] = integration.Name, ["driveId"] = integration.Drive?.Value, ["backfill"] = integration.Backfill });

    public static AuditRecord Changed(UserId by, Integration before, Integration after) =>
        new(
            after.Organization,
            Actor.User(by),
            "integration.changed",
            after.Id.Value,
            new() { ["paused"] = before.Paused, ["pattern"] = before.Pattern },
            new() { ["paused"] = after.Paused, ["pattern"] = after.Pattern });

    public static AuditRecord Deleted(UserId by, Integration integration) =>
        new(
            integration.Organization,
            Actor.User(by),
            "integration.deleted",
            integration.Id.Value,
            new() { ["name"] = integration.Name },
            null);

    public static AuditRecord NotificationsOffered(UserId by, Integration integration) =>
        new(
            integration.Organization,
            Actor.User(by),
            "integration.notifications-offered",
            integration.Id.Value,
            null,
            new() { ["name"] = integration.Name });

    public static AuditRecord NotificationsRevoked(UserId by, Integration integration) =>
        new(
            integration.Organization,
            Actor.User(by),
            "integration.notifications-revoked",
            integration.Id.Value,
            new() { ["topicArn"] = integration.Notifications?.Topic?.Value },
            null);

    /// <param name="what"><c>confirmed</c> or <c>unsubscribed</c>.</param>
    public static AuditRecord NotificationsChanged(Integration before, Notifications after, string what) => new(
        before.Organization, Actor.System("sns"), $"integration.notifications-{what}", before.Id.Value,
        new() { ["topicArn"] = before.Notifications?.Topic?.Value }, new() { ["topicArn"] = after.Topic?.Value });
}
