using System.Text.Json.Serialization;
using ServerlessDrives.Access;
using ServerlessDrives.Access.Policies;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Drives;

/// <summary>A usable bucket and path, with its encryption and its credentials. It exists only once a verification has passed.</summary>
public sealed record Drive
{
    public required DriveId Id { get; init; }
    public required OrganizationId Organization { get; init; }
    public required Audience Audience { get; init; }
    public required DisplayName DisplayName { get; init; }

    /// <summary>The connection that made it; its policies' statement ids come from it.</summary>
    public required ConnectionId Connection { get; init; }

    public required DriveAuthentication Authentication { get; init; }
    public required BucketName Bucket { get; init; }
    public required Region Region { get; init; }
    public required DrivePath Path { get; init; }
    public required Encryption Encryption { get; init; }

    /// <summary>The account that owned the bucket when it was verified; every call pins it. Null where the server doesn't say.</summary>
    public AccountId? BucketOwner { get; init; }

    public DriveAccess Mode { get; init; } = DriveAccess.ReadWrite;

    /// <summary>Whether requests say that whoever sends them pays for them.</summary>
    public bool RequesterPays { get; init; }

    /// <summary>Whether sessions with its role are tagged with organization, workspace and drive.</summary>
    public bool SessionTags { get; init; }

    public required DriveHealth Health { get; init; }
    public DriveState State { get; init; } = DriveState.Connected;

    /// <summary>When it was disconnected; null while it is connected.</summary>
    public DateTimeOffset? DisconnectedAt { get; init; }

    /// <summary>Who asked for it; null while it is connected, and where it was disconnected before this was noted.</summary>
    public UserId? DisconnectedBy { get; init; }

    /// <summary>The latest verification that was asked for; null in drives from before that was kept.</summary>
    public VerificationId? LastVerification { get; init; }

    public required UserId CreatedBy { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>What the drive's policies grant, and under which statement ids.</summary>
    [JsonIgnore]
    public BucketAccess Access => new(Connection.Value, Bucket, Region, Path, Encryption) { Mode = Mode, RequesterPays = RequesterPays };

    /// <summary>How the drive reaches its bucket; names a secret, holds none.</summary>
    [JsonIgnore]
    public DriveCredentials Credentials => Authentication switch
    {
        DriveAuthentication.AccessKey key => new DriveCredentials.AccessKey(key.AccessKeyId, key.Secret, key.SecretVersion),
        DriveAuthentication.IamRole role => new DriveCredentials.Role(role.RoleArn, role.ExternalId)
        {
            Tags = SessionTags ? new(Organization, (Audience as Audience.Workspace)?.Id, Id.Value) : null,
        },
        _ => throw new InvalidOperationException($"Unknown authentication {Authentication.GetType()}."),
    };
}

/// <summary>A drive is connected until somebody disconnects it; while that is under way nobody may use it any more.</summary>
public enum DriveState
{
    Connected,
    Disconnecting,
}

/// <summary>As whom we reach the bucket. Closed: an IAM user's access key, or a role of the customer's.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "method")]
[JsonDerivedType(typeof(AccessKey), "accessKey")]
[JsonDerivedType(typeof(IamRole), "iamRole")]
public abstract record DriveAuthentication
{
    private DriveAuthentication()
    {
    }

    /// <param name="AccessKeyId">The public half of the key.</param>
    /// <param name="Secret">Where the vault keeps the other half.</param>
    /// <param name="SecretVersion">Which version of it.</param>
    public sealed record AccessKey(AccessKeyId AccessKeyId, SecretName Secret, string SecretVersion) : DriveAuthentication;

    public sealed record IamRole(RoleId RoleId, RoleArn RoleArn, ExternalId ExternalId) : DriveAuthentication;
}

/// <summary>How a drive was when it was last looked at.</summary>
/// <param name="Status">The damped state, not the last single answer.</param>
/// <param name="CheckedAt">When it was last looked at; null if never.</param>
/// <param name="Since">Since when it has had this status.</param>
/// <param name="Problem">A sentence that says what is wrong and what to change; null when nothing is.</param>
public sealed record DriveHealth(HealthStatus Status, DateTimeOffset? CheckedAt, DateTimeOffset Since, string? Problem);

/// <summary>Whether a drive can be used.</summary>
public enum HealthStatus
{
    /// <summary>Not looked at yet, or a look that could not be made. Never shown as green.</summary>
    Unknown,

    Healthy,

    /// <summary>Reads work and writes don't, or AWS throttles.</summary>
    Degraded,

    Unreachable,
}
