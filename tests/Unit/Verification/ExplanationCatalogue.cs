using ServerlessDrives.Access;
using ServerlessDrives.Access.Policies;
using ServerlessDrives.Verification.Explaining;
using ServerlessDrives.Verification.Reports;
using Shouldly;
using Xunit;
using static ServerlessDrives.Tests.Shared.ParsedValues;

namespace ServerlessDrives.Tests.Unit.Verification;

/// <summary>
/// The causes that AWS's texts and the drive's own settings show, one test for each: the explanation names that cause, the fix what mends
/// it, and neither names a cause that wasn't seen.
/// </summary>
public sealed class ExplanationCatalogue
{
    private const string Role = "arn:aws:iam::444455556666:role/drives";
    private const string Mine = "arn:aws:kms:us-east-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    private const string Older = "arn:aws:kms:us-east-1:444455556666:key/99999999-12ab-34cd-56ef-1234567890ab";
    private const string OurSide = "Nothing to change on your side";

    private static readonly KnownCheck[] Calls =
    [
        KnownCheck.ObjectsListable,
        KnownCheck.ObjectWritable,
        KnownCheck.ObjectReadable,
        KnownCheck.VersionReadable,
        KnownCheck.VersionDeletable,
        KnownCheck.AclReadable,
        KnownCheck.AclWritable,
        KnownCheck.UploadsListable,
        KnownCheck.PartsListable,
        KnownCheck.UploadAbortable,
        KnownCheck.ObjectDeletable,
    ];

    /// <summary>How AWS's text ends, what the explanation and the fix must say.</summary>
    private static readonly (string Kind, string Ends, string Explains, string Fixes)[] Policies =
    [
        (
            "identity allows nothing",
            " because no identity-based policy allows the {0} action",
            "No policy of the role drives allows {0}",
            "Add to a policy of the role"),
        (
            "identity denies",
            " with an explicit deny in an identity-based policy",
            "A policy of the role drives explicitly denies {0}",
            "Remove that Deny"),
        (
            "bucket allows nothing",
            " because no resource-based policy allows the {0} action",
            "doesn't admit the role drives for {0}",
            "Save the bucket policy"),
        (
            "bucket denies",
            " with an explicit deny in a resource-based policy",
            "explicitly denies {0} to the role drives",
            "Change the Deny in the bucket policy"),
        ("session", " because no session policy allows the {0} action", "policy of our own session", OurSide),
        (
            "boundary",
            " because no permissions boundary allows the {0} action",
            "The permissions boundary of the role drives",
            "permissions boundary too"),
        (
            "service control policy",
            " with an explicit deny in a service control policy",
            "A service control policy of your AWS organization",
            "administrators of your AWS organization"),
        (
            "resource control policy",
            " with an explicit deny in a resource control policy",
            "A resource control policy of your AWS organization",
            "administrators of your AWS organization"),
        ("endpoint", " with an explicit deny in a VPC endpoint policy", "policy of a VPC endpoint", "VPC endpoint's policy"),
        (
            "public access block",
            " because public access is blocked by the BlockPublicAccess settings",
            "Block Public Access",
            "needs no public access"),
    ];

