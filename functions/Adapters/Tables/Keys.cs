using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using ServerlessDrives.Access;
using ServerlessDrives.Drives;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Adapters.Tables;

/// <summary>The row keys of an organization's partition.</summary>
internal static class Keys
{
    public const string Connections = "connection|";
    public const string Drives = "drive|";
    public const string Roles = "role|";
    public const string Defaults = "default|";
    public const string Workspaces = "workspace|";

    public static string Of(ConnectionId id) => Connections + id;

    public static string Of(DriveId id) => Drives + id;

    public static string Of(WorkspaceId id) => Workspaces + id;

    /// <summary>That a workspace of this id was deleted, so that the id isn't given again.</summary>
    public static string Deleted(WorkspaceId id) => $"deleted-workspace|{id}";

    public static string Of(RoleId id) => Roles + id;

    public static string Of(BucketName bucket, Partition partition) => $"bucket|{partition}|{bucket}";

    public static string UsesOf(RoleId role) => $"use|{role}|";

    public static string Use(RoleId role, string user) => UsesOf(role) + user;

    /// <summary>Names may hold what a row key can't, so the key is their SHA-256.</summary>
    public static string Reservation(Audience audience, DisplayName name) => Reservation(audience, name.Key);

    /// <summary>Where the name was reserved by earlier versions; null where that is the same.</summary>
    public static string? FormerReservation(Audience audience, DisplayName name) =>
        name.FormerKey == name.Key ? null : Reservation(audience, name.FormerKey);

    private static string Reservation(Audience audience, string key) =>
        $"name|{audience.ScopeKey}|{Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(key)))}";

    public static string Default(Audience audience) => Defaults + audience.ScopeKey;
}
