using ServerlessDrives.Access;
using ServerlessDrives.Events.Audit;
using ServerlessDrives.Files.References;

namespace ServerlessDrives.Files.Sharing;

/// <summary>That files leave their drive.</summary>
/// <param name="By">Who began the operation.</param>
public sealed record Departure(OrganizationId Organization, DriveId From, DriveId To, OperationId Operation, UserId By);

/// <summary>
/// A link goes on leading to its file where that is moved on its drive. Where the file leaves the drive, the link ends: whoever made it
/// allowed others one file of this drive, and what comes to the old name later is another file.
/// </summary>
public sealed class SharesOfMovedFiles(IShares shares, TimeProvider clock)
{
    private const int AtATime = 500;

    /// <summary>Again is fine.</summary>
    public Task FollowAsync(
        OrganizationId organization,
        DriveId drive,
        IReadOnlyDictionary<FilePath, MovedFile> moved,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(moved);
        return ChangeAsync(
            organization,
            drive,
            moved.Keys.ToHashSet(),
            share => moved.TryGetValue(share.Path, out var there) ? (share with { Path = there.To }, null) : null,
            cancellation);
    }

    /// <summary>Again is fine.</summary>
    public Task EndAsync(Departure departure, IReadOnlySet<FilePath> files, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(departure);
        ArgumentNullException.ThrowIfNull(files);
        return ChangeAsync(
            departure.Organization,
            departure.From,
            files,
            share =>
                files.Contains(share.Path) && share.RevokedAt is null && share.ExpiresAt > clock.GetUtcNow()
                    ? (share.Leave(departure.Operation, clock.GetUtcNow()), ShareAuditRecords.Ended(share, departure))
                    : null,
            cancellation);
    }

    /// <summary>These files stay after all, and so do the links that ended for their departure. Again is fine.</summary>
    public Task ReopenAsync(Departure departure, IReadOnlySet<FilePath> files, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(departure);
        ArgumentNullException.ThrowIfNull(files);
        return ChangeAsync(
            departure.Organization,
            departure.From,
            files,
            share =>
                files.Contains(share.Path) && share.LeftWith == departure.Operation
                    ? (share.Stay(), ShareAuditRecords.Reopened(share, departure))
                    : null,
            cancellation);
    }

    /// <summary>
    /// One read for a page of files in a drive without links: what an earlier page has found says nothing of links made meanwhile.
    /// </summary>
    /// <param name="change">Gives null for a share that stays as it is.</param>
    private async Task ChangeAsync(
        OrganizationId organization,
        DriveId drive,
        IReadOnlySet<FilePath> files,
        Func<Share, (Share Changed, AuditRecord? Act)?> change,
        CancellationToken cancellation)
    {
        if (files.Count == 0)
            return;
        var only = files.Count == 1 ? files.First() : null;
        string? cursor = null;
        do
        {
            var page = await shares.ListAsync(organization, drive, only, AtATime, cursor, cancellation);
            foreach (var share in page.Items.Where(share => files.Contains(share.Path)))
            {
                while (
                    await shares.FindAsync(organization, drive, share.Id, cancellation) is { } read
                    && change(read.Value) is { } made
                    && !await shares.SaveAsync(read.With(made.Changed), made.Act, cancellation))
                {
                    // Somebody used it meanwhile: read again.
                }
            }

            cursor = page.NextCursor;
        }
        while (cursor is not null);
    }
}
