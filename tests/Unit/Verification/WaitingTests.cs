using ServerlessDrives.Access;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Unit.Verification;

/// <summary>Which refusals are asked again, and for how long.</summary>
public sealed class WaitingTests
{
    [Theory]
    [InlineData(403, "SignatureDoesNotMatch", "")]
    [InlineData(400, "AuthorizationHeaderMalformed", "the region 'us-east-1' is wrong; expecting 'eu-west-1'")]
    [InlineData(301, "PermanentRedirect", "")]
    [InlineData(400, "InvalidArgument", "")]
    public void What_time_doesnt_heal_ends_at_once(int status, string code, string message) =>
        new Fault.Refused(status, code, message, null).MayBePropagation.ShouldBeFalse();

    [Theory]
    [InlineData(404, "NoSuchBucket", "")]
    [InlineData(403, "InvalidAccessKeyId", "")]
    [InlineData(
        403,
        "AccessDenied",
        "User: x is not authorized to perform: s3:ListBucket on resource: y with an explicit deny in a resource-based policy"
    )]
    public void Names_that_nothing_answers_to_and_an_explicit_deny_are_known_soon(int status, string code, string message)
    {
        var fault = new Fault.Refused(status, code, message, null);
        fault.MayBePropagation.ShouldBeTrue();
        fault.IsKnownSoon.ShouldBeTrue();
    }

    [Theory]
    [InlineData(
        "User: x is not authorized to perform: s3:ListBucket on resource: y because no identity-based policy allows the s3:ListBucket " +
        "action"
    )]
    [InlineData("Access Denied")]
    public void What_no_policy_allows_may_take_as_long_as_a_policy_does(string message)
    {
        var fault = new Fault.Refused(403, "AccessDenied", message, null);
        fault.MayBePropagation.ShouldBeTrue();
        fault.IsKnownSoon.ShouldBeFalse();
    }
}
