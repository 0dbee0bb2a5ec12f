using System.Net;
using Amazon.KeyManagementService.Model;
using Amazon.Runtime;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Sandbox;

/// <summary>What the services take for a policy, and what they say of one that they don't take.</summary>
public sealed class Documents(S3Fixture sandbox) : IClassFixture<S3Fixture>
{
    private const string Bucket = "acme-archive";
    private const string Version = "\"Version\":\"2012-10-17\"";

    [Theory]
    [InlineData(
        """{"Effect":"Allow","Principal":"*","Action":"s3:PutObjectVersion","Resource":"arn:aws:s3:::acme-archive/*"}""",
        "Policy has invalid action"
    )]
    [InlineData(
        """{"Effect":"Allow","Principal":"*","Action":"kms:Decrypt","Resource":"arn:aws:s3:::acme-archive/*"}""",
        "Policy has invalid action"
    )]
    [InlineData(
        """{"Effect":"Allow","Principal":"""
            + """{"AWS":"arn:aws:iam::444455556666:role/nobody"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-archive/*"}""",
        "Invalid principal in policy"
    )]
    [InlineData(
        """{"Effect":"Allow","Principal":"""
            + """{"AWS":"arn:aws:iam::444455556666:role/*"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-archive/*"}""",
        "Invalid principal in policy"
    )]
    [InlineData(
        """{"Effect":"Allow","Principal":{"CanonicalUser":"79a5"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-archive/*"}""",
        "Invalid principal in policy"
    )]
    [InlineData(
        """{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-documents/*"}""",
        "Policy has invalid resource"
    )]
    [InlineData(
        """{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-archive-2/*"}""",
        "Policy has invalid resource"
    )]
    [InlineData(
        """{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"acme-archive/*"}""",
        "Policy has invalid resource"
    )]
    [InlineData(
        """{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-archive"}""",
        "Action does not apply to any resource(s) in statement"
    )]
    [InlineData(
        """{"Effect":"Allow","Principal":"*","Action":"s3:ListBucket","Resource":"arn:aws:s3:::acme-archive/*"}""",
        "Action does not apply to any resource(s) in statement"
    )]
    [InlineData(
        """{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-archive/*"}""",
        "Missing required field Principal"
    )]
    [InlineData("""{"Effect":"Allow","Principal":"*","Action":"s3:GetObject"}""", "Missing required field Resource")]
    [InlineData("""{"Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-archive/*"}""", "Missing required field Effect")]
    [InlineData(
        """{"Effect":"Permit","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-archive/*"}""",
        "Invalid effect: Permit"
    )]
    [InlineData(
        """{"Effect":"Allow","Principals":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-archive/*"}""",
        "Unknown field Principals"
    )]
    [InlineData(
        """{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-archive/*","Condition":"""
            + """{"StringIs":{"aws:userid":"x"}}}""",
        "Invalid Condition type : StringIs"
    )]
    [InlineData(
        """{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-archive/*","Condition":"""
            + """{"StringEquals":{"s3:path":"x"}}}""",
        "Policy has an invalid condition key"
    )]
    [InlineData(
        """{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-archive/*","Condition":"""
            + """{"StringEquals":{"s3:prefix":"x"}}}""",
        "Conditions do not apply to combination of actions and resources in statement"
    )]
    [InlineData(
        """{"Effect":"Allow","Principal":"*","Action":"""
            + """["s3:ListBucket","s3:ListBucketMultipartUploads"],"Resource":"arn:aws:s3:::acme-archive","Condition":{"StringLike":"""
            + """{"s3:prefix":"x/*"}}}""",
        "Conditions do not apply to combination of actions and resources in statement"
    )]
    public async Task A_bucket_policy_that_s3_would_not_take_is_refused(string statement, string text)
    {
        using var s3 = sandbox.Client(region: "eu-west-1");
        var refusal = await s3.PutBucketPolicyAsync(Bucket, $$"""{{{Version}},"Statement":[{{statement}}]}""")
            .ShouldBeRefusedAsync(HttpStatusCode.BadRequest, "MalformedPolicy");
        refusal.Message.ShouldBe(text);
    }

    [Fact]
    public async Task A_bucket_policy_has_its_size_and_its_grammar()
    {
        using var s3 = sandbox.Client(region: "eu-west-1");
        await s3.PutBucketPolicyAsync(Bucket, "{").ShouldBeRefusedAsync(HttpStatusCode.BadRequest, "MalformedPolicy");
        await s3.PutBucketPolicyAsync(Bucket, """{"Version":"2020-01-01","Statement":[]}""")
            .ShouldBeRefusedAsync(HttpStatusCode.BadRequest, "MalformedPolicy");
        const string deny =
            """{"Effect":"Deny","Principal":{"AWS":"111122223333"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-archive/*"}""";
        await s3.PutBucketPolicyAsync(Bucket, $$"""{{{Version}},"Statement":[{{deny}}],{{new string(' ', 20 * 1024)}}"Id":"x"}""")
            .ShouldBeRefusedAsync(HttpStatusCode.BadRequest, "PolicyTooLarge");
        await s3.PutBucketPolicyAsync(Bucket, $$"""{{{Version}},"Statement":[{{deny}}]}""");
        // What was a bare account is shown as its root from then on.
        (await s3.GetBucketPolicyAsync(Bucket)).Policy.ShouldContain("arn:aws:iam::111122223333:root");
        await s3.DeleteBucketPolicyAsync(Bucket);
    }

