using System.Text.Json.Nodes;
using ServerlessDrives.Access;
using ServerlessDrives.Drives;
using ServerlessDrives.Events.Audit;

namespace ServerlessDrives.Events;

/// <summary>Writes down and tells of drives that come and go.</summary>
internal sealed class DriveAnnouncements(IAuditTrail audit, IEvents events, TimeProvider clock) : IDriveEventHandler
{
    public Task ConnectedAsync(Drive drive, CancellationToken cancellation) =>
        audit.RecordAsync(
            new(drive.Organization, Actor.User(drive.CreatedBy), "drive.connected", drive.Id.Value, null, Describe(drive)),
            $"{drive.Id}-connected",
            cancellation);

    /// <summary>The act of giving a drive another access key.</summary>
    public static AuditRecord KeyReplaced(Drive drive, AccessKeyId before, UserId by) =>
        new(
            drive.Organization,
            Actor.User(by),
            "drive.credentials-replaced",
            drive.Id.Value,
            new() { ["accessKeyId"] = before.ToString() },
            new() { ["accessKeyId"] = (drive.Authentication as DriveAuthentication.AccessKey)?.AccessKeyId.ToString() });

    public async Task RemovedAsync(Drive drive, UserId by, CancellationToken cancellation)
    {
        var key = $"{drive.Id}-removed";
        await audit.RecordAsync(
            new(drive.Organization, Actor.User(by), "drive.removed", drive.Id.Value, Describe(drive), null),
            key,
            cancellation);
        await events.TellAsync(
            new(
                key,
                drive.Organization,
                EventTypes.DriveRemoved,
                drive.Id.Value,
                drive.DisconnectedAt ?? clock.GetUtcNow(),
                Describe(drive)),
            cancellation);
    }

    private static JsonObject Describe(Drive drive) => new()
    {
        ["driveId"] = drive.Id.Value,
        ["displayName"] = drive.DisplayName.Value,
        ["bucket"] = drive.Bucket.ToString(),
        ["region"] = drive.Region.ToString(),
        ["path"] = drive.Path.ToString(),
    };
}
