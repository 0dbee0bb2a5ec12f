using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Drives;

/// <summary>
/// Finds a drive for somebody who isn't here with a token: whoever made a link or began an operation. The one place that decides whether
/// they may still use it.
/// </summary>
public sealed class DrivesOfAbsentUsers(IDrives drives, Memberships memberships)
{
    private static readonly Refusal NotAnyMore = Refusal.Forbidden("Whoever began this may not use the drive any more.");

    /// <returns>
    /// The drive if it is connected and they may use it; <c>drive-removed</c>; <c>forbidden</c>; or the refusal of the kind
    /// <see cref="RefusalKind.Unavailable"/> where that had to be asked of the directory and it gave no answer.
    /// </returns>
    public async Task<Result<Drive, Refusal>> FindAsync(
        OrganizationId organization,
        DriveId id,
        UserId user,
        CancellationToken cancellation)
    {
        if (await drives.FindAsync(organization, id, cancellation) is not { Value: { State: DriveState.Connected } drive })
            return DriveFinder.Removed;
        var asked = await memberships.MayStillSeeAsync(organization, user, drive.Audience, cancellation);
        return asked.Then<Drive>(mayUse => mayUse ? drive : NotAnyMore);
    }
}
