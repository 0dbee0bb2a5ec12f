using ServerlessDrives.Drives;

namespace ServerlessDrives.Files.Sharing;

/// <summary>A share goes with its drive.</summary>
public sealed class SharesOfRemovedDrives(IShares shares) : IHoldsDrives
{
    private const int AtATime = 500;

    /// <summary>None keeps a drive from being removed.</summary>
    public Task<IReadOnlyList<DriveHold>> HoldsAsync(OrganizationId organization, DriveId drive, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<DriveHold>>([]);

    public async Task ReleaseAsync(OrganizationId organization, DriveId drive, UserId by, CancellationToken cancellation)
    {
        string? cursor = null;
        do
        {
            var page = await shares.ListAsync(organization, drive, path: null, AtATime, cursor, cancellation);
            foreach (var share in page.Items)
                await shares.DeleteAsync(share, cancellation);
            cursor = page.NextCursor;
        }
        while (cursor is not null);
    }
}
