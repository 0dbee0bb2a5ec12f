using ServerlessDrives.Access;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Drives;

/// <summary>The customers' roles that we assume.</summary>
public interface IRoles
{
    Task<Versioned<IamRole>?> FindAsync(OrganizationId organization, RoleId id, CancellationToken cancellation);

    /// <summary>In the order of their creation.</summary>
    /// <param name="audiences">Null for all.</param>
    /// <param name="cursor">Where the previous page ended, or null.</param>
    Task<Page<IamRole>> ListAsync(
        OrganizationId organization,
        IReadOnlyCollection<Audience>? audiences,
        int limit,
        string? cursor,
        CancellationToken cancellation);

    /// <returns>False when its workspace is gone, or there is a role of this id already.</returns>
    Task<bool> CreateAsync(IamRole role, Person by, CancellationToken cancellation);

    /// <summary>The record of the role with this ARN that has been proven to trust us; null where there is none.</summary>
    Task<IamRole?> FindByArnAsync(OrganizationId organization, RoleArn arn, CancellationToken cancellation);

    /// <summary>What the role is used by, which is what keeps it from being deleted.</summary>
    Task<IReadOnlyList<RoleUse>> UsesAsync(OrganizationId organization, RoleId id, CancellationToken cancellation);

    /// <summary>Deletes the role if it still is what was read and nothing uses it.</summary>
    /// <returns>False when it has changed, or got a use, meanwhile.</returns>
    Task<bool> DeleteAsync(Versioned<IamRole> role, Person by, CancellationToken cancellation);
}
