namespace ServerlessDrives.Access;

/// <summary>What a drive is for; chosen when its connection is started, and never changed.</summary>
public enum DriveAccess
{
    ReadWrite,

    /// <summary>Files are listed and read. Nothing is written, and no policy grants it.</summary>
    ReadOnly,
}
