using System.Text.Json.Nodes;
using ServerlessDrives.Events.Audit;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Files.Sharing;

/// <summary>What happens to shares, as the audit trail says it: without the file's path, as all of it is.</summary>
internal static class ShareAuditRecords
{
    public static AuditRecord Made(Share share) =>
        new(
            share.Organization,
            Actor.User(share.CreatedBy),
            "share.made",
            share.Id.Value,
            null,
            new()
            {
                ["driveId"] = share.Drive.Value,
                ["expiresAt"] = share.ExpiresAt,
                ["once"] = share.Once,
                ["password"] = share.Password is not null,
            });

    /// <summary>By somebody without an account; the link is all that is known of them.</summary>
    public static AuditRecord Used(Share share) =>
        new(
            share.Organization,
            Actor.Link(share.Id),
            "share.used",
            share.Id.Value,
            new() { ["uses"] = share.Uses - 1 },
            new() { ["uses"] = share.Uses, ["driveId"] = share.Drive.Value });

    public static AuditRecord Locked(Share share) =>
        new(
            share.Organization,
            Actor.Link(share.Id),
            "share.locked",
            share.Id.Value,
            null,
            new() { ["wrongPasswords"] = share.WrongPasswords, ["driveId"] = share.Drive.Value });

    public static AuditRecord Revoked(UserId by, Share share) =>
        new(share.Organization, Actor.User(by), "share.revoked", share.Id.Value, new() { ["driveId"] = share.Drive.Value }, null);

    /// <summary>Its file is moved to another drive.</summary>
    public static AuditRecord Ended(Share share, Departure departure) =>
        new(
            share.Organization,
            Actor.User(departure.By),
            "share.ended",
            share.Id.Value,
            new() { ["driveId"] = share.Drive.Value },
            new()
            {
                ["reason"] = "moved-to-another-drive",
                ["toDriveId"] = departure.To.Value,
                ["operationId"] = departure.Operation.Value,
            });

    /// <summary>Its file was to be moved to another drive, and couldn't be.</summary>
    public static AuditRecord Reopened(Share share, Departure departure) =>
        new(
            share.Organization,
            Actor.User(departure.By),
            "share.reopened",
            share.Id.Value,
            null,
            new() { ["driveId"] = share.Drive.Value, ["operationId"] = departure.Operation.Value });

    public static AuditRecord SettingChanged(Person by, SharingView before, SharingView after) =>
        new(
            by.Organization,
            Actor.User(by.Id),
            "organization.sharing-changed",
            by.Organization.Value,
            new JsonObject { ["allowed"] = before.Allowed },
            new JsonObject { ["allowed"] = after.Allowed });
}
