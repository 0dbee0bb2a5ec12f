using System.Net;
using System.Text.Json.Nodes;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using ServerlessDrives.Embedded.Cloud.Sandbox;
using ServerlessDrives.Embedded.Cloud.Sandbox.S3.Storage;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Sandbox;

/// <summary>The public cases where the sandbox wasn't like AWS, by their numbers.</summary>
public sealed class PublicCases(S3Fixture sandbox) : IClassFixture<S3Fixture>, IDisposable
{
    private const string Version = "\"Version\":\"2012-10-17\"";
    private readonly AmazonS3Client s3 = sandbox.Client();

    public void Dispose()
    {
        sandbox.Faults.Clear();
        s3.Dispose();
    }

    [Fact]
    public async Task Case_1_a_policy_that_denies_whatever_comes_without_tls_lets_the_sandbox_be_used()
    {
        var bucket = await s3.NewBucketAsync();
        await s3.PutBucketPolicyAsync(
            bucket,
            $$$"""{{{{Version}}},"Statement":[{{{Deny(bucket, "s3:*", """{"Bool":{"aws:SecureTransport":"false"}}""")}}}]}""");
        await s3.PutTextAsync(bucket, "a", "x");
        (await s3.GetBucketPolicyAsync(bucket)).Policy.ShouldContain("aws:SecureTransport");
        sandbox.Faults.Apply(new FaultWish(PlainHttp: true));
        await s3.GetTextAsync(bucket, "a").ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "AccessDenied");
        using var overTls = sandbox.TlsClient();
        (await overTls.GetTextAsync(bucket, "a")).ShouldBe("x");
    }

    [Fact]
    public async Task Case_1_the_version_of_tls_is_1_3()
    {
        var bucket = await s3.NewBucketAsync();
        await s3.PutBucketPolicyAsync(
            bucket,
            $$$"""{{{{Version}}},"Statement":[{{{Deny(bucket, "s3:*", """{"NumericLessThan":{"s3:TlsVersion":"1.3"}}""")}}}]}""");
        await s3.PutTextAsync(bucket, "a", "x");
        await s3.PutBucketPolicyAsync(
            bucket,
            $$$"""{{{{Version}}},"Statement":[{{{Deny(bucket, "s3:GetObject", """{"NumericLessThan":{"s3:TlsVersion":1.4}}""")}}}]}""");
        await s3.GetTextAsync(bucket, "a").ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "AccessDenied");
    }

    [Theory]
    [InlineData(true, "", true)]
    [InlineData(true, "/*", false)]
    [InlineData(false, "", false)]
    [InlineData(false, "/*", true)]
    public async Task Case_2_with_a_bucket_key_the_encryption_context_is_the_buckets_arn(bool bucketKey, string context, bool allowed)
    {
        var bucket = await s3.NewBucketAsync();
        await s3.PutBucketEncryptionAsync(new PutBucketEncryptionRequest
        {
            BucketName = bucket,
            ServerSideEncryptionConfiguration = new()
            {
                ServerSideEncryptionRules =
                [
                    new()
                    {
                        BucketKeyEnabled = bucketKey,
                        ServerSideEncryptionByDefault = new()
                        {
                            ServerSideEncryptionAlgorithm = ServerSideEncryptionMethod.AWSKMS,
                            ServerSideEncryptionKeyManagementServiceKeyId = sandbox.Seeded.KmsKeyArn,
                        },
                    },
                ],
            },
        });
        using var writer = sandbox.Client(sandbox.UserOf(Seed.CustomerAccount, $$$"""
            {{{{Version}}},"Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"},
            {"Effect":"Allow","Action":["kms:GenerateDataKey","kms:Decrypt"],"Resource":"*",
             "Condition":{"StringLike":{"kms:EncryptionContext:aws:s3:arn":"arn:aws:s3:::{{{bucket}}}{{{context}}}"} } }]}
            """));
        if (allowed)
        {
            (await writer.PutTextAsync(bucket, "a", "x")).BucketKeyEnabled.GetValueOrDefault().ShouldBe(bucketKey);
            (await writer.GetTextAsync(bucket, "a")).ShouldBe("x");
            return;
        }

        (await writer.PutTextAsync(bucket, "a", "x").ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "AccessDenied")).Message.ShouldContain(
            "kms:GenerateDataKey");
    }

    [Theory]
    [InlineData("受信箱/請求書", "1 validation error detected")]
    [InlineData("a\u007fb\u00ff", null)]
    [InlineData("Ā", "[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+")]
    public async Task Case_9_iam_takes_no_character_beyond_latin_1(string path, string? refusal)
    {
        var resource = $"arn:aws:s3:::acme-documents/{path}/*";
        var role = $$"""{{{Version}},"Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"{{resource}}"}]}""";
        var trust =
            $$"""{{{Version}},"Statement":[{"Effect":"Allow","Principal":"""
                + $$"""{"AWS":"444455556666"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"{{path}}"} } }]}""";
        var name = "case-9-" + Guid.NewGuid().ToString("n");
        Task[] calls =
        [
            sandbox.Administrator.IamAsync(
                "PutUserPolicy",
                ("UserName", sandbox.Seeded.DriveUser.UserName),
                ("PolicyName", "case-9"),
                ("PolicyDocument", role)),
            sandbox.Administrator.IamAsync("CreatePolicy", ("PolicyName", name), ("PolicyDocument", role)),
            sandbox.Administrator.IamAsync("CreateRole", ("RoleName", name), ("AssumeRolePolicyDocument", trust)),
        ];
        foreach (var call in calls)
        {
            if (refusal is null)
            {
                await call;
                continue;
            }

            var refused = await call.ShouldThrowAsync<InvalidOperationException>();
            refused.Message.ShouldContain("<Code>ValidationError</Code>");
            refused.Message.ShouldContain(refusal);
        }
    }

    [Fact]
    public async Task Case_9_written_with_escapes_the_same_document_is_taken_and_means_the_same()
    {
        const string role =
            """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"""
                + """["s3:PutObject","s3:GetObject"],"Resource":"arn:aws:s3:::acme-documents/\u53d7\u4fe1\u7bb1/*"}]}""";
        using var writer = sandbox.Client(sandbox.UserOf(Seed.CustomerAccount, role));
        await writer.PutTextAsync("acme-documents", "受信箱/a", "x");
        await writer.PutTextAsync("acme-documents", "other/a", "x").ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "AccessDenied");
    }

    [Theory]
    [InlineData("""{"AWS":"arn:aws:iam::210987654321:root"}""", true)]
    [InlineData(
        """{"AWS":["210987654321","arn:aws:iam::210987654321:role/somebody","arn:aws:iam::210987654321:user/team/somebody"]}""",
        true
    )]
    [InlineData("""{"AWS":"arn:aws:sts::210987654321:assumed-role/somebody/session"}""", true)]
    [InlineData("""{"AWS":"arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1ABCDEFGHIJKL"}""", true)]
    [InlineData("""{"CanonicalUser":"79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"}""", true)]
    [InlineData("""{"AWS":"arn:aws:iam::21098765432:root"}""", false)]
    [InlineData("""{"AWS":"arn:aws:iam::210987654321:role/some*"}""", false)]
    [InlineData("""{"AWS":"arn:aws:iam::210987654321:group/somebody"}""", false)]
    [InlineData("""{"AWS":"arn:aws:iam::444455556666:role/nobody"}""", false)]
    [InlineData("""{"AWS":"AROADEADDEADDEADDEADX"}""", false)]
    [InlineData("""{"CanonicalUser":"79a5"}""", false)]
    public async Task Case_14_principals_of_accounts_that_are_not_kept_here_are_taken(string principal, bool taken)
    {
        var bucket = await s3.NewBucketAsync();
        var put = s3.PutBucketPolicyAsync(
            bucket,
            $$$"""{{{{Version}}},"Statement":[{"Effect":"Deny","Principal":"""
                + $$$"""{{{principal}}},"Action":"s3:GetObject","Resource":"arn:aws:s3:::{{{bucket}}}/*"}]}"""
        );
        if (taken)
            await put;
        else
            (await put.ShouldBeRefusedAsync(HttpStatusCode.BadRequest, "MalformedPolicy")).Message.ShouldBe("Invalid principal in policy");
    }

    [Fact]
    public async Task Case_14_a_trust_policy_may_name_a_third_account_beside_ours()
    {
        var trust = JsonNode.Parse(
            $$"""{{{Version}},"Statement":[{"Effect":"Allow","Principal":{"AWS":"""
                + $$"""["arn:aws:iam::210987654321:root","{{sandbox.Seeded.PrincipalArn}}"]},"Action":"sts:AssumeRole"}]}"""
        )!;
        var role = await sandbox.Administrator.CreateRoleAsync("case-14", trust);
        using var sts = sandbox.Sts(
            new BasicAWSCredentials(sandbox.Seeded.Principal.AccessKeyId, sandbox.Seeded.Principal.SecretAccessKey));
        (await sts.AssumeRoleAsync(new() { RoleArn = role, RoleSessionName = "case-14" })).Credentials.SessionToken.ShouldNotBeEmpty();
        (await sandbox.Administrator.IamAsync("GetRole", ("RoleName", "case-14"))).ShouldContain("210987654321");
    }

    [Fact]
    public async Task Case_14_a_canonical_user_of_an_account_that_is_kept_here_is_its_account()
    {
        var bucket = await s3.NewBucketAsync();
        await s3.PutTextAsync(bucket, "a", "x");
        await s3.PutBucketPolicyAsync(
            bucket,
            $$"""
            {{{Version}},"Statement":[{"Effect":"Allow",
             "Principal":{"CanonicalUser":"{{Identifiers.CanonicalUser(sandbox.StrangersAccount)}}"},
             "Action":"s3:GetObject","Resource":"arn:aws:s3:::{{bucket}}/*"}]}
            """
        );
        using var stranger = sandbox.Client(sandbox.Stranger);
        (await stranger.GetTextAsync(bucket, "a")).ShouldBe("x");
    }

    private static string Deny(string bucket, string action, string condition) =>
        $$"""{"Effect":"Deny","Principal":"*","Action":"{{action}}","Resource":["arn:aws:s3:::{{bucket}}","arn:aws:s3:::"""
            + $$"""{{bucket}}/*"],"Condition":{{condition}}}""";
}
