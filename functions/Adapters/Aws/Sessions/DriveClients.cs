using Amazon.Runtime;
using Amazon.S3;
using Microsoft.Extensions.Options;
using ServerlessDrives.Access;
using ServerlessDrives.Access.Policies;
using ServerlessDrives.Drives;
using ServerlessDrives.Usage;

namespace ServerlessDrives.Adapters.Aws.Sessions;

/// <summary>
/// One S3 client for each drive in use, at most <see cref="AwsOptions.MaxClients"/>; the one unused for longest goes first, but never from
/// under a call.
/// </summary>
internal sealed class DriveClients(AwsClients clients, DriveKeyring keyring, DriveMeters meters, IOptions<AwsOptions> options)
    : IDriveSessions,
        IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<DriveId, LinkedListNode<Entry>> _byDrive = [];
    private readonly LinkedList<Entry> _byUse = [];

    /// <summary>The drive's client, for as long as the lease isn't disposed. No call is made yet.</summary>
    public DriveClientLease Lease(Drive drive)
    {
        ArgumentNullException.ThrowIfNull(drive);
        List<Entry> evicted = [];
        try
        {
            lock (_lock)
            {
                var access = drive.Access;
                if (_byDrive.TryGetValue(drive.Id, out var node) && node.Value is var known && known.Serves(drive.Credentials, access))
                {
                    _byUse.Remove(node);
                    _byUse.AddFirst(node);
                    return known.Rent();
                }

                if (node is not null)
                    evicted.Add(Remove(node));
                var entry = new Entry(drive.Id, drive.Credentials, access, Open(drive));
                _byDrive[drive.Id] = _byUse.AddFirst(entry);
                while (_byUse.Count > options.Value.MaxClients)
                    evicted.Add(Remove(_byUse.Last!));
                return entry.Rent();
            }
        }
        finally
        {
            evicted.ForEach(entry => entry.Retire());
        }
    }

    public void Forget(DriveId drive)
    {
        keyring.Forget(drive);
        Entry? forgotten;
        lock (_lock)
            forgotten = _byDrive.TryGetValue(drive, out var node) ? Remove(node) : null;
        forgotten?.Retire();
    }

    private Entry Remove(LinkedListNode<Entry> node)
    {
        _byUse.Remove(node);
        _byDrive.Remove(node.Value.Drive);
        return node.Value;
    }

    private Opened Open(Drive drive)
    {
        var (refreshing, meter) = (keyring.Of(drive), meters.Of(drive.Organization, drive.Id));
        var patient = clients.S3(refreshing, drive.Bucket, drive.Region, options.Value.TransferTimeout, meter);
        var once = clients.OnceS3(refreshing, drive.Bucket, drive.Region, options.Value.TransferTimeout, meter);
        // What AWS no longer accepts isn't kept: the next call begins with a fresh session, or with the secret as it is now.
        foreach (var client in new[] { patient, once })
        {
            client.ExceptionEvent += (_, happened) =>
            {
                if (
                    happened is WebServiceExceptionEventArgs { Exception: AmazonServiceException { ErrorCode: { } code } }
                    && DriveClientLease.IsOfSession(code))
                    refreshing.Drop(ended: code is "ExpiredToken" or "InvalidToken" or "TokenRefreshRequired");
            };
        }

        return new(patient, once, refreshing, meter);
    }

    public void Dispose()
    {
        List<Entry> all;
        lock (_lock)
        {
            all = [.. _byUse];
            _byUse.Clear();
            _byDrive.Clear();
        }

        all.ForEach(entry => entry.Retire());
    }

    /// <param name="Patient">Tries again by itself.</param>
    /// <param name="Once">Doesn't, for calls where it matters whether an earlier try took effect.</param>
    /// <param name="Meter">Counts what both are asked.</param>
    internal sealed record Opened(AmazonS3Client Patient, AmazonS3Client Once, RefreshingDriveCredentials Credentials, DriveMeter Meter);

    /// <summary>Counts who uses the clients; the last one out disposes of them.</summary>
    internal sealed class Entry(DriveId drive, DriveCredentials credentials, BucketAccess access, Opened opened)
    {
        // The cache itself is the first user.
        private int _users = 1;

        public DriveId Drive { get; } = drive;

        public bool Serves(DriveCredentials wanted, BucketAccess wantedAccess) => credentials == wanted && access == wantedAccess;

        public DriveClientLease Rent()
        {
            Interlocked.Increment(ref _users);
            return new DriveClientLease(opened, this);
        }

        public void Retire()
        {
            if (Interlocked.Decrement(ref _users) > 0)
                return;
            opened.Patient.Dispose();
            opened.Once.Dispose();
        }
    }
}
