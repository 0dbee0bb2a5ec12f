using ServerlessDrives.Access;
using ServerlessDrives.Access.Policies;
using ServerlessDrives.Connecting.Callbacks;
using ServerlessDrives.Connecting.Setup;
using ServerlessDrives.Integrations.Setup;
using static ServerlessDrives.Tests.Shared.ParsedValues;

namespace ServerlessDrives.Tests.Unit.Connecting;

/// <summary>What AWS admins may have to apply.</summary>
internal static class SetupSteps
{
    private static readonly RoleArn Role = Read(RoleArn.Parse("arn:aws:iam::444455556666:role/team/drives"));
    private static readonly PrincipalArn Us = Read(PrincipalArn.Parse("arn:aws:iam::111122223333:role/serverless-drives"));
    private static readonly ConnectionId Connection = ConnectionId.Of("con_0123456789abcdefghjkmnpqrs");

    /// <summary>A step of a role's connection, on a path that reads like a pattern.</summary>
    public static SetupStep Of(string displayName) => Of(displayName, Encryption.Nothing);

    /// <summary>The same, encrypted with a KMS key of an account that isn't the role's.</summary>
    public static SetupStep WithForeignKey(string displayName) =>
        Of(
            displayName,
            new Encryption.SseKms(Read(KmsKeyArn.Parse("arn:aws:kms:us-east-1:999900001111:key/11112222-3333-4444-5555-666677778888"))));

    public static NotificationSetup Notifications(string integrationName, string prefix) => new(
        integrationName,
        IntegrationId.Of("int_0123456789abcdefghjkmnpqrs"),
        Read(TopicArn.Parse("arn:aws:sns:us-east-1:444455556666:serverless-drives-kmnpqrst")),
        Read(BucketName.Parse("acme-documents")),
        prefix,
        new("https://drives.example/api/notifications/one"));

    private static SetupStep Of(string displayName, Encryption encryption)
    {
        var access = new BucketAccess(
            Connection.Value,
            Read(BucketName.Parse("acme-documents")),
            Read(Region.Parse("us-east-1")),
            Read(DrivePath.Parse("a*b")),
            encryption);
        return new(
            displayName,
            Connection,
            Role,
            TrustPolicy.For(Us, ExternalId.New()).ToJson(),
            new(
                access.Bucket,
                access.Region,
                RolePolicy.For(access).ToJson(),
                BucketPolicy.For(Role, access).ToJson(),
                KeyPolicyStatement.For(Role, access) is { IsRequired: true } statement ? statement.ToJson() : null,
                access.Encryption.KmsKey?.Account))
        { Confirms = CallbackStep.All, Confirm = new("https://drives.example/api/callbacks/one") };
    }
}
