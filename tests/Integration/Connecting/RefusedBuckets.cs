using System.Net;
using System.Text.Json.Nodes;
using Amazon.S3;
using Amazon.S3.Model;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Connecting;

/// <summary>What else can be wrong with a bucket, one thing at a time.</summary>
[Collection(ImpatientApp.Name)]
public sealed class RefusedBuckets(ImpatientApp impatient)
{
    private static readonly string[] Sufficient =
    [
        "s3:DeleteObject",
        "s3:DeleteObjectVersion",
        "s3:GetObject",
        "s3:GetObjectAcl",
        "s3:GetObjectVersion",
        "s3:PutObject",
        "s3:PutObjectAcl",
        "s3:ListBucket",
        "s3:ListBucketMultipartUploads",
        "s3:ListMultipartUploadParts",
        "s3:AbortMultipartUpload",
    ];

    private EmbeddedApp App => impatient.App;

    [Fact]
    public async Task A_wrong_secret_fails_one_check_and_skips_the_rest()
    {
        var key = App.Administrator().DriveUser;
        var report = (
            await ConnectByKeyAsync(
                Connections.KeyConfiguration((key.Id, "this/is/not/the/secret/of/anybody/1234567"), "acme-documents", "claims/inbox"))
        )["verification"]!;
        var check = report.Check("credentials-accepted");
        check.Text("status").ShouldBe("failed");
        check.Text("awsErrorCode").ShouldBe("SignatureDoesNotMatch");
        check.Text("explanation").ShouldContain(key.Id);
        check.Text("fix").ShouldNotBeEmpty();
        report["checks"]!.AsArray().Count(other => other!.Text("status") == "failed").ShouldBe(1);
        report.Check("object-writable").Text("status").ShouldBe("skipped");
        await NothingLeftAsync("acme-documents", "claims/inbox");
    }

    [Fact]
    public async Task A_key_that_nobody_has_fails_as_such()
    {
        var report = (
            await ConnectByKeyAsync(
                Connections.KeyConfiguration(("AKIA0000000000000000", "a/secret/that/belongs/to/nobody/at/all/12"), "acme-documents", ""))
        )["verification"]!;
        report.Check("credentials-accepted").Text("status").ShouldBe("failed");
        report.Check("credentials-accepted").Text("explanation").ShouldContain("AKIA0000000000000000");
    }

    [Fact]
    public async Task A_wrong_region_is_told_with_the_right_one_and_the_rest_is_proven_there()
    {
        var report = (
            await ConnectByKeyAsync(
                Connections.KeyConfiguration(App.Administrator().DriveUser, "acme-documents", "claims/inbox", "eu-west-1"))
        )["verification"]!;
        var check = report.Check("region-correct");
        check.Text("status").ShouldBe("failed");
        check.Text("explanation").ShouldContain("us-east-1");
        check.Text("fix").ShouldContain("us-east-1");
        report.Text("foundRegion").ShouldBe("us-east-1");
        report.Check("object-writable").Text("status").ShouldBe("passed");
        await NothingLeftAsync("acme-documents", "claims/inbox");
    }

    [Fact]
    public async Task A_bucket_that_does_not_exist_is_told_as_such()
    {
        var report = (await ConnectByKeyAsync(Connections.KeyConfiguration(App.Administrator().DriveUser, "acme-documentz", "")))[
            "verification"
        ]!;
        report.Check("region-correct").Text("status").ShouldBe("failed");
        report.Check("region-correct").Text("explanation").ShouldContain("acme-documentz");
        report.Check("object-writable").Text("status").ShouldBe("skipped");
    }

    [Fact]
    public async Task A_bucket_of_another_account_that_keeps_us_out_is_recognised()
    {
        var (bucket, _) = await BucketOfAnotherAccountAsync();
        var key = await App.Administrator()
            .CreateUserWithKeyAsync(Connections.Unique("user"), Connections.Grants(bucket, "in", Sufficient));
        var report = (await ConnectByKeyAsync(Connections.KeyConfiguration(key, bucket, "in")))["verification"]!;
        var check = report.Check("bucket-owner-known");
        check.Text("status").ShouldBe("failed", report.ToJsonString());
        check.Text("explanation").ShouldContain(AwsAdministrator.Account);
        check.Text("fix").ShouldContain("owns the bucket");
    }

