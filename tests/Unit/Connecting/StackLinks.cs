using ServerlessDrives.Access;
using ServerlessDrives.Access.Policies;
using ServerlessDrives.Connecting;
using ServerlessDrives.Connecting.Callbacks;
using ServerlessDrives.Connecting.Setup;
using ServerlessDrives.Drives;
using ServerlessDrives.Workspaces;
using Shouldly;
using Xunit;
using static ServerlessDrives.Tests.Shared.ParsedValues;

namespace ServerlessDrives.Tests.Unit.Connecting;

/// <summary>The link that opens CloudFormation's console with everything filled in, and the command that does the same.</summary>
public sealed class StackLinks
{
    private static readonly Uri Template = new("https://templates.s3.us-east-1.amazonaws.com/drive-access.yaml");

    [Theory]
    [InlineData("us-east-1", "https://us-east-1.console.aws.amazon.com/cloudformation/home?region=us-east-1#/stacks/create/review?")]
    [InlineData("cn-north-1", "https://cn-north-1.console.amazonaws.cn/cloudformation/home?region=cn-north-1#/stacks/create/review?")]
    [InlineData(
        "us-gov-west-1",
        "https://us-gov-west-1.console.amazonaws-us-gov.com/cloudformation/home?region=us-gov-west-1#/stacks/create/review?")]
    public void The_link_leads_to_the_console_of_the_partition_with_every_parameter(string region, string begins)
    {
        var (step, connection) = Step(region);
        new LaunchStack(Template).LinkFor(step, connection).TryGet(out var link, out _).ShouldBeTrue();
        link!.Url.AbsoluteUri.ShouldStartWith(begins);
        var query = link
            .Url.Fragment.Split('?')[1]
            .Split('&')
            .Select(pair => pair.Split('='))
            .ToDictionary(pair => pair[0], pair => pair[1]);
        Uri.UnescapeDataString(query["templateURL"]).ShouldBe(Template.AbsoluteUri);
        query["stackName"].ShouldBe("ServerlessDrives-kmnpqrst");
        query["param_RoleName"].ShouldBe("ServerlessDrives-kmnpqrst");
        Uri.UnescapeDataString(query["param_Path"]).ShouldBe("a b/c&d");
        Uri.UnescapeDataString(query["param_Callback"]).ShouldBe("https://drives.example/api/callbacks/one");
        query.ShouldNotContainKey("param_KmsKeyArn");
    }

    [Fact]
    public void The_template_begins_with_the_command_that_deploys_it_and_names_every_parameter_that_it_takes()
    {
        var (step, connection) = Step("us-east-1");
        var template = StackTemplate.Write(step, connection);
        template.ShouldContain("# aws cloudformation deploy --region us-east-1 --stack-name ServerlessDrives-kmnpqrst ");
        template.ShouldContain("'Path=a b/c&d'");
        foreach (var (name, _) in StackTemplate.ParametersOf(step, connection))
            template.ShouldContain($"\n  {name}:\n    Type: String\n");
    }

    [Fact]
    public void Without_a_template_there_is_no_link()
    {
        var (step, connection) = Step("us-east-1");
        new LaunchStack(null).LinkFor(step, connection).TryGet(out _, out var refusal).ShouldBeFalse();
        refusal!.Code.ShouldBe("not-configured");
    }

    private static (SetupStep Step, DriveConnection Connection) Step(string region)
    {
        var place = Read(Region.Parse(region));
        var connection = new DriveConnection
        {
            Id = ConnectionId.Of("con_0123456789abcdefghjkmnpqrst"),
            Organization = OrganizationId.Of("org_1"),
            DisplayName = Read(DisplayName.Parse("Claims")),
            Audience = Audience.Whole,
            Method = ConnectionMethod.IamRole,
            RoleIsNew = true,
            ExternalId = ExternalId.New(),
            Status = ConnectionStatus.AwaitingTrustPolicy,
            Configuration = new(Read(BucketName.Parse("acme-documents")), place, Read(DrivePath.Parse("a b/c&d")), Encryption.Nothing)
            {
                Attempt = 1,
            },
            CreatedBy = UserId.Parse("mia", provider: null),
            CreatedAt = DateTimeOffset.UnixEpoch,
            UpdatedAt = DateTimeOffset.UnixEpoch,
            ExpiresAt = DateTimeOffset.UnixEpoch,
        };
        var us = Read(PrincipalArn.Parse($"arn:{place.Partition}:iam::111122223333:role/serverless-drives"));
        var role = Read(ConnectionSetup.RoleOf(connection, roleName: null));
        var trust = TrustPolicy.For(us, connection.ExternalId).ToJson();
        return (
            ConnectionSetup.Of(connection, role, trust, CallbackStep.All, new("https://drives.example/api/callbacks/one")),
            connection);
    }
}