    public static TheoryData<string, string> PolicyRows
    {
        get
        {
            var rows = new TheoryData<string, string>();
            foreach (var (kind, _, _, _) in Policies)
            {
                foreach (var call in Calls)
                    rows.Add(kind, call.Permission!);
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(PolicyRows))]
    public void The_kind_of_policy_that_AWS_names_is_the_one_that_is_explained(string kind, string action)
    {
        var (_, ends, explains, fixes) = Policies.Single(policy => policy.Kind == kind);
        var call = Calls.First(known => known.Permission == action);
        var message =
            $"User: arn:aws:sts::444455556666:assumed-role/drives/con_1 is not authorized to perform: {action} on resource: " +
            $"\"arn:aws:s3:::acme-documents/x\"{string.Format(System.Globalization.CultureInfo.InvariantCulture, ends, action)}";
        var (explanation, fix) = Of(call, 403, "AccessDenied", message);
        explanation.ShouldContain(string.Format(System.Globalization.CultureInfo.InvariantCulture, explains, action), Case.Sensitive);
        explanation.ShouldContain(kind is "session" ? "session" : action, Case.Sensitive);
        fix.ShouldContain(fixes, Case.Sensitive);
        explanation.ShouldNotContain("another organization");
        foreach (var (other, _, otherwise, _) in Policies)
        {
            if (other != kind)
                explanation.ShouldNotContain(
                    string.Format(System.Globalization.CultureInfo.InvariantCulture, otherwise, action),
                    Case.Sensitive);
        }
    }

    /// <summary>STS's texts when it refuses a session with the role.</summary>
    [Theory]
    [InlineData(
        "AccessDenied",
        "is not authorized to perform: sts:AssumeRole on resource: r",
        "doesn't say which of these",
        "Save this as the trust policy"
    )]
    [InlineData(
        "AccessDenied",
        "is not authorized to perform: sts:AssumeRole on resource: r",
        "a source address, MFA, an organization, a session name",
        "Save this as the trust policy"
    )]
    [InlineData(
        "AccessDenied",
        "is not authorized to perform: sts:AssumeRole on resource: r because no identity-based policy allows the sts:AssumeRole action",
        "Our own principal arn:aws:iam::111122223333:user/serverless-drives has no policy",
        OurSide
    )]
    [InlineData(
        "AccessDenied",
        "is not authorized to perform: sts:AssumeRole on resource: r with an explicit deny in an identity-based policy",
        "A policy of our own principal",
        OurSide
    )]
    [InlineData(
        "AccessDenied",
        "is not authorized to perform: sts:AssumeRole on resource: r because no permissions boundary allows the sts:AssumeRole action",
        "permissions boundary of our own principal",
        OurSide
    )]
    [InlineData(
        "AccessDenied",
        "is not authorized to perform: sts:AssumeRole on resource: r because no session policy allows the sts:AssumeRole action",
        "session of our own principal",
        OurSide
    )]
    [InlineData(
        "AccessDenied",
        "is not authorized to perform: sts:AssumeRole on resource: r with an explicit deny in a service control policy",
        "our own AWS organization",
        OurSide
    )]
    [InlineData(
        "AccessDenied",
        "is not authorized to perform: sts:AssumeRole on resource: r with an explicit deny in a VPC endpoint policy",
        "VPC endpoint of ours",
        OurSide
    )]
    [InlineData(
        "AccessDenied",
        "is not authorized to perform: sts:AssumeRole on resource: r with an explicit deny in a resource control policy",
        "resource control policy of your AWS organization",
        "administrators of your AWS organization"
    )]
    [InlineData(
        "AccessDenied",
        "is not authorized to perform: sts:AssumeRole on resource: r with an explicit deny in a resource-based policy",
        "A Deny in the trust policy",
        "Remove that Deny"
    )]
    [InlineData(
        "AccessDenied",
        "is not authorized to perform: sts:AssumeRole on resource: r because no resource-based policy allows the sts:AssumeRole action",
        "The trust policy of the role drives doesn't allow",
        "sts:ExternalId"
    )]
    [InlineData(
        "AccessDenied",
        "is not authorized to perform: sts:AssumeRole on resource: r because no role trust policy allows the sts:AssumeRole action",
        "The trust policy of the role drives doesn't allow",
        "sts:ExternalId"
    )]
    [InlineData(
        "AccessDenied",
        "is not authorized to perform: sts:TagSession on resource: r because no identity-based policy allows the sts:TagSession action",
        "allows sts:TagSession",
        OurSide
    )]
    [InlineData("RegionDisabledException", "STS is not activated in this region", "switched off for us-east-1", "Activate STS")]
    [InlineData(
        "InvalidClientTokenId",
        "The security token included in the request is invalid",
        "our own credentials (InvalidClientTokenId)",
        OurSide
    )]
    [InlineData("UnrecognizedClientException", "", "our own credentials (UnrecognizedClientException)", OurSide)]
    [InlineData("SignatureDoesNotMatch", "", "our own credentials (SignatureDoesNotMatch)", OurSide)]
    [InlineData("IncompleteSignature", "", "our own credentials (IncompleteSignature)", OurSide)]
    [InlineData("MissingAuthenticationToken", "", "our own credentials (MissingAuthenticationToken)", OurSide)]
    [InlineData("MalformedPolicyDocument", "Invalid principal in policy", "was deleted and made again", "Save the trust policy")]
    [InlineData("MalformedPolicyDocument", "Syntax errors in policy", "Syntax errors in policy", OurSide)]
    [InlineData("PackedPolicyTooLarge", "", "too large for AWS", "shorter path")]
    [InlineData(
        "ValidationError",
        "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        "only sessions shorter than ours",
        "--max-session-duration 3600"
    )]
    [InlineData("ValidationError", "1 validation error detected", "refused with ValidationError", "request id")]
    [InlineData("InvalidIdentityToken", "", "(InvalidIdentityToken)", OurSide)]
    [InlineData("ExpiredTokenException", "", "(ExpiredTokenException)", OurSide)]
    [InlineData("IDPRejectedClaim", "", "(IDPRejectedClaim)", OurSide)]
    [InlineData("RequestTimeTooSkewed", "", "Our clock differs", OurSide)]
    [InlineData("RequestExpired", "", "(RequestExpired)", OurSide)]
    [InlineData("InvalidAction", "Unsupported action AssumeRole", "has no AssumeRole", "access key")]
    [InlineData("NoSuchEntity", "", "There is no role", "Correct the role's ARN")]
    public void What_STS_refuses_is_told_and_whose_side_it_is_on(string code, string message, string explains, string fixes)
    {
        // Wherever a session is needed, the sentence is the same.
        foreach (var call in (KnownCheck[])[KnownCheck.TrustAccepted, KnownCheck.ObjectReadable, KnownCheck.ObjectsListable])
        {
            var refused = new Fault.Refused(403, code, $"User: x {message}", "request")
            {
                Principal = Read(PrincipalArn.Parse("arn:aws:iam::111122223333:user/serverless-drives")),
            };
            var explained = Explaining(call == KnownCheck.TrustAccepted).Of(call, refused);
            explained.Text.ShouldContain(explains, Case.Sensitive);
            explained.Fix.ShouldContain(fixes, Case.Sensitive);
            explained.IsOurs.ShouldBe(fixes == OurSide);
            explained.Text.ShouldNotContain("another organization");
        }
    }

    /// <summary>KMS, by way of S3: which key, and by which policy.</summary>
    [Theory]
    [InlineData(
        "kms:GenerateDataKey",
        Mine,
        " because no identity-based policy allows the kms:GenerateDataKey action",
        $"No policy of the role drives allows kms:GenerateDataKey on the KMS key {Mine}",
        "The key's own policy must admit it too"
    )]
    [InlineData(
        "kms:Decrypt",
        Mine,
        " because no resource-based policy allows the kms:Decrypt action",
        $"The policy of the KMS key {Mine} doesn't admit",
        "kms:Decrypt"
    )]
    [InlineData(
        "kms:Decrypt",
        Mine,
        " with an explicit deny in an identity-based policy",
        "A policy of the role drives explicitly denies kms:Decrypt",
        "kms:Decrypt"
    )]
    [InlineData(
        "kms:Decrypt",
        Mine,
        " with an explicit deny in a resource-based policy",
        $"The policy of the KMS key {Mine} explicitly denies",
        "kms:Decrypt"
    )]
    [InlineData(
        "kms:Decrypt",
        Mine,
        " because no permissions boundary allows the kms:Decrypt action",
        "The permissions boundary of the role drives",
        "kms:Decrypt"
    )]
    [InlineData(
        "kms:Decrypt",
        Mine,
        " with an explicit deny in a service control policy",
        "your AWS organization denies kms:Decrypt",
        "kms:Decrypt"
    )]
    [InlineData("kms:Decrypt", Mine, " because no session policy allows the kms:Decrypt action", "policy of our own session", OurSide)]
    [InlineData(
        "kms:Decrypt",
        Older,
        " because no identity-based policy allows the kms:Decrypt action",
        $"on the KMS key {Older}. It isn't the drive's key {Mine}",
        $"on the KMS key {Older} in a policy of the role"
    )]
    [InlineData(
        "kms:Decrypt",
        "the resource associated with this ciphertext",
        " because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy " +
        "explicitly denies access",
        "the KMS key that the file is encrypted with",
        "kms:Decrypt"
    )]
    public void The_key_that_was_refused_is_the_one_that_is_named(string action, string key, string ends, string explains, string fixes)
    {
        var (explanation, fix) = Of(
            KnownCheck.ObjectReadable,
            403,
            "AccessDenied",
            $"User: x is not authorized to perform: {action} on resource: {key}{ends}");
        explanation.ShouldContain(explains, Case.Sensitive);
        fix.ShouldContain(fixes, Case.Sensitive);
        if (key == Older)
            fix.ShouldNotContain(Mine);
    }

    [Theory]
    [InlineData("Access Denied because object protected by object lock.", "under Object Lock", "without a default retention")]
    [InlineData("Mfa Authentication must be used for this request", "MFA Delete is on", "Turn MFA Delete off")]
    public void What_keeps_a_version_from_being_deleted_is_named(string message, string explains, string fixes)
    {
        var (explanation, fix) = Of(KnownCheck.VersionDeletable, 403, "AccessDenied", message);
        explanation.ShouldContain(explains, Case.Sensitive);
        fix.ShouldContain(fixes, Case.Sensitive);
    }

    /// <summary>What a Deny may have looked at is told as it was sent, and nothing is guessed of the Deny.</summary>
    [Theory]
    [InlineData("none", "no encryption header")]
    [InlineData("sse-s3", "x-amz-server-side-encryption AES256")]
    [InlineData("sse-kms", $"aws:kms with the key {Mine}")]
    public void A_deny_of_a_write_is_told_with_what_was_sent(string encryption, string sent)
    {
        var (explanation, _) = Explaining(trust: false, encryption: encryption)
            .Of(
                KnownCheck.ObjectWritable,
                new Fault.Refused(
                    403,
                    "AccessDenied",
                    "x is not authorized to perform: s3:PutObject on resource: y with an explicit deny in a resource-based policy",
                    "request"));
        explanation.ShouldContain(sent, Case.Sensitive);
        explanation.ShouldContain("without an access control list (x-amz-acl)", Case.Sensitive);
        explanation.ShouldContain("UNSIGNED-PAYLOAD", Case.Sensitive);
    }

    [Fact]
    public void A_refusal_without_a_reason_names_no_cause()
    {
        var (explanation, _) = Of(KnownCheck.ObjectsListable, 403, "AccessDenied", "Access Denied");
        explanation.ShouldContain("gave no reason", Case.Sensitive);
        explanation.ShouldNotContain("belongs to another");
    }

    [Fact]
    public void A_session_policy_that_had_to_be_cut_is_told_as_such()
    {
        var (explanation, fix) = Explaining(trust: false, path: string.Join('/', Enumerable.Repeat("a-long-folder", 60)))
            .Of(
                KnownCheck.ObjectReadable,
                new Fault.Refused(403, "AccessDenied", "… because no session policy allows the s3:GetObject action", "request"));
        explanation.ShouldContain("had to be cut", Case.Sensitive);
        fix.ShouldContain(OurSide);
    }

    [Fact]
    public void What_a_user_lacks_is_told_of_the_user()
    {
        foreach (
            var (kind, ends, _, _) in Policies.Where(policy =>
                policy.Kind is "identity allows nothing" or "identity denies" or "bucket denies" or "boundary"))
        {
            var text = string.Format(System.Globalization.CultureInfo.InvariantCulture, ends, "s3:GetObject");
            var (explanation, _) = Explaining(trust: false, byKey: true)
                .Of(KnownCheck.ObjectReadable, new Fault.Refused(403, "AccessDenied", text, "request"));
            explanation.ShouldContain("access key AKIAEXAMPLEEXAMPLE", Case.Sensitive, kind);
        }
    }

    private static Explanation Of(KnownCheck call, int status, string code, string message) =>
        Explaining(trust: false).Of(call, new Fault.Refused(status, code, message, "request"));

    private static Explanations Explaining(bool trust, string encryption = "sse-kms", string path = "claims/inbox", bool byKey = false)
    {
        var region = Read(Region.Parse("us-east-1"));
        Encryption chosen = encryption switch
        {
            "none" => Encryption.Nothing,
            "sse-s3" => Encryption.S3Managed,
            _ => new Encryption.SseKms(Read(KmsKeyArn.Parse(Mine))),
        };
        DriveCredentials credentials = byKey
            ? new DriveCredentials.AccessKey(Read(AccessKeyId.Parse("AKIAEXAMPLEEXAMPLE")), SecretName.New(), "1")
            : new DriveCredentials.Role(Read(RoleArn.Parse(Role)), ExternalId.New());
        var access = new BucketAccess("con_1", Read(BucketName.Parse("acme-documents")), region, Read(DrivePath.Parse(path)), chosen);
        return new Explanations(new Scene(credentials, Principal: null, region, trust ? null : access));
    }
}
