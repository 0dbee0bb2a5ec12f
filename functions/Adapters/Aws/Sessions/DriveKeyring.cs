using Microsoft.Extensions.Options;
using ServerlessDrives.Access;
using ServerlessDrives.Access.Policies;
using ServerlessDrives.Drives;

namespace ServerlessDrives.Adapters.Aws.Sessions;

/// <summary>
/// Drives' credentials while they are good, at most <see cref="AwsOptions.MaxSessions"/>; those unused for longest go first. A session is
/// some hundred bytes, a client many times that, so there may be many more of these.
/// </summary>
internal sealed class DriveKeyring(RoleSessions sessions, ISecrets secrets, IOptions<AwsOptions> options, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<DriveId, LinkedListNode<Key>> _byDrive = [];
    private readonly LinkedList<Key> _byUse = [];

    /// <summary>The drive's credentials; nothing is fetched yet.</summary>
    public RefreshingDriveCredentials Of(Drive drive)
    {
        ArgumentNullException.ThrowIfNull(drive);
        return Of(drive.Id, drive.Credentials, drive.Access);
    }

    /// <inheritdoc cref="Of(Drive)"/>
    public RefreshingDriveCredentials Of(DriveId drive, DriveCredentials credentials, BucketAccess access)
    {
        lock (_lock)
        {
            if (_byDrive.TryGetValue(drive, out var node))
            {
                _byUse.Remove(node);
                if (node.Value.Credentials == credentials && node.Value.Access == access)
                {
                    _byUse.AddFirst(node);
                    return node.Value.Refreshing;
                }
            }

            var key = new Key(drive, credentials, access, Make(drive, credentials, access));
            _byDrive[drive] = _byUse.AddFirst(key);
            while (_byUse.Count > options.Value.MaxSessions)
            {
                _byDrive.Remove(_byUse.Last!.Value.Drive);
                _byUse.RemoveLast();
            }

            return key.Refreshing;
        }
    }

    public void Forget(DriveId drive)
    {
        lock (_lock)
        {
            if (_byDrive.Remove(drive, out var node))
                _byUse.Remove(node);
        }
    }

    private RefreshingDriveCredentials Make(DriveId drive, DriveCredentials credentials, BucketAccess access) => credentials switch
    {
        DriveCredentials.Role role => RefreshingDriveCredentials.OfRole(sessions, role, access, drive.Value, clock, options.Value),
        DriveCredentials.AccessKey key => RefreshingDriveCredentials.OfKey(secrets, key, clock, options.Value),
        _ => throw new InvalidOperationException($"Unknown credentials {credentials.GetType()}."),
    };

    private sealed record Key(DriveId Drive, DriveCredentials Credentials, BucketAccess Access, RefreshingDriveCredentials Refreshing);
}
