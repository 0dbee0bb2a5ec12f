using System.Text.Json.Serialization;

namespace ServerlessDrives.Access;

/// <summary>As whom a bucket is reached. Names a secret, holds none. Closed: an access key or a role.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "method")]
[JsonDerivedType(typeof(AccessKey), "accessKey")]
[JsonDerivedType(typeof(Role), "iamRole")]
public abstract record DriveCredentials
{
    private DriveCredentials()
    {
    }

    /// <param name="Id">The public half of an IAM user's access key.</param>
    /// <param name="Secret">Where the vault keeps the other half.</param>
    /// <param name="SecretVersion">Which version of it.</param>
    public sealed record AccessKey(AccessKeyId Id, SecretName Secret, string SecretVersion) : DriveCredentials;

    /// <param name="Arn">The customer's role.</param>
    /// <param name="ExternalId">Ours; without it the role must not let us in.</param>
    public sealed record Role(RoleArn Arn, ExternalId ExternalId) : DriveCredentials
    {
        /// <summary>What its sessions are tagged with; null for nothing.</summary>
        public SessionTags? Tags { get; init; }
    }
}
