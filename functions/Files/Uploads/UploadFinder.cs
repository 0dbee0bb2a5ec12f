using ServerlessDrives.Drives;
using ServerlessDrives.Files.References;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Files.Uploads;

/// <summary>Finds the upload that is named by its own id and its drive's.</summary>
internal static class UploadFinder
{
    /// <summary>The upload and its drive; 404 to whom the drive's audience doesn't include.</summary>
    public static async Task<Result<(Drive Drive, PendingUpload Upload), Refusal>> FindAsync(
        DriveFinder finder,
        IFileRecords records,
        Person person,
        (string Drive, string Upload) ids,
        CancellationToken cancellation)
    {
        if (!(await finder.FindAsync(person, ids.Drive, cancellation)).TryGet(out var drive, out var unknown))
            return unknown;
        return UploadId.TryParse(ids.Upload, out var id)
            && await records.FindAsync(person.Organization, id, cancellation) is { } upload && upload.Drive == drive.Id
                ? (drive, upload)
                : Refusal.NotFound("upload");
    }
}
