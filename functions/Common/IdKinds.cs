namespace ServerlessDrives.Common;

/// <summary>What an <see cref="Id{TKind}"/> identifies.</summary>
public interface IIdKind
{
    /// <summary>With its underscore, such as <c>con_</c>. Stored, and known to clients: never renamed.</summary>
    static abstract string Prefix { get; }
}

/// <summary>One attempt to connect a drive; also the id of its orchestration.</summary>
public readonly struct ConnectionKind : IIdKind
{
    public static string Prefix => "con_";
}

/// <summary>A drive.</summary>
public readonly struct DriveKind : IIdKind
{
    public static string Prefix => "drv_";
}

/// <summary>A customer's IAM role that we assume.</summary>
public readonly struct RoleKind : IIdKind
{
    public static string Prefix => "rol_";
}

/// <summary>A reference to one file on a drive.</summary>
public readonly struct FileKind : IIdKind
{
    public static string Prefix => "fil_";
}

/// <summary>An upstream or downstream integration.</summary>
public readonly struct IntegrationKind : IIdKind
{
    public static string Prefix => "int_";
}

/// <summary>One verification and its report.</summary>
public readonly struct VerificationKind : IIdKind
{
    public static string Prefix => "ver_";
}

/// <summary>A webhook that events are sent to.</summary>
public readonly struct WebhookKind : IIdKind
{
    public static string Prefix => "whk_";
}

/// <summary>One event on its way to one webhook.</summary>
public readonly struct DeliveryKind : IIdKind
{
    public static string Prefix => "dlv_";
}

/// <summary>A presigned upload that is under way.</summary>
public readonly struct UploadKind : IIdKind
{
    public static string Prefix => "upl_";
}

/// <summary>A link to one file for somebody without an account.</summary>
public readonly struct ShareKind : IIdKind
{
    public static string Prefix => "shr_";
}

/// <summary>A move, copy or deletion of files that goes on by itself; also the id of its orchestration.</summary>
public readonly struct OperationKind : IIdKind
{
    public static string Prefix => "opr_";
}

/// <summary>A workspace of an organization.</summary>
public readonly struct WorkspaceKind : IIdKind
{
    public static string Prefix => "ws_";
}

/// <summary>An organization: the tenant.</summary>
public readonly struct OrganizationKind : IIdKind
{
    public static string Prefix => "org_";
}
