using ServerlessDrives.Access;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Drives;

/// <summary>A drive as the API shows it.</summary>
/// <param name="VerificationId">The latest verification that was asked for; its report is among the drive's.</param>
public sealed record DriveView(
    DriveId Id,
    string DisplayName,
    Audience Audience,
    DriveAuthenticationView Authentication,
    string Bucket,
    string Region,
    string Path,
    Encryption Encryption,
    DriveAccess Access,
    string? BucketOwner,
    bool RequesterPays,
    bool SessionTags,
    DriveHealth Health,
    DriveDefaultView Default,
    DriveState State,
    VerificationId? VerificationId,
    UserId CreatedBy,
    DateTimeOffset CreatedAt
) : ITagged
{
    /// <summary>That somebody looked at the drive and found it as it was is no change of it.</summary>
    object ITagged.Tagged => this with { Health = Health with { CheckedAt = null } };

    public static DriveView Of(Drive drive, DefaultDrives defaults, Person person)
    {
        ArgumentNullException.ThrowIfNull(person);
        ArgumentNullException.ThrowIfNull(drive);
        ArgumentNullException.ThrowIfNull(defaults);
        return new(
            drive.Id, drive.DisplayName.Value, drive.Audience,
            drive.Authentication switch
            {
                DriveAuthentication.AccessKey key => new("accessKey", key.AccessKeyId.ToString(), null, null),
                DriveAuthentication.IamRole role => new("iamRole", null, role.RoleId, role.RoleArn.ToString()),
                _ => throw new InvalidOperationException("Unknown authentication."),
            },
            drive.Bucket.ToString(),
            drive.Region.ToString(),
            drive.Path.ToString(),
            drive.Encryption,
            drive.Mode,
            drive.BucketOwner?.ToString(),
            drive.RequesterPays,
            drive.SessionTags,
            drive.Health,
            new(
                defaults.Organization == drive.Id,
                [.. defaults.Workspaces.Where(pair => pair.Value == drive.Id && person.MaySee(pair.Key)).Select(pair => pair.Key)]),
            drive.State,
            drive.LastVerification,
            drive.CreatedBy,
            drive.CreatedAt);
    }
}

public sealed record DriveAuthenticationView(string Method, string? AccessKeyId, RoleId? RoleId, string? RoleArn);

/// <param name="Organization">Whether it is the organization's default.</param>
/// <param name="Workspaces">The workspaces whose own default it is, of those that the person may see.</param>
public sealed record DriveDefaultView(bool Organization, IReadOnlyList<WorkspaceId> Workspaces);
