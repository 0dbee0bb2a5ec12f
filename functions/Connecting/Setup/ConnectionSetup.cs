using System.Text.Json.Nodes;
using ServerlessDrives.Access;
using ServerlessDrives.Access.Policies;
using ServerlessDrives.Connecting.Callbacks;

namespace ServerlessDrives.Connecting.Setup;

/// <summary>What has to be applied in AWS for a connection: for the step that is open, or for all that is known to be needed.</summary>
public static class ConnectionSetup
{
    /// <summary>The role that is used, or the one that is proposed: its account isn't known before it is made.</summary>
    /// <param name="roleName">Another name than the proposed one, with its path if it has one; null for the proposed.</param>
    public static Result<RoleArn, ParseError> RoleOf(DriveConnection connection, string? roleName)
    {
        ArgumentNullException.ThrowIfNull(connection);
        if (connection.KnownRoleArn is { } known)
            return known;
        var name = roleName ?? $"ServerlessDrives-{connection.Id.Value[^8..]}";
        var arn = $"arn:{connection.Partition}:iam::{SetupStep.UnknownAccount}:role/{name}";
        return RoleArn.ParseOfAnyServer(arn).TryGet(out var role, out _)
            ? role
            : new ParseError("A role's name has 1 to 64 letters, digits and characters of _+=,.@- and may have a path before it.");
    }

    /// <param name="trust">The trust policy that is offered.</param>
    /// <param name="confirms">Which of the policies are to be applied.</param>
    /// <param name="confirm">The link that confirms them.</param>
    public static SetupStep Of(DriveConnection connection, RoleArn role, JsonObject trust, CallbackStep confirms, Uri? confirm)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return new(
            connection.DisplayName.Value,
            connection.Id,
            role,
            trust,
            confirms is CallbackStep.TrustPolicy || connection.Access is not { } access ? null : GrantsOf(role, access))
        {
            Role =
                connection.ChosenRoleArn is not null || connection.BucketPolicyOffered ? RoleOrigin.Proven
                : role.Account.Value == SetupStep.UnknownAccount ? RoleOrigin.New
                : RoleOrigin.Named,
            Confirms = confirms,
            Confirm = confirm,
        };
    }

    public static string Write(SetupStep step, SetupFormat format) => format switch
    {
        SetupFormat.AwsCli => AwsCliScript.Write(step),
        SetupFormat.CloudFormation => CloudFormationTemplate.Write(step),
        _ => TerraformModule.Write(step),
    };

    private static SetupGrants GrantsOf(RoleArn role, BucketAccess access) => new(
        access.Bucket,
        access.Region,
        RolePolicy.For(access).ToJson(),
        BucketPolicy.For(role, access).ToJson(),
        KeyPolicyStatement.For(role, access) is { IsRequired: true } statement ? statement.ToJson() : null,
        access.Encryption.KmsKey?.Account);
}
