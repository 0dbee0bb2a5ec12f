using System.Text.Json.Nodes;
using ServerlessDrives.Embedded.Cloud.Sandbox.Policies;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Unit.Sandbox;

/// <summary>"The meaning of public" in the S3 user guide.</summary>
public sealed class PublicPolicies
{
    [Theory]
    [InlineData(null, true)]
    [InlineData("""{"StringLike":{"s3:prefix":"public/*"}}""", true)]
    [InlineData("""{"Bool":{"aws:SecureTransport":"true"}}""", true)]
    [InlineData("""{"StringEquals":{"aws:PrincipalOrgID":"o-exampleorgid"}}""", false)]
    [InlineData("""{"StringEqualsIfExists":{"aws:PrincipalOrgID":"o-exampleorgid"}}""", true)]
    [InlineData("""{"StringNotEquals":{"aws:PrincipalOrgID":"o-exampleorgid"}}""", true)]
    [InlineData("""{"ForAllValues:StringEquals":{"aws:PrincipalOrgPaths":"o-exampleorgid/r-a/"}}""", true)]
    [InlineData("""{"StringLike":{"aws:SourceVpc":"vpc-*"}}""", true)]
    [InlineData("""{"StringEquals":{"aws:SourceVpc":"vpc-91237329"}}""", false)]
    [InlineData("""{"StringEquals":{"aws:SourceVpc":"${aws:userid}"}}""", true)]
    [InlineData("""{"IpAddress":{"aws:SourceIp":["203.0.113.0/24","2001:db8::/32"]}}""", false)]
    [InlineData("""{"IpAddress":{"aws:SourceIp":["203.0.113.0/24","0.0.0.0/1"]}}""", true)]
    [InlineData("""{"ArnLike":{"s3:DataAccessPointArn":"arn:aws:s3:us-east-1:444455556666:accesspoint/*"}}""", false)]
    [InlineData("""{"ArnLike":{"s3:DataAccessPointArn":"arn:aws:s3:us-east-1:*:accesspoint/one"}}""", true)]
    [InlineData("""{"StringLike":{"s3:prefix":"*"},"StringEquals":{"aws:SourceAccount":"444455556666"}}""", false)]
    public void A_policy_for_everybody_is_public_unless_a_condition_holds_the_caller_to_fixed_values(string? condition, bool expected) =>
        Policy("*", condition).ShouldBe(expected);

    [Fact]
    public void A_policy_for_an_account_is_not_public() => Policy("444455556666", condition: null).ShouldBeFalse();

    private static bool Policy(string principal, string? condition)
    {
        var statement = new JsonObject
        {
            ["Effect"] = "Allow",
            ["Principal"] = new JsonObject { ["AWS"] = principal },
            ["Action"] = "s3:ListBucket",
            ["Resource"] = "arn:aws:s3:::acme",
        };
        if (condition is not null) statement["Condition"] = JsonNode.Parse(condition);
        var document = new JsonObject { ["Version"] = "2012-10-17", ["Statement"] = statement };
        return PolicyParser.Parse(document.ToJsonString()).Statements.Any(PublicStatements.Has);
    }
}
