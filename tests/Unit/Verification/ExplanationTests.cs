using ServerlessDrives.Access;
using ServerlessDrives.Access.Policies;
using ServerlessDrives.Verification.Explaining;
using ServerlessDrives.Verification.Reports;
using Shouldly;
using Xunit;
using static ServerlessDrives.Tests.Shared.ParsedValues;

namespace ServerlessDrives.Tests.Unit.Verification;

/// <summary>Every refusal that AWS is known for, as a person reads it: what it means here, and what to change.</summary>
public sealed class ExplanationTests
{
    private const string Role = "arn:aws:iam::444455556666:role/drives";
    private const string Key = "arn:aws:kms:us-east-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    private const string OurSide = "Nothing to change on your side";
    private const string Waiting = "verify again in a moment";

    /// <summary>Of which call, the status, the code, AWS's text, what the explanation and the fix must say.</summary>
    private static readonly (string Call, int Status, string Code, string Message, string Explains, string Fixes)[] Table =
    [
        (
            "trust",
            403,
            "AccessDenied",
            "User: x is not authorized to perform: sts:AssumeRole on resource: y",
            "doesn't say which of these",
            "sts:ExternalId"),
        ("trust", 403, "RegionDisabledException", "", "switched off for us-east-1", "Account settings"),
        ("trust", 403, "InvalidClientTokenId", "", "our own credentials", OurSide),
        ("trust", 400, "MalformedPolicyDocument", "Invalid principal in policy", "unique id (AROA", "sts:ExternalId"),
        ("trust", 400, "MalformedPolicyDocument", "Syntax errors in policy.", "Syntax errors", OurSide),
        ("trust", 400, "PackedPolicyTooLarge", "", "too large", "shorter path"),
        ("trust", 400, "IDPCommunicationError", "", "vouches for us", OurSide),
        ("trust", 400, "InvalidIdentityToken", "", "the token by which we sign in", OurSide),
        ("trust", 400, "RequestTimeTooSkewed", "", "Our clock", OurSide),
        ("bucket", 400, "InvalidToken", "", "session's token in us-east-1 (InvalidToken)", OurSide),
        ("bucket", 400, "ExpiredToken", "", "(ExpiredToken)", OurSide),
        ("bucket", 400, "MalformedPolicy", "Invalid principal in policy", "bucket policy of acme-documents is not there", "present ARN"),
        (
            "bucket",
            301,
            "PermanentRedirect",
            "The bucket you are attempting to access must be addressed using the specified endpoint.",
            "another region than us-east-1.",
            "region-correct"),
        (
            "bucket",
            400,
            "AuthorizationHeaderMalformed",
            "The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-west-1'",
            "in eu-west-1",
            "Change the region to eu-west-1"),
        ("bucket", 404, "NoSuchBucket", "", "no bucket acme-documents", "Correct the bucket's name"),
        (
            "bucket",
            403,
            "AccessDenied",
            "User: x is not authorized to perform: s3:ListBucket on resource: y because no identity-based policy allows the " +
            "s3:ListBucket action",
            "Either there is no such file",
            "s3:ListBucket"),
        (
            "bucket",
            403,
            "AccessDenied",
            "User: x is not authorized to perform: kms:GenerateDataKey on resource: k because no identity-based policy allows the " +
            "kms:GenerateDataKey action",
            "kms:GenerateDataKey on the KMS key",
            "The key's own policy must admit it too"),
        (
            "bucket",
            403,
            "AccessDenied",
            "User: x is not authorized to perform: kms:Decrypt on resource: k because no resource-based policy allows the kms:Decrypt " +
            "action",
            "policy of the KMS key",
            "kms:Decrypt"),
        ("bucket", 400, "KMS.NotFoundException", "", "KMS knows no key", "Correct the key's ARN"),
        ("bucket", 400, "KMS.DisabledException", "", "is disabled", "aws kms enable-key"),
        ("bucket", 400, "KMS.KMSInvalidStateException", "", "present state", "cancel-key-deletion"),
        ("bucket", 400, "AccessControlListNotSupported", "", "bucket owner enforced", "None needed"),
        ("bucket", 403, "InvalidObjectState", "", "archived", "restore-object"),
        ("bucket", 412, "PreconditionFailed", "", "exists already", "keys of its own"),
        ("bucket", 409, "ConditionalRequestConflict", "", "Another change of the same key", Waiting),
        ("bucket", 503, "SlowDown", "", "slow down", Waiting),
        ("bucket", 503, "ServiceUnavailable", "", "in trouble each time that it was asked (ServiceUnavailable)", Waiting),
        ("bucket", 500, "InternalError", "", "(InternalError)", Waiting),
        ("bucket", 400, "RequestTimeout", "", "gave up waiting", Waiting),
        ("bucket", 404, "NoSuchKey", "", "no longer there (NoSuchKey)", "Except"),
        ("key", 403, "InvalidAccessKeyId", "", "doesn't know the access key AKIAEXAMPLEEXAMPLE", "a key that is active"),
        ("key", 403, "SignatureDoesNotMatch", "", "secret doesn't belong", "secret access key again"),
        ("key", 404, "SecretUnavailable", "", "vault no longer has", "Give the access key"),
        ("bucket", 403, "RequestTimeTooSkewed", "", "clock differs too much", OurSide),
        ("bucket", 501, "NotImplemented", "A header you provided", "doesn't have this operation", "Use a server that has it"),
        ("bucket", 403, "AccountProblem", "There is a problem with your account", "closed S3 to the account", "AWS Support"),
        ("bucket", 418, "SomethingNew", "Never seen", "refused with SomethingNew (418)", "request id"),
        ("bucket", 403, "AccessDenied", "Access Denied", "gave no reason", "Save both policies"),
        (
            "bucket",
            403,
            "AccessDenied",
            "… because no identity-based policy allows the s3:GetObject action",
            "No policy of the role drives allows s3:GetObject",
            "Add to a policy of the role"),
        (
            "bucket",
            403,
            "AccessDenied",
            "… with an explicit deny in an identity-based policy",
            "A policy of the role drives explicitly denies",
            "Remove that Deny"),
        (
            "bucket",
            403,
            "AccessDenied",
            "… because no resource-based policy allows the s3:GetObject action",
            "doesn't admit the role drives",
            "Save the bucket policy that was offered"),
        (
            "bucket",
            403,
            "AccessDenied",
            "… with an explicit deny in a resource-based policy",
            "bucket policy of acme-documents explicitly denies",
            "Change the Deny"),
        ("bucket", 403, "AccessDenied", "… because no session policy allows the s3:GetObject action", "policy of our own session", OurSide),
        (
            "bucket",
            403,
            "AccessDenied",
            "… because no permissions boundary allows the s3:GetObject action",
            "permissions boundary",
            "permissions boundary too"),
        (
            "bucket",
            403,
            "AccessDenied",
            "… with an explicit deny in a service control policy",
            "your AWS organization denies",
            "administrators of your AWS organization"),
        ("bucket", 403, "AccessDenied", "… with an explicit deny in a VPC endpoint policy", "VPC endpoint", "VPC endpoint's policy"),
        (
            "bucket",
            403,
            "AccessDenied",
            "… because public policies are blocked by the BlockPublicPolicy block public access setting.",
            "Block Public Access",
            "admit the role by name"),
    ];

