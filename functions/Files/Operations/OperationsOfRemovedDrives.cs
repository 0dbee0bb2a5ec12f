using ServerlessDrives.Drives;

namespace ServerlessDrives.Files.Operations;

/// <summary>An operation goes with its drive: one that is running finds no row to go on from, and ends.</summary>
public sealed class OperationsOfRemovedDrives(IFileOperations operations) : IHoldsDrives
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
            var page = await operations.ListAsync(organization, drive, running: false, AtATime, cursor, cancellation);
            foreach (var operation in page.Items)
                await operations.DeleteAsync(operation, cancellation);
            cursor = page.NextCursor;
        }
        while (cursor is not null);
    }
}
