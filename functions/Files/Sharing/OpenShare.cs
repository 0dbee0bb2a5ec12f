using ServerlessDrives.Drives;

namespace ServerlessDrives.Files.Sharing;

/// <summary>A share that is good just now, and the drive of its file.</summary>
public sealed record OpenedShare(Versioned<Share> Read, Drive Drive)
{
    public Share Share => Read.Value;
}

/// <summary>
/// Finds the share of a link. Looked at on each use: whether it was revoked or has expired, whether the organization still lets files be
/// shared, whether the drive is there, and whether whoever made it may still use the drive.
/// </summary>
public sealed class OpenShare(IShares shares, DrivesOfAbsentUsers drives, TimeProvider clock)
{
    private static readonly Refusal Unknown = new(
        RefusalKind.NotFound,
        "share-unknown",
        "This link isn't one that was given out, or it isn't whole. Ask whoever sent it to send it again.");

    private static readonly Refusal Over = new(
        RefusalKind.Gone,
        "share-over",
        "This link doesn't work any more. Ask whoever sent it for a new one.");

    private static readonly Refusal Unknowable = new(
        RefusalKind.Unavailable,
        "unavailable",
        "It can't be found out at the moment whether whoever made this link may still use the file. Try again.")
    {
        RetryAfter = TimeSpan.FromSeconds(5),
    };

    public async Task<Result<OpenedShare, Refusal>> RunAsync(string? text, CancellationToken cancellation)
    {
        if (
            LinkToken.Parse(text) is not { } token
            || token.Target.Split('/') is not [var organizationText, var driveText, var shareText]
            || !OrganizationId.TryParse(organizationText, out var organization)
            || !DriveId.TryParse(driveText, out var driveId)
            || !ShareId.TryParse(shareText, out var id)
            || await shares.FindAsync(organization, driveId, id, cancellation) is not { } read
            || read.Value.Hash != token.Hash)
            return Unknown;
        var share = read.Value;
        if (share.RevokedAt is not null || clock.GetUtcNow() >= share.ExpiresAt || share.WrongPasswords >= Share.MostWrongPasswords)
            return Over;
        if (!(await shares.SettingAsync(organization, cancellation)).Value.Allowed)
            return Over;
        return (await drives.FindAsync(organization, driveId, share.CreatedBy, cancellation)).Match<Result<OpenedShare, Refusal>>(
            drive => new OpenedShare(read, drive),
            refusal => refusal.Kind is RefusalKind.Unavailable ? Unknowable : Over);
    }
}
