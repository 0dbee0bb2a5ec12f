using System.Text.Json.Nodes;
using ServerlessDrives.Access;
using ServerlessDrives.Connecting.Callbacks;

namespace ServerlessDrives.Connecting.Setup;

/// <summary>What an AWS admin has to apply, from which every form of instruction is written.</summary>
/// <param name="DisplayName">For headings only.</param>
/// <param name="RoleArn">The role to make or change. Of one that isn't made yet the name is proposed and the account unknown.</param>
/// <param name="TrustPolicy">Who may assume the role.</param>
/// <param name="Grants">What the role and the bucket must grant; null as long as the bucket isn't known.</param>
public sealed record SetupStep(
    string DisplayName,
    ConnectionId Connection,
    RoleArn RoleArn,
    JsonObject TrustPolicy,
    SetupGrants? Grants)
{
    /// <summary>What stands for the account that a new role is made in.</summary>
    public const string UnknownAccount = "YOUR-ACCOUNT";

    public RoleOrigin Role { get; init; } = RoleOrigin.New;

    /// <summary>What is confirmed when it is applied.</summary>
    public CallbackStep Confirms { get; init; } = CallbackStep.TrustPolicy;

    /// <summary>The callback link to end with; null where whoever applies it confirms by themselves.</summary>
    public Uri? Confirm { get; init; }

    /// <summary>The role policy's name: stable, so that applying it again replaces it.</summary>
    public string RolePolicyName => $"ServerlessDrives-{Connection.Value[^8..]}";

    /// <summary>The one that the trust policy asks for.</summary>
    public string ExternalId => TrustPolicy["Statement"]![0]!["Condition"]!["StringEquals"]!["sts:ExternalId"]!.GetValue<string>();

    public bool KnowsAccount => RoleArn.Account.Value != UnknownAccount;
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
/// <param name="KeyPolicyStatement">For the KMS key's own policy, where the key is in another account than the role, or may be; otherwise
/// null.</param>
/// <param name="KeyAccount">Whose the KMS key is; null where there is none.</param>
public sealed record SetupGrants(
    BucketName Bucket,
    Region Region,
    JsonObject RolePolicy,
    JsonObject BucketPolicy,
    JsonObject? KeyPolicyStatement,
    AccountId? KeyAccount);