    public static TheoryData<int> Rows => [.. Enumerable.Range(0, Table.Length)];

    [Theory]
    [MemberData(nameof(Rows))]
    public void Each_code_has_an_explanation_and_a_fix(int row)
    {
        var (explanation, fix) = Of(Table[row]);
        explanation.ShouldContain(Table[row].Explains, Case.Sensitive);
        fix.ShouldContain(Table[row].Fixes, Case.Sensitive);
        explanation.ShouldEndWith(".");
    }

    [Fact]
    public void No_two_codes_are_explained_alike()
    {
        // One sentence serves a code that means the same in STS and in S3.
        var explained = Table.Where(row => row.Code is not "RequestTimeTooSkewed").Select(row => Of(row).Text).ToList();
        explained.ShouldBeUnique();
    }

    [Fact]
    public void Nobody_answering_is_told_apart_from_a_refusal()
    {
        var (explanation, fix) = Explaining("bucket").Of(KnownCheck.ObjectReadable, new Fault.Unreachable("no answer in time"));
        explanation.ShouldContain("no answer in time");
        fix.ShouldContain(Waiting);
    }

    [Theory]
    [InlineData("User: x is not authorized to perform: s3:GetObject on resource: y", "s3:GetObject")]
    [InlineData("User: x is not authorized to perform: s3:GetObject", "s3:GetObject")]
    [InlineData("Access Denied", null)]
    [InlineData("is not authorized to perform: ", null)]
    public void The_refused_action_is_read_from_the_text(string message, string? action) =>
        AccessDeniedText.ActionIn(message).ShouldBe(action);

    private static Explanation Of((string Call, int Status, string Code, string Message, string, string) row) =>
        Explaining(row.Call)
            .Of(
                row.Call == "trust" ? KnownCheck.TrustAccepted : KnownCheck.ObjectReadable,
                new Fault.Refused(row.Status, row.Code, row.Message, "request"));

    private static Explanations Explaining(string call)
    {
        var region = Read(Region.Parse("us-east-1"));
        DriveCredentials credentials =
            call == "key"
                ? new DriveCredentials.AccessKey(Read(AccessKeyId.Parse("AKIAEXAMPLEEXAMPLE")), SecretName.New(), "1")
                : new DriveCredentials.Role(Read(RoleArn.Parse(Role)), ExternalId.New());
        var access = new BucketAccess(
            "con_1",
            Read(BucketName.Parse("acme-documents")),
            region,
            Read(DrivePath.Parse("claims/inbox")),
            new Encryption.SseKms(Read(KmsKeyArn.Parse(Key))));
        return new Explanations(
            new Scene(
                credentials,
                Read(PrincipalArn.Parse("arn:aws:iam::111122223333:user/serverless-drives")),
                region,
                call == "trust" ? null : access));
    }
}
