using ServerlessDrives.Drives;

namespace ServerlessDrives.Health;

/// <summary>What probes that were killed left in a drive's bucket.</summary>
public interface IProbeLeftovers
{
    /// <summary>Removes what is older than this; what AWS doesn't let us remove stays.</summary>
    Task RemoveAsync(Drive drive, DateTimeOffset before, CancellationToken cancellation);
}

/// <summary>Clears a drive's bucket of our own files before the drive's credentials go.</summary>
internal sealed class ProbesOfRemovedDrives(IDrives drives, IProbeLeftovers leftovers) : IHoldsDrives
{
    /// <summary>Probes keep no drive from being removed.</summary>
    public Task<IReadOnlyList<DriveHold>> HoldsAsync(OrganizationId organization, DriveId drive, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<DriveHold>>([]);

    public async Task ReleaseAsync(OrganizationId organization, DriveId drive, UserId by, CancellationToken cancellation)
    {
        if (await drives.FindAsync(organization, drive, cancellation) is { Value: var found })
            await leftovers.RemoveAsync(found, DateTimeOffset.MaxValue, cancellation);
    }
}
