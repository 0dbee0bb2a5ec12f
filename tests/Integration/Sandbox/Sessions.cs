using System.Net;
using System.Text.Json.Nodes;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Amazon.SecurityToken.Model;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Sandbox;

/// <summary>Roles and their sessions: who may, how far, and until when.</summary>
public sealed class Sessions(S3Fixture sandbox) : IClassFixture<S3Fixture>
{
    private const string Bucket = "acme-documents";
    private const string Everything = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}""";

    private AWSCredentials Us => new BasicAWSCredentials(sandbox.Seeded.Principal.AccessKeyId, sandbox.Seeded.Principal.SecretAccessKey);

    [Fact]
    public async Task A_role_is_assumed_only_with_its_external_id()
    {
        var role = await RoleAsync("external", externalId: "drive-42");
        using var sts = sandbox.Sts(Us);
        foreach (var wrong in (string?[])[null, "drive-43", "DRIVE-42"])
            await RefusedAsync(sts.AssumeRoleAsync(Request(role, wrong)), HttpStatusCode.Forbidden, "AccessDenied");
        await RefusedAsync(sts.AssumeRoleAsync(Request(role, "x")), HttpStatusCode.BadRequest, "ValidationError");
        var session = await sts.AssumeRoleAsync(Request(role, "drive-42"));
        using var assumed = sandbox.Sts(session.Credentials);
        var identity = await assumed.GetCallerIdentityAsync(new GetCallerIdentityRequest());
        identity.Account.ShouldBe("444455556666");
        identity.Arn.ShouldEndWith("/drv1");
        identity.UserId.ShouldStartWith("AROA");
        // A stranger to the role, though its own account lets it do everything.
        using var stranger = sandbox.Sts(sandbox.Stranger);
        await RefusedAsync(stranger.AssumeRoleAsync(Request(role, "drive-42")), HttpStatusCode.Forbidden, "AccessDenied");
    }

    [Fact]
    public async Task A_role_that_is_not_there_reads_like_one_that_does_not_trust()
    {
        using var sts = sandbox.Sts(Us);
        await RefusedAsync(
            sts.AssumeRoleAsync(Request("arn:aws:iam::444455556666:role/nobody", null)),
            HttpStatusCode.Forbidden,
            "AccessDenied");
        await RefusedAsync(
            sts.AssumeRoleAsync(Request("arn:aws:iam::444455556666:user/nobody", null)),
            HttpStatusCode.BadRequest,
            "ValidationError");
    }

    [Fact]
    public async Task A_session_policy_narrows_what_the_role_may()
    {
        var role = await RoleAsync("narrow");
        using var sts = sandbox.Sts(Us);
        var request = Request(role, null);
        request.Policy =
            """{"Version":"2012-10-17","Statement":"""
                + """[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-documents/claims/*"}]}""";
        using var s3 = sandbox.Client((await sts.AssumeRoleAsync(request)).Credentials);
        (await s3.GetTextAsync(Bucket, "claims/inbox/readme.md")).ShouldNotBeEmpty();
        var refusal = await s3.GetTextAsync(Bucket, "README.txt").ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "AccessDenied");
        refusal.Message.ShouldContain("no session policy allows the s3:GetObject action");
        request.Policy = null;
        request.PolicyArns = [new PolicyDescriptorType { Arn = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess" }];
        using var reader = sandbox.Client((await sts.AssumeRoleAsync(request)).Credentials);
        (await reader.GetTextAsync(Bucket, "README.txt")).ShouldNotBeEmpty();
        await reader.PutTextAsync(Bucket, "session", "x").ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "AccessDenied");
        request.PolicyArns = null;
        request.Policy = new string(' ', 2000) + Everything;
        await RefusedAsync(sts.AssumeRoleAsync(request), HttpStatusCode.BadRequest, "ValidationError");
    }

    [Fact]
    public async Task A_role_made_again_is_another_for_every_policy_that_named_it()
    {
        var role = await RoleAsync("again", permissions: null);
        using var owner = sandbox.Client();
        var bucket = await owner.NewBucketAsync();
        await owner.PutTextAsync(bucket, "a", "x");
        await owner.PutBucketPolicyAsync(
            bucket,
            """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"""
                + $$"""{"AWS":"{{role}}"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::{{bucket}}/*"}]}"""
        );
        (await owner.GetBucketPolicyAsync(bucket)).Policy.ShouldContain(role);
        using var sts = sandbox.Sts(Us);
        using var before = sandbox.Client((await sts.AssumeRoleAsync(Request(role, null))).Credentials);
        (await before.GetTextAsync(bucket, "a")).ShouldBe("x");

        await sandbox.Administrator.IamAsync("DeleteRole", ("RoleName", "again"));
        (await RoleAsync("again", permissions: null)).ShouldBe(role);
        using var after = sandbox.Client((await sts.AssumeRoleAsync(Request(role, null))).Credentials);
        await after.GetTextAsync(bucket, "a").ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "AccessDenied");
        var shown = (await owner.GetBucketPolicyAsync(bucket)).Policy;
        shown.ShouldContain("AROA");
        await owner.PutBucketPolicyAsync(bucket, shown).ShouldBeRefusedAsync(HttpStatusCode.BadRequest, "MalformedPolicy");
        await owner.PutBucketPolicyAsync(bucket, shown.Replace(IdIn(shown), role, StringComparison.Ordinal));
        (await after.GetTextAsync(bucket, "a")).ShouldBe("x");
    }

    [Fact]
    public async Task A_presigned_link_ends_with_its_time()
    {
        using var s3 = sandbox.Client();
        var link = new Uri(
            await s3.GetPreSignedURLAsync(
                new GetPreSignedUrlRequest
                {
                    BucketName = Bucket,
                    Key = "README.txt",
                    Expires = DateTime.UtcNow.AddMinutes(1),
                    Protocol = Protocol.HTTP,
                }));
        using var http = new HttpClient();
        (await http.GetAsync(link)).StatusCode.ShouldBe(HttpStatusCode.OK);
        try
        {
            sandbox.Clock.Ahead = TimeSpan.FromMinutes(2);
            using var late = await http.GetAsync(link);
            late.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
            (await late.Content.ReadAsStringAsync()).ShouldContain("Request has expired");
        }
        finally
        {
            sandbox.Clock.Ahead = TimeSpan.Zero;
        }
    }

    [Fact]
    public async Task An_access_key_that_is_switched_off_opens_nothing()
    {
        await sandbox.Administrator.IamAsync("CreateUser", ("UserName", "temp"));
        await sandbox.Administrator.PutUserPolicyAsync("temp", "all", JsonNode.Parse(Everything)!);
        var made = await sandbox.Administrator.IamAsync("CreateAccessKey", ("UserName", "temp"));
        string Of(string element) => made.Split($"<{element}>")[1].Split($"</{element}>")[0];
        using var s3 = sandbox.Client(new BasicAWSCredentials(Of("AccessKeyId"), Of("SecretAccessKey")));
        await s3.ListBucketsAsync();
        await sandbox.Administrator.IamAsync(
            "UpdateAccessKey",
            ("UserName", "temp"),
            ("AccessKeyId", Of("AccessKeyId")),
            ("Status", "Inactive"));
        await s3.ListBucketsAsync().ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "InvalidAccessKeyId");
        await sandbox.Administrator.IamAsync(
            "UpdateAccessKey",
            ("UserName", "temp"),
            ("AccessKeyId", Of("AccessKeyId")),
            ("Status", "Active"));
        await s3.ListBucketsAsync();
        await sandbox.Administrator.IamAsync("DeleteAccessKey", ("UserName", "temp"), ("AccessKeyId", Of("AccessKeyId")));
        await s3.ListBucketsAsync().ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "InvalidAccessKeyId");
        using var mistyped = sandbox.Client(new BasicAWSCredentials(sandbox.AccessKeyId, "not the secret"));
        await mistyped.ListBucketsAsync().ShouldBeRefusedAsync(HttpStatusCode.Forbidden, "SignatureDoesNotMatch");
    }

    private async Task<string> RoleAsync(string name, string? externalId = null, string? permissions = Everything)
    {
        var statement = new JsonObject
        {
            ["Effect"] = "Allow",
            ["Principal"] = new JsonObject { ["AWS"] = sandbox.Seeded.PrincipalArn },
            ["Action"] = "sts:AssumeRole",
        };
        if (externalId is not null)
            statement["Condition"] = new JsonObject { ["StringEquals"] = new JsonObject { ["sts:ExternalId"] = externalId } };
        var arn = await sandbox.Administrator.CreateRoleAsync(
            name,
            AwsAdministrator.Policy(statement));
        if (permissions is not null)
            await sandbox.Administrator.PutRolePolicyAsync(name, JsonNode.Parse(permissions)!);
        return arn;
    }

    private static AssumeRoleRequest Request(string role, string? externalId) =>
        new()
        {
            RoleArn = role,
            RoleSessionName = "drv1",
            ExternalId = externalId,
        };

    private static string IdIn(string policy) => policy[policy.IndexOf("AROA", StringComparison.Ordinal)..][..21];

    private static async Task RefusedAsync(Task call, HttpStatusCode status, string code)
    {
        var refusal = await call.ShouldThrowAsync<AmazonServiceException>();
        refusal.ErrorCode.ShouldBe(code, refusal.Message);
        refusal.StatusCode.ShouldBe(status);
    }
}
