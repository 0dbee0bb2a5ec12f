using System.Text.Json;
using System.Text.Json.Nodes;
using ServerlessDrives.Drives;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Events.Audit;

/// <summary>What people do to workspaces, members, roles and defaults, as the audit trail says it, and as the world hears it.</summary>
internal static class OrganizationAuditRecords
{
    public static AuditRecord WorkspaceCreated(Person by, Workspace workspace) =>
        ActOf(by, "workspace.created", workspace.Id.Value, null, new { name = workspace.Name });

    public static AuditRecord WorkspaceRenamed(Person by, Workspace before, Workspace after) =>
        ActOf(by, "workspace.renamed", after.Id.Value, new { name = before.Name }, new { name = after.Name });

    public static AuditRecord WorkspaceDeleted(Person by, Workspace workspace) =>
        ActOf(by, "workspace.deleted", workspace.Id.Value, new { name = workspace.Name }, null);

    /// <summary>The act of making somebody a member, something else, or none; null where they weren't, or aren't, one.</summary>
    public static AuditRecord MemberChanged(Person by, WorkspaceId workspace, UserId user, WorkspaceRole? before, WorkspaceRole? after) =>
        ActOf(
            by,
            after is null ? "member.removed"
                : before is null ? "member.added"
                : "member.changed",
            workspace.Value,
            before is null ? null : new { user, role = before },
            after is null ? null : new { user, role = after });

    /// <summary>The act of admitting a group, as something else, or no longer; null where it wasn't, or isn't, admitted.</summary>
    public static AuditRecord GroupChanged(Person by, WorkspaceId workspace, AdmittedGroup? before, AdmittedGroup? after)
    {
        return ActOf(
            by,
            after is null ? "group.removed"
                : before is null ? "group.added"
                : "group.changed",
            workspace.Value,
            Describe(before),
            Describe(after));

        static object? Describe(AdmittedGroup? group) =>
            group is null ? null : new { group = group.Group, role = group.Role, groupName = group.Name };
    }

    /// <summary>The act of choosing another default; null where there was, or is, none.</summary>
    public static AuditRecord DefaultChanged(Person by, Audience audience, DriveId? before, DriveId? after) =>
        ActOf(
            by,
            "default-drive.changed",
            ScopeOf(by, audience),
            before is null ? null : new { driveId = before },
            after is null ? null : new { driveId = after });

    /// <summary>The same for the world.</summary>
    public static ProductEvent DefaultChangedEvent(Person by, Audience audience, DriveId? before, DriveId? after, DateTimeOffset at) =>
        new(
            $"evt_{Guid.NewGuid():N}",
            by.Organization,
            EventTypes.DefaultDriveChanged,
            ScopeOf(by, audience),
            at,
            ToJson(
                new
                {
                    audience,
                    before,
                    after,
                }
            )!);

    public static AuditRecord RoleCreated(Person by, IamRole role) => ActOf(by, "role.created", role.Id.Value, null, Describe(role));

    public static AuditRecord RoleDeleted(Person by, IamRole role) => ActOf(by, "role.deleted", role.Id.Value, Describe(role), null);

    private static string ScopeOf(Person by, Audience audience) =>
        audience is Audience.Workspace workspace ? workspace.Id.Value : by.Organization.Value;

    private static object Describe(IamRole role) => new { role.Audience, role.DisplayName, roleArn = role.Arn?.ToString() };

    private static AuditRecord ActOf(Person by, string action, string resource, object? before, object? after) =>
        new(by.Organization, Actor.User(by.Id), action, resource, ToJson(before), ToJson(after));

    private static JsonObject? ToJson(object? value) =>
        value is null ? null : JsonSerializer.SerializeToNode(value, Json.Options)!.AsObject();
}
