using System.Text.Json.Nodes;
using ServerlessDrives.Access;

namespace ServerlessDrives.Connecting.Setup;

/// <summary>What an AWS admin has to apply for the open step, from which every form of instruction is written.</summary>
/// <param name="DisplayName">For headings only.</param>
/// <param name="RoleName">The role to make or change.</param>
/// <param name="RolePath">Its path; <c>/</c> for none.</param>
/// <param name="TrustPolicy">Who may assume the role.</param>
/// <param name="Grants">What the role and the bucket must grant; null as long as the bucket isn't known.</param>
/// <param name="Confirm">Callback links to end with, in the order of the steps that they confirm.</param>
public sealed record SetupStep(
    string DisplayName,
    ConnectionId Connection,
    string RoleName,
    string RolePath,
    JsonObject TrustPolicy,
    SetupGrants? Grants,
    IReadOnlyList<Uri> Confirm)
{
    public RoleOrigin Role { get; init; } = RoleOrigin.New;

    /// <summary>The role policy's name: stable, so that applying it again replaces it.</summary>
    public string RolePolicyName => $"ServerlessDrives-{Connection.Value[^8..]}";
}

/// <summary>Where the role comes from.</summary>
public enum RoleOrigin
{
    /// <summary>It is made under the name that is proposed.</summary>
    New,

    /// <summary>Somebody gave its ARN; it may be there already.</summary>
    Named,

    /// <summary>It is there and trusts us.</summary>
    Proven,
}

/// <param name="RolePolicy">What the role may do.</param>
/// <param name="BucketPolicy">What the bucket admits; merged into what the bucket has.</param>
/// <param name="KeyPolicyStatement">For the KMS key's own policy, where the key is in another account than the role; otherwise
/// null.</param>
public sealed record SetupGrants(
    BucketName Bucket,
    Region Region,
    JsonObject RolePolicy,
    JsonObject BucketPolicy,
    JsonObject? KeyPolicyStatement);
