using ServerlessDrives.Access;

namespace ServerlessDrives.Connecting;

/// <summary>The bucket as the person described it, parsed.</summary>
public sealed record DriveConfiguration(BucketName Bucket, Region Region, DrivePath Path, Encryption Encryption)
{
    /// <summary>For a new role. Removed again when the role turns out to trust anyone.</summary>
    public RoleArn? RoleArn { get; init; }

    /// <summary>For an access key; the secret half is in the vault under the connection's secret name, in this version.</summary>
    public AccessKeyId? AccessKeyId { get; init; }

    public string? SecretVersion { get; init; }

    /// <summary>Whose bucket it is, where somebody named the owner; null for the account that the credentials belong to.</summary>
    public AccountId? BucketOwner { get; init; }

    /// <summary>Whether requests say that whoever sends them pays for them.</summary>
    public bool RequesterPays { get; init; }

    /// <summary>Whether somebody said yes to overlapping with other drives.</summary>
    public bool AllowOverlap { get; init; }

    /// <summary>The attempt that it was typed for.</summary>
    public required int Attempt { get; init; }

    /// <summary>When it was given; null for what was given before this was noted.</summary>
    public DateTimeOffset? At { get; init; }
}
