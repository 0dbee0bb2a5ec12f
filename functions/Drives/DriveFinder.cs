using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Drives;

/// <summary>Finds a drive for a person; a foreign one is as unknown as one that isn't there.</summary>
public sealed class DriveFinder(IDrives drives)
{
    public static readonly Refusal IsReadOnly = Refusal.Conflict(
        "read-only",
        "This drive is read-only: files are listed and read, and nothing is written to or deleted from it.");

    public static readonly Refusal Removed = new(RefusalKind.Gone, "drive-removed", "This drive was removed, or is being removed.");

    /// <summary>A drive in whatever state.</summary>
    public async Task<Result<Versioned<Drive>, Refusal>> FindAnyAsync(Person person, string? driveId, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(person);
        return DriveId.TryParse(driveId, out var id)
            && await drives.FindAsync(person.Organization, id, cancellation) is { } found
            && person.MaySee(found.Value.Audience)
                ? found
                : Refusal.NotFound("drive");
    }

    /// <summary>A drive that can be used.</summary>
    public async Task<Result<Drive, Refusal>> FindAsync(Person person, string? driveId, CancellationToken cancellation)
    {
        if (!(await FindAnyAsync(person, driveId, cancellation)).TryGet(out var found, out var refusal))
            return refusal;
        return Usable(found.Value);
    }

    /// <summary>
    /// The same by <see cref="IDrives.FindRecentAsync"/>: a drive that another instance removes can be read for two seconds more, one that
    /// this instance removes can't.
    /// </summary>
    public async ValueTask<Result<Drive, Refusal>> FindRecentAsync(Person person, string? driveId, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(person);
        return DriveId.TryParse(driveId, out var id)
            && await drives.FindRecentAsync(person.Organization, id, cancellation) is { } found
            && person.MaySee(found.Audience)
                ? Usable(found)
                : Refusal.NotFound("drive");
    }

    private static Result<Drive, Refusal> Usable(Drive drive) => drive.State is DriveState.Connected ? drive : Removed;
}
