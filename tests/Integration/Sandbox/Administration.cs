using System.Text.Json.Nodes;
using ServerlessDrives.Embedded.Cloud.Sandbox;
using ServerlessDrives.Embedded.Cloud.Sandbox.Iam;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Sandbox;

/// <summary>What an administrator does in IAM and KMS with the real <c>aws</c> command.</summary>
public sealed class Administration(S3Fixture sandbox) : IClassFixture<S3Fixture>
{
    private const string Everything = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}""";

    [Fact]
    public async Task Roles_with_their_policies_are_created_read_changed_and_deleted()
    {
        string Trust(string id) =>
            """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"""
                + $$"""{"AWS":"{{sandbox.Seeded.PrincipalArn}}"},"Action":"sts:AssumeRole","Condition":{"StringEquals":"""
                + $$"""{"sts:ExternalId":"{{id}}"} } }]}""";
        string[] role = ["--role-name", "drives"];
        var made = await OkAsync([
            "iam",
            "create-role",
            .. role,
            "--path",
            "/apps/",
            "--assume-role-policy-document",
            Trust("one"),
            "--description",
            "Drives",
            "--tags",
            "Key=team,Value=claims",
        ]);
        made["Role"]!["Arn"]!.GetValue<string>().ShouldBe("arn:aws:iam::444455556666:role/apps/drives");
        (await FailAsync(["iam", "create-role", .. role, "--assume-role-policy-document", Trust("one")])).ShouldContain(
            "EntityAlreadyExists");
        await OkAsync(["iam", "update-assume-role-policy", .. role, "--policy-document", Trust("two")]);
        var read = (await OkAsync(["iam", "get-role", .. role]))["Role"]!;
        read["AssumeRolePolicyDocument"]!["Statement"]![0]!["Condition"]!["StringEquals"]!["sts:ExternalId"]!
            .GetValue<string>()
            .ShouldBe("two");
        read["AssumeRolePolicyDocument"]!["Statement"]![0]!["Principal"]!["AWS"]!.GetValue<string>().ShouldBe(sandbox.Seeded.PrincipalArn);
        (await OkAsync(["iam", "list-roles", "--path-prefix", "/apps/"]))["Roles"]!.AsArray().Count.ShouldBe(1);

        await OkAsync(["iam", "put-role-policy", .. role, "--policy-name", "drive", "--policy-document", Everything]);
        (await OkAsync(["iam", "get-role-policy", .. role, "--policy-name", "drive"]))["PolicyDocument"]!["Statement"]![0]!["Action"]!
            .GetValue<string>()
            .ShouldBe("s3:*");
        (await OkAsync(["iam", "list-role-policies", .. role]))["PolicyNames"]!.AsArray().Count.ShouldBe(1);
        (await FailAsync(["iam", "delete-role", .. role])).ShouldContain("DeleteConflict");
        var policy = (await OkAsync(["iam", "create-policy", "--policy-name", "shared", "--policy-document", Everything]))["Policy"]![
            "Arn"
        ]!.GetValue<string>();
        await OkAsync(["iam", "attach-role-policy", .. role, "--policy-arn", policy]);
        (await OkAsync(["iam", "list-attached-role-policies", .. role]))["AttachedPolicies"]![0]!["PolicyName"]!
            .GetValue<string>()
            .ShouldBe("shared");

        await OkAsync(["iam", "detach-role-policy", .. role, "--policy-arn", policy]);
        await OkAsync(["iam", "delete-policy", "--policy-arn", policy]);
        await OkAsync(["iam", "delete-role-policy", .. role, "--policy-name", "drive"]);
        await OkAsync(["iam", "delete-role", .. role]);
        (await FailAsync(["iam", "get-role", .. role])).ShouldContain("NoSuchEntity");
    }

    [Fact]
    public async Task Lists_come_in_pages()
    {
        string[] names = ["paged-0", "paged-1", "paged-2"];
        foreach (var name in names)
            sandbox.Iam.Change(state =>
                state.With(
                    new User
                    {
                        Account = Seed.CustomerAccount,
                        Name = name,
                        Path = "/paged/",
                        Id = IamIds.User(),
                        Created = DateTimeOffset.UtcNow,
                    }));
        // --page-size makes the command ask for page after page by Marker.
        string[] list = ["iam", "list-users", "--path-prefix", "/paged/"];
        (await OkAsync([.. list, "--page-size", "2"]))["Users"]!
            .AsArray()
            .Select(user => user!["UserName"]!.GetValue<string>())
            .ShouldBe(names);
        var first = await OkAsync([.. list, "--no-paginate", "--max-items", "2"]);
        first["Users"]!.AsArray().Count.ShouldBe(2);
        first["IsTruncated"]!.GetValue<bool>().ShouldBeTrue();
        (await FailAsync([.. list, "--no-paginate", "--marker", "bm9uZSBvZiBvdXJz"])).ShouldContain("ValidationError");
    }

    [Fact]
    public async Task A_permissions_boundary_limits_what_a_policy_gives()
    {
        string[] user = ["--user-name", "bounded"];
        var onlyLists = Everything.Replace("s3:*", "s3:List*", StringComparison.Ordinal);
        var boundary = (await OkAsync(["iam", "create-policy", "--policy-name", "only-lists", "--policy-document", onlyLists]))["Policy"]![
            "Arn"
        ]!.GetValue<string>();
        (await OkAsync(["iam", "create-user", .. user, "--permissions-boundary", boundary]))["User"]!["PermissionsBoundary"]![
            "PermissionsBoundaryArn"
        ]!
            .GetValue<string>()
            .ShouldBe(boundary);
        await OkAsync(["iam", "put-user-policy", .. user, "--policy-name", "all", "--policy-document", Everything]);
        var key = (await OkAsync(["iam", "create-access-key", .. user]))["AccessKey"]!;
        using var s3 = sandbox.Client(
            new Amazon.Runtime.BasicAWSCredentials(key["AccessKeyId"]!.GetValue<string>(), key["SecretAccessKey"]!.GetValue<string>()));
        (await s3.ListObjectsV2Async(new() { BucketName = "acme-documents" })).S3Objects.ShouldNotBeEmpty();
        (await Should.ThrowAsync<Amazon.S3.AmazonS3Exception>(() => s3.GetTextAsync("acme-documents", "README.txt"))).Message.ShouldContain(
            "no permissions boundary allows the s3:GetObject action");
        (await FailAsync(["iam", "delete-policy", "--policy-arn", boundary])).ShouldContain("DeleteConflict");

        await OkAsync(["iam", "delete-user-permissions-boundary", .. user]);
        (await s3.GetTextAsync("acme-documents", "README.txt")).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_session_has_the_tags_that_its_trust_policy_lets_it_take()
    {
        string Trust(string actions) =>
            """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"""
                + $$"""{"AWS":"arn:aws:iam::444455556666:root"},"Action":{{actions}} }]}""";
        const string Claims =
            """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"StringEquals":"""
                + """{"aws:PrincipalTag/team":"claims"}}}]}""";
        string[] role = ["--role-name", "tagged"];
        var arn = (await OkAsync(["iam", "create-role", .. role, "--assume-role-policy-document", Trust("\"sts:AssumeRole\"")]))["Role"]![
            "Arn"
        ]!.GetValue<string>();
        await OkAsync(["iam", "put-role-policy", .. role, "--policy-name", "claims", "--policy-document", Claims]);
        string[] assume = ["sts", "assume-role", "--role-arn", arn, "--role-session-name", "tagged-session"];
        (await FailAsync([.. assume, "--tags", "Key=team,Value=claims"])).ShouldContain("sts:TagSession");
        await OkAsync(["iam", "update-assume-role-policy", .. role, "--policy-document", Trust("[\"sts:AssumeRole\",\"sts:TagSession\"]")]);
        (await ReadsAsync([.. assume, "--tags", "Key=team,Value=claims"])).ShouldBeTrue();
        (await ReadsAsync([.. assume, "--tags", "Key=team,Value=loans"])).ShouldBeFalse();
    }

    private async Task<bool> ReadsAsync(string[] assume)
    {
        var session = (await OkAsync(assume))["Credentials"]!;
        using var s3 = sandbox.Client(
            new Amazon.Runtime.SessionAWSCredentials(
                session["AccessKeyId"]!.GetValue<string>(),
                session["SecretAccessKey"]!.GetValue<string>(),
                session["SessionToken"]!.GetValue<string>()));
        try
        {
            return (await s3.GetTextAsync("acme-documents", "README.txt")).Length > 0;
        }
        catch (Amazon.S3.AmazonS3Exception refused) when (refused.ErrorCode == "AccessDenied")
        {
            return false;
        }
    }

    [Fact]
    public async Task Users_and_their_keys_are_created_used_and_deleted()
    {
        string[] user = ["--user-name", "drive-user"];
        await OkAsync(["iam", "create-user", .. user]);
        await OkAsync(["iam", "put-user-policy", .. user, "--policy-name", "drive", "--policy-document", Everything]);
        var key = (await OkAsync(["iam", "create-access-key", .. user]))["AccessKey"]!;
        using var s3 = sandbox.Client(
            new Amazon.Runtime.BasicAWSCredentials(key["AccessKeyId"]!.GetValue<string>(), key["SecretAccessKey"]!.GetValue<string>()));
        (await s3.GetTextAsync("acme-documents", "README.txt")).ShouldNotBeEmpty();
        (await OkAsync(["iam", "list-access-keys", .. user]))["AccessKeyMetadata"]![0]!["Status"]!.GetValue<string>().ShouldBe("Active");
        (await FailAsync(["iam", "delete-user", .. user])).ShouldContain("DeleteConflict");
        await OkAsync(["iam", "delete-access-key", .. user, "--access-key-id", key["AccessKeyId"]!.GetValue<string>()]);
        await OkAsync(["iam", "delete-user-policy", .. user, "--policy-name", "drive"]);
        await OkAsync(["iam", "delete-user", .. user]);
        (await FailAsync(["iam", "get-user", .. user])).ShouldContain("NoSuchEntity");
        (await OkAsync(["sts", "get-caller-identity"]))["Arn"]!.GetValue<string>().ShouldEndWith(":user/administrator");
    }

    [Fact]
    public async Task Keys_are_created_shared_disabled_and_scheduled_for_deletion()
    {
        var key = (await OkAsync(["kms", "create-key", "--description", "Drives"]))["KeyMetadata"]!["Arn"]!.GetValue<string>();
        string[] on = ["--key-id", key];
        await OkAsync(["kms", "create-alias", "--alias-name", "alias/drives", "--target-key-id", key]);
        (await OkAsync(["kms", "describe-key", "--key-id", "alias/drives"]))["KeyMetadata"]!["Arn"]!.GetValue<string>().ShouldBe(key);
        var policy =
            """{"Version":"2012-10-17","Statement":[{"Sid":"Enable IAM policies","Effect":"Allow","Principal":"""
                + """{"AWS":"arn:aws:iam::444455556666:root"},"Action":"kms:*","Resource":"*"},"""
                + $$"""{"Effect":"Allow","Principal":{"AWS":"{{sandbox.Seeded.PrincipalArn}}"},"Action":"""
                + """["kms:GenerateDataKey","kms:Decrypt"],"Resource":"*","Condition":{"StringEquals":"""
                + """{"kms:ViaService":"s3.us-east-1.amazonaws.com"} } }]}""";
        await OkAsync(["kms", "put-key-policy", .. on, "--policy-name", "default", "--policy", policy]);
        (await OkAsync(["kms", "get-key-policy", .. on, "--policy-name", "default"]))["Policy"]!
            .GetValue<string>()
            .ShouldContain(sandbox.Seeded.PrincipalArn);
        string[] put =
        [
            "s3api",
            "put-object",
            "--bucket",
            "acme-documents",
            "--key",
            "kms/a",
            "--server-side-encryption",
            "aws:kms",
            "--ssekms-key-id",
            key,
        ];
        (await OkAsync(put))["SSEKMSKeyId"]!.GetValue<string>().ShouldBe(key);
        await OkAsync(["kms", "disable-key", .. on]);
        (await FailAsync(put)).ShouldContain("KMS.DisabledException");
        await OkAsync(["kms", "enable-key", .. on]);
        (await OkAsync(["kms", "schedule-key-deletion", .. on, "--pending-window-in-days", "7"]))["KeyState"]!
            .GetValue<string>()
            .ShouldBe("PendingDeletion");
        (await FailAsync(put)).ShouldContain("KMS.KMSInvalidStateException");
        (await FailAsync(["kms", "enable-key", .. on])).ShouldContain("KMSInvalidStateException");
        await OkAsync(["kms", "cancel-key-deletion", .. on]);
        (await OkAsync(["kms", "describe-key", .. on]))["KeyMetadata"]!["KeyState"]!.GetValue<string>().ShouldBe("Disabled");
    }

    private async Task<JsonNode> OkAsync(string[] arguments)
    {
        var text = await sandbox.AwsOkAsync([.. arguments, "--output", "json"]);
        return text.Trim().Length == 0 ? new JsonObject() : JsonNode.Parse(text)!;
    }

    private async Task<string> FailAsync(string[] arguments)
    {
        var (exit, output) = await sandbox.AwsAsync(arguments);
        exit.ShouldNotBe(0, output);
        return output;
    }
}