    [Fact]
    public async Task A_bucket_of_another_account_that_lets_us_in_is_not_written_to()
    {
        var (bucket, theirs) = await BucketOfAnotherAccountAsync();
        var user = Connections.Unique("user");
        var key = await App.Administrator().CreateUserWithKeyAsync(user, Connections.Grants(bucket, "in", Sufficient));
        var open = Connections.Grants(bucket, "in", Sufficient);
        foreach (var statement in open["Statement"]!.AsArray())
            statement!["Principal"] = new JsonObject { ["AWS"] = $"arn:aws:iam::{AwsAdministrator.Account}:user/{user}" };
        await theirs.PutBucketPolicyAsync(bucket, open);

        var report = (await ConnectByKeyAsync(Connections.KeyConfiguration(key, bucket, "in")))["verification"]!;
        report.Check("bucket-owner-known").Text("status").ShouldBe("failed", report.ToJsonString());
        report.Check("bucket-owner-known").Text("fix").ShouldContain("owns the bucket");
        report.Check("object-writable").Text("status").ShouldBe("skipped");
        (await theirs.EverythingAsync(bucket, "")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_KMS_key_without_grants_is_told_with_both_statements_to_add()
    {
        var administrator = App.Administrator();
        using var mia = await App.SignInAsync("mia");
        var connection = await Connections.StartAsync(mia, "iamRole");
        var id = connection.Text("id");
        var role = Connections.Unique("role");
        var arn = await administrator.CreateRoleAsync(role, connection["trustPolicy"]!);
        await mia.PostAsync($"/api/connections/{id}/confirmations/trust-policy", null, HttpStatusCode.Accepted);
        await mia.UntilAsync(id, "awaitingConfiguration");
        var configuration = Connections.RoleConfiguration(arn, "claims/kms");
        configuration["encryption"] = new JsonObject { ["type"] = "sse-kms", ["kmsKeyId"] = administrator.KmsKeyArn };
        await mia.SendAsync(HttpMethod.Put, $"/api/connections/{id}/configuration", configuration, HttpStatusCode.Accepted);
        var offered = await mia.UntilAsync(id, "awaitingBucketPolicy");
        var policy = offered["rolePolicy"]!.DeepClone();
        policy["Statement"]!
            .AsArray()
            .RemoveAll(statement => statement!.ToJsonString().Contains("kms:", StringComparison.Ordinal))
            .ShouldBe(1);
        await administrator.PutRolePolicyAsync(role, policy);
        await mia.PostAsync($"/api/connections/{id}/confirmations/bucket-policy", null, HttpStatusCode.Accepted);
        var report = (await mia.UntilAsync(id, now => now["attempt"]!.GetValue<int>() == 2))["verification"]!;

        var check = report.Check("object-writable");
        check.Text("status").ShouldBe("failed", report.ToJsonString());
        check.Text("explanation").ShouldContain("kms:GenerateDataKey");
        check.Text("explanation").ShouldContain(administrator.KmsKeyArn);
        check.Text("fix").ShouldContain("kms:GenerateDataKey");
        check.Text("fix").ShouldContain("kms:Decrypt");
        check.Text("fix").ShouldContain(arn);
        report.Check("objects-listable").Text("status").ShouldBe("passed");
        await NothingLeftAsync("acme-documents", "claims/kms");

        // With the policy as it was offered it works.
        await administrator.PutRolePolicyAsync(role, offered["rolePolicy"]!);
        await mia.PostAsync($"/api/connections/{id}/confirmations/bucket-policy", null, HttpStatusCode.Accepted);
        await mia.UntilAsync(id, "connected");
        await NothingLeftAsync("acme-documents", "claims/kms");
    }

    [Fact]
    public async Task The_key_that_a_bucket_encrypts_with_by_itself_is_named_to_be_used()
    {
        var (administrator, bucket) = (App.Administrator(), Connections.Unique("encrypts"));
        await administrator.CreateBucketAsync(bucket);
        var encryption = new ServerSideEncryptionByDefault
        {
            ServerSideEncryptionAlgorithm = ServerSideEncryptionMethod.AWSKMS,
            ServerSideEncryptionKeyManagementServiceKeyId = administrator.KmsKeyArn,
        };
        using (var s3 = administrator.S3())
        {
            await s3.PutBucketEncryptionAsync(
                new PutBucketEncryptionRequest
                {
                    BucketName = bucket,
                    ServerSideEncryptionConfiguration = new()
                    {
                        ServerSideEncryptionRules = [new() { ServerSideEncryptionByDefault = encryption }],
                    },
                });
        }

        var key = await administrator.CreateUserWithKeyAsync(Connections.Unique("user"), Connections.Grants(bucket, "in", Sufficient));
        var report = (await ConnectByKeyAsync(Connections.KeyConfiguration(key, bucket, "in")))["verification"]!;
        report.Check("object-writable").Text("status").ShouldBe("failed", report.ToJsonString());
        report.Text("foundKmsKey").ShouldBe(administrator.KmsKeyArn);
        report["foundRegion"].ShouldBeNull();
    }

    [Fact]
    public async Task ACLs_that_are_off_are_not_applicable_and_keep_nobody_from_connecting()
    {
        var bucket = Connections.Unique("acls-off");
        await App.Administrator().CreateBucketAsync(bucket, versioned: true);
        var connected = await ConnectByGrantsAsync(bucket, "in", Sufficient);
        connected.Text("status").ShouldBe("connected", connected.ToJsonString());
        var check = connected["verification"]!.Check("acl-writable");
        check.Text("status").ShouldBe("notApplicable");
        check.Text("awsErrorCode").ShouldBe("AccessControlListNotSupported");
        check.Text("explanation").ShouldNotBeEmpty();
        await NothingLeftAsync(bucket, "");
    }

    [Fact]
    public async Task A_grant_on_the_path_only_is_enough_and_everything_is_proven_on_a_bucket_that_has_it_all()
    {
        var bucket = Connections.Unique("complete");
        await App.Administrator().CreateBucketAsync(bucket, versioned: true, withAcls: true);
        var connected = await ConnectByGrantsAsync(bucket, "claims/in box", Sufficient);
        connected.Text("status").ShouldBe("connected", connected.ToJsonString());
        var notPassed = connected["verification"]!["checks"]!
            .AsArray()
            .Where(check => check!.Text("status") != "passed")
            .Select(check => check!.Text("name"));
        notPassed.ShouldBe(["trust-accepted", "external-id-required", "version-writable", "outside-path-refused"], ignoreOrder: true);
        await NothingLeftAsync(bucket, "");
    }

    [Fact]
    public async Task A_role_with_a_grant_on_the_path_only_can_not_list_outside_and_one_with_more_is_warned_of()
    {
        using var mia = await App.SignInAsync("mia");
        var administrator = App.Administrator();
        var (narrow, narrowRole, offered) = await Connections.OfferAsync(App, mia, "acme-documents", "loans/contracts");
        await administrator.PutRolePolicyAsync(narrowRole, offered["rolePolicy"]!);
        var (wide, wideRole, _) = await Connections.OfferAsync(App, mia, "acme-documents", "loans/applications");
        await administrator.PutRolePolicyAsync(
            wideRole,
            JsonNode.Parse("""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}""")!);
        foreach (var id in new[] { narrow, wide })
            await mia.PostAsync($"/api/connections/{id}/confirmations/bucket-policy", null, HttpStatusCode.Accepted);

        var confined = (await mia.UntilAsync(narrow, "connected"))["verification"]!.Check("outside-path-refused");
        confined.Text("status").ShouldBe("passed");
        var warned = (await mia.UntilAsync(wide, "connected"))["verification"]!.Check("outside-path-refused");
        warned.Text("status").ShouldBe("passed");
        warned.Text("explanation").ShouldContain("Warning");
        warned.Text("fix").ShouldContain("s3:prefix");
        await NothingLeftAsync("acme-documents", "loans/contracts/.serverless-drives");
        await NothingLeftAsync("acme-documents", "loans/applications/.serverless-drives");
    }

    private async Task<JsonNode> ConnectByGrantsAsync(string bucket, string path, IEnumerable<string> permissions)
    {
        var key = await App.Administrator()
            .CreateUserWithKeyAsync(Connections.Unique("user"), Connections.Grants(bucket, path, permissions));
        return await ConnectByKeyAsync(Connections.KeyConfiguration(key, bucket, path));
    }

    /// <returns>The connection once it is connected or has been refused.</returns>
    private async Task<JsonNode> ConnectByKeyAsync(JsonObject configuration)
    {
        using var mia = await App.SignInAsync("mia");
        var id = (await Connections.StartAsync(mia, "accessKey")).Text("id");
        await mia.SendAsync(HttpMethod.Put, $"/api/connections/{id}/configuration", configuration, HttpStatusCode.Accepted);
        return await mia.UntilAsync(id, now => now.Text("status") == "connected" || now["attempt"]!.GetValue<int>() == 2);
    }

    private async Task<(string Bucket, AwsAdministrator Theirs)> BucketOfAnotherAccountAsync()
    {
        var theirs = AwsAdministrator.OfAnotherAccount(App.Cloud);
        var bucket = Connections.Unique("theirs");
        await theirs.CreateBucketAsync(bucket);
        return (bucket, theirs);
    }

    private async Task NothingLeftAsync(string bucket, string path) =>
        (await App.Administrator().EverythingAsync(bucket, path))
            .Where(item => item.Key.Contains(".serverless-drives", StringComparison.Ordinal))
            .ShouldBeEmpty();
}
