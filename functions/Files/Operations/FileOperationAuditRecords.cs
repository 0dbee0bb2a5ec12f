using System.Text.Json.Nodes;
using ServerlessDrives.Drives;
using ServerlessDrives.Events.Audit;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Files.Operations;

/// <summary>What happens to folders, as the audit trail says it: without paths, as all of it is.</summary>
internal static class FileOperationAuditRecords
{
    public static AuditRecord FolderMade(Person by, Drive drive) =>
        new(
            by.Organization,
            Actor.User(by.Id),
            "folder.created",
            drive.Id.Value,
            Before: null,
            new() { ["displayName"] = drive.DisplayName.Value });

    public static AuditRecord Started(FileOperation operation, Drive drive)
    {
        var after = new JsonObject { ["displayName"] = drive.DisplayName.Value, ["operationId"] = operation.Id.Value };
        if (operation.ToDrive is { } to && to != operation.Drive)
            after["toDriveId"] = to.Value;
        var action = operation.Kind switch
        {
            FileOperationKind.Move => "files.move-started",
            FileOperationKind.Copy => "files.copy-started",
            _ => "files.deletion-started",
        };
        return new(operation.Organization, Actor.User(operation.StartedBy), action, operation.Drive.Value, Before: null, after);
    }

    public static AuditRecord Cancelled(UserId by, FileOperation operation) =>
        new(
            operation.Organization,
            Actor.User(by),
            "files.operation-cancelled",
            operation.Drive.Value,
            Before: null,
            new() { ["operationId"] = operation.Id.Value });

    public static AuditRecord Ended(FileOperation operation) =>
        new(
            operation.Organization,
            Actor.System("RunFileOperation"),
            "files.operation-ended",
            operation.Drive.Value,
            Before: null,
            new()
            {
                ["operationId"] = operation.Id.Value,
                ["status"] = operation.Status.ToString().ToLowerInvariant(),
                ["files"] = operation.Done.Files,
                ["bytes"] = operation.Done.Bytes,
                ["left"] = operation.Left.Files,
                ["problem"] = operation.Problem?.Code,
            });
}