    [Theory]
    [InlineData(
        """{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:user/nobody"},"Action":"sts:AssumeRole"}""",
        "MalformedPolicyDocument",
        "Invalid principal in policy"
    )]
    [InlineData(
        """{"Effect":"Allow","Principal":{"AWS":"AROADEADDEADDEADDEADX"},"Action":"sts:AssumeRole"}""",
        "MalformedPolicyDocument",
        "Invalid principal in policy"
    )]
    [InlineData(
        """{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"s3:GetObject"}""",
        "MalformedPolicyDocument",
        "may only specify STS AssumeRole actions"
    )]
    [InlineData(
        """{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole","Resource":"*"}""",
        "MalformedPolicyDocument",
        "prohibited field Resource"
    )]
    [InlineData("""{"Effect":"Allow","Action":"sts:AssumeRole"}""", "MalformedPolicyDocument", "Missing required field Principal")]
    [InlineData(
        """{"Sid":"has a space","Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"}""",
        "MalformedPolicyDocument",
        "alpha-numeric"
    )]
    public async Task A_trust_policy_that_iam_would_not_take_is_refused(string statement, string code, string text)
    {
        var refusal = await sandbox
            .Administrator.IamAsync(
                "CreateRole",
                ("RoleName", "refused"),
                ("AssumeRolePolicyDocument", $$"""{{{Version}},"Statement":[{{statement}}]}"""))
            .ShouldThrowAsync<InvalidOperationException>();
        refusal.Message.ShouldContain($"<Code>{code}</Code>");
        refusal.Message.ShouldContain(text);
    }

    [Theory]
    [InlineData("""{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"*"}""", "should not specify a principal")]
    [InlineData("""{"Effect":"Allow","Action":"s3:GetObject"}""", "must contain resources")]
    [InlineData("""{"Effect":"Allow","Action":"GetObject","Resource":"*"}""", "prefaced by a vendor")]
    [InlineData("""{"Effect":"Allow","Action":"s3:GetObject","Resource":"acme-documents"}""", "must be in ARN format")]
    [InlineData("""{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:amazon:s3:::acme-documents"}""", "is not valid for resource")]
    [InlineData("""{"Effect":"Allow","Action":"s3:GetObject","NotAction":"s3:PutObject","Resource":"*"}""", "negation")]
    public async Task A_role_policy_that_iam_would_not_take_is_refused(string statement, string text)
    {
        var refusal = await PutAsync($$"""{{{Version}},"Statement":[{{statement}}]}""").ShouldThrowAsync<InvalidOperationException>();
        refusal.Message.ShouldContain("<Code>MalformedPolicyDocument</Code>");
        refusal.Message.ShouldContain(text);
    }

    [Fact]
    public async Task Policies_of_iam_have_their_sizes_without_their_spaces()
    {
        string Of(int length) =>
            $$"""{{{Version}},"Statement":"""
                + """[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::"""
                + $$"""acme-documents/{{new string('a', length)}}"}]}""";
        (await PutAsync(Of(2048)).ShouldThrowAsync<InvalidOperationException>()).Message.ShouldContain("<Code>LimitExceeded</Code>");
        await PutAsync(Of(500) + new string(' ', 5000));
        await sandbox.Administrator.IamAsync("DeleteUserPolicy", ("UserName", sandbox.Seeded.DriveUser.UserName), ("PolicyName", "size"));
        var trust =
            $$"""{{{Version}},"Statement":[{"Effect":"Allow","Principal":"""
                + """{"AWS":"111122223333"},"Action":"sts:AssumeRole","Condition":{"StringEquals":"""
                + $$"""{"sts:ExternalId":"{{new string('x', 2048)}}"} } }]}""";
        (
            await sandbox
                .Administrator.IamAsync("CreateRole", ("RoleName", "long"), ("AssumeRolePolicyDocument", trust))
                .ShouldThrowAsync<InvalidOperationException>()
        ).Message.ShouldContain("ACLSizePerRole");
    }

    [Fact]
    public async Task A_key_policy_must_leave_its_caller_able_to_change_it()
    {
        using var kms = sandbox.Kms();
        var key = (await kms.CreateKeyAsync(new CreateKeyRequest())).KeyMetadata.Arn;
        string Naming(string principal) =>
            $$"""{{{Version}},"Statement":[{"Sid":"Enable IAM policies","Effect":"Allow","Principal":"""
                + $$"""{"AWS":"{{principal}}"},"Action":"kms:*","Resource":"*"}]}""";
        foreach (var wrong in new[] { Naming("111122223333"), Naming("arn:aws:iam::444455556666:user/nobody"), """{"Statement":[]}""" })
            (await kms.PutKeyPolicyAsync(key, wrong, "default").ShouldThrowAsync<AmazonServiceException>()).ErrorCode.ShouldBe(
                "MalformedPolicyDocumentException");
        await kms.PutKeyPolicyAsync(key, Naming("444455556666"), "default");
        (await kms.GetKeyPolicyAsync(key, "default")).Policy.ShouldContain("arn:aws:iam::444455556666:root");
    }

    private Task PutAsync(string document) =>
        sandbox.Administrator.IamAsync(
            "PutUserPolicy",
            ("UserName", sandbox.Seeded.DriveUser.UserName),
            ("PolicyName", "size"),
            ("PolicyDocument", document));
}
