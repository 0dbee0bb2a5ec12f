using ServerlessDrives.Drives;
using ServerlessDrives.Workspaces;

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
public sealed class OpenShare(IShares shares, IDrives drives, IWorkspaces workspaces, IPeople people, TimeProvider clock)
{
    private static readonly Refusal Unknown = new(
        RefusalKind.NotFound,
        "share-unknown",
        "This link isn't one that was given out, or it isn't whole. Ask whoever sent it to send it again.");

    private static readonly Refusal Over = new(
        RefusalKind.Gone,
        "share-over",
        "This link doesn't work any more. Ask whoever sent it for a new one.");

    public async Task<Result<OpenedShare, Refusal>> RunAsync(string? text, CancellationToken cancellation)
    {
        if (
            LinkToken.Parse(text) is not { } token
            || token.Target.Split('/') is not [var organizationText, var driveText, var shareText]
            || !Identifier.TryParse<OrganizationId>(organizationText, out var organization)
            || !Identifier.TryParse<DriveId>(driveText, out var driveId)
            || !Identifier.TryParse<ShareId>(shareText, out var id)
            || await shares.FindAsync(organization, driveId, id, cancellation) is not { } read
            || read.Value.Hash != token.Hash)
            return Unknown;
        var share = read.Value;
        if (share.RevokedAt is not null || clock.GetUtcNow() >= share.ExpiresAt || share.WrongPasswords >= Share.MostWrongPasswords)
            return Over;
        if (!(await shares.SettingAsync(organization, cancellation)).Value.Allowed)
            return Over;
        return await drives.FindAsync(organization, driveId, cancellation) is { Value: { State: DriveState.Connected } drive }
            && await MayStillUseAsync(share, drive.Audience, cancellation)
                ? new OpenedShare(read, drive)
                : Over;
    }

    /// <summary>By our own tables, since whoever made it isn't here with a token.</summary>
    private async Task<bool> MayStillUseAsync(Share share, Audience audience, CancellationToken cancellation)
    {
        if (audience is not Audience.Workspace workspace)
            return true;
        if ((await workspaces.MembershipsAsync(share.Organization, share.CreatedBy, cancellation)).ContainsKey(workspace.Id))
            return true;
        var known = await people.FindAsync(share.Organization, [share.CreatedBy], cancellation);
        return known.TryGetValue(share.CreatedBy, out var maker) && maker.IsAdmin;
    }
}
