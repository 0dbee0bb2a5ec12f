using Microsoft.Extensions.Logging;
using ServerlessDrives.Drives;
using ServerlessDrives.Files.References;

namespace ServerlessDrives.Files.Uploads;

/// <summary>
/// Aborts uploads that nobody will complete: those whose process died, those whose links ended unused, those of a drive that is removed.
/// S3 keeps and bills their parts for ever otherwise, where no listing shows them.
/// </summary>
public sealed class AbandonedUploads(
    IFileRecords records,
    IDrives drives,
    IDriveFiles files,
    TimeProvider clock,
    ILogger<AbandonedUploads> log
) : IHoldsDrives
{
    /// <summary>For so long an abort is tried again and again; then the drive's credentials are gone for good.</summary>
    private static readonly TimeSpan KeptFor = TimeSpan.FromDays(7);

    /// <summary>Aborts all that have expired.</summary>
    public async Task SweepAsync(CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        foreach (var upload in await records.ExpiredUploadsAsync(now, cancellation))
        {
            if (await drives.FindAsync(upload.Organization, upload.Drive, cancellation) is not { Value: var drive })
                await records.StrikeAsync(upload, cancellation);
            else if (!await AbortAsync(drive, upload, cancellation) && now - upload.ExpiresAt > KeptFor)
                await records.StrikeAsync(upload, cancellation);
        }
    }

    /// <summary>Uploads keep no drive from being removed.</summary>
    public Task<IReadOnlyList<DriveHold>> HoldsAsync(OrganizationId organization, DriveId drive, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<DriveHold>>([]);

    /// <summary>Aborts the drive's uploads while it still has credentials.</summary>
    public async Task ReleaseAsync(OrganizationId organization, DriveId drive, UserId by, CancellationToken cancellation)
    {
        if (await drives.FindAsync(organization, drive, cancellation) is not { Value: var found })
            return;
        foreach (var upload in await records.UploadsAsync(organization, drive, cancellation))
            await AbortAsync(found, upload, cancellation);
    }

    private async Task<bool> AbortAsync(Drive drive, OpenUpload upload, CancellationToken cancellation)
    {
        if ((await files.AbortUploadAsync(drive, upload, cancellation)).TryGet(out _, out var refusal))
            return true;
        log.LogWarning("An upload to {Drive} that nobody will complete can't be aborted: {Reason}", drive.Id, refusal.Code);
        return false;
    }
}
