using ServerlessDrives.Access;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Drives;

/// <summary>The drives, as rows that change together with their names, defaults and role uses.</summary>
public interface IDrives
{
    Task<Versioned<Drive>?> FindAsync(OrganizationId organization, DriveId id, CancellationToken cancellation);

    /// <summary>
    /// The drive as this process read it within the last two seconds, or reads it now: what was changed by this process shows at once,
    /// what another one changed two seconds later at most. For reading files, of which there are thousands for each change of a drive.
    /// </summary>
    ValueTask<Drive?> FindRecentAsync(OrganizationId organization, DriveId id, CancellationToken cancellation);

    /// <summary>The organization's drives in the order of their creation, those of these audiences only.</summary>
    /// <param name="audiences">Null for all.</param>
    /// <param name="cursor">Where the previous page ended, or null.</param>
    Task<Page<Drive>> ListAsync(
        OrganizationId organization,
        IReadOnlyCollection<Audience>? audiences,
        HealthStatus? health,
        int limit,
        string? cursor,
        CancellationToken cancellation);

    /// <summary>All organizations' drives that are being removed: scans the table, and so is not for answering a request.</summary>
    IAsyncEnumerable<(OrganizationId Organization, DriveId Drive)> AllDisconnectingAsync(CancellationToken cancellation);

    /// <summary>The organization's drives on this bucket.</summary>
    Task<IReadOnlyList<Drive>> OnBucketAsync(OrganizationId organization, BucketName bucket, CancellationToken cancellation);

    /// <summary>Replaces a drive if it still is what was read; false if it has changed.</summary>
    Task<bool> SaveAsync(Versioned<Drive> drive, CancellationToken cancellation);

    /// <summary>
    /// The same for a drive that goes on with another access key; that and its entry in the audit trail are written together.
    /// </summary>
    /// <param name="before">The key that it had.</param>
    /// <param name="by">Who gave the new one.</param>
    Task<bool> ReplaceKeyAsync(Versioned<Drive> drive, AccessKeyId before, UserId by, CancellationToken cancellation);

    /// <summary>Makes the drive this audience's default, if the drive and the default still are what was read.</summary>
    /// <param name="before">The audience's own default until now; null for none.</param>
    /// <param name="by">Who chose it, for the audit trail; that entry, what the world is told, and the choice are written together.</param>
    Task<bool> MakeDefaultAsync(Versioned<Drive> drive, Audience audience, DriveId? before, Person by, CancellationToken cancellation);

    /// <summary>
    /// The workspace has no default of its own any more, if it still was this one. Written down and told in the same way.
    /// </summary>
    Task<bool> ClearDefaultAsync(WorkspaceId workspace, DriveId before, Person by, CancellationToken cancellation);

    /// <summary>The drive, its name and its use of a role: gone together, if the drive still is what was read.</summary>
    Task<bool> RemoveAsync(Versioned<Drive> drive, CancellationToken cancellation);

    /// <summary>Which drives are defaults, and of what.</summary>
    Task<DefaultDrives> DefaultsAsync(OrganizationId organization, CancellationToken cancellation);
}

/// <summary>The default drives of one organization.</summary>
/// <param name="Organization">The organization's own, or null.</param>
/// <param name="Workspaces">Each workspace's own, where it has one.</param>
public sealed record DefaultDrives(DriveId? Organization, IReadOnlyDictionary<WorkspaceId, DriveId> Workspaces)
{
    /// <summary>The workspace's own default wins over the organization's.</summary>
    public DriveId? For(WorkspaceId workspace) => Workspaces.TryGetValue(workspace, out var own) ? own : Organization;

    /// <summary>What the audience itself has chosen.</summary>
    public DriveId? OwnOf(Audience audience) =>
        audience is not Audience.Workspace workspace ? Organization
        : Workspaces.TryGetValue(workspace.Id, out var own) ? own
        : null;

    public bool Includes(DriveId drive) => Organization == drive || Workspaces.Values.Contains(drive);
}
