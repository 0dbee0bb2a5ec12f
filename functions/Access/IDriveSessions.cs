namespace ServerlessDrives.Access;

/// <summary>Credentials that are kept warm for each drive.</summary>
public interface IDriveSessions
{
    /// <summary>Drops what is cached for this drive or connection at once; nothing cached is fine.</summary>
    /// <param name="drive">The drive.</param>
    void Forget(DriveId drive);
}
