using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using ServerlessDrives.Tests.Integration.Sandbox;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Connecting;

/// <summary>
/// An app that calls the sandbox over TLS, as it would call AWS: payloads aren't signed then, and trailing checksums are.
/// </summary>
[CollectionDefinition(Name)]
public sealed class TlsApp()
    : SharedApp(new() { ["Verification__PropagationWait"] = "00:00:00.3", ["Verification__FirstPause"] = "00:00:00.1" }, "--sandbox-tls"),
        ICollectionFixture<TlsApp>
{
    public const string Name = "App over TLS";
}

/// <summary>The whole role flow over TLS, its AWS side done by the real <c>aws</c> command, on buckets as companies have them.</summary>
[Collection(TlsApp.Name)]
public sealed class RoleFlowOverTls(TlsApp tls)
{
    private const string NoEncryption = """{"type":"none"}""";
    private const string SseS3 = """{"type":"sse-s3"}""";

    private static readonly string EncryptionHeader = "s3:x-amz-server-side-encryption";

    private EmbeddedApp App => tls.App;

    private AwsAdministrator Administrator => App.Administrator();

    [Fact]
    public Task Files_of_a_bucket_that_admits_TLS_only_go_both_ways() => ConnectsAsync(
        NoEncryption, bucket => [Deny(bucket, "s3:*", "Bool", "aws:SecureTransport", "false")], andThen: FilesAsync);

    [Fact]
    public Task A_bucket_for_members_of_the_organization_of_AWS_admits_the_role() => ConnectsAsync(
        NoEncryption, bucket => [Deny(bucket, "s3:*", "StringNotEquals", "aws:PrincipalOrgID", "o-acmeinsurance")]);

    [Fact]
    public Task A_bucket_for_members_of_another_organization_of_AWS_refuses_and_its_policy_is_named() =>
        IsRefusedAsync(
            NoEncryption,
            bucket => [Deny(bucket, "s3:PutObject", "StringNotEquals", "aws:PrincipalOrgID", "o-somebodyelse")],
            "object-writable",
            "bucket policy");

    [Fact]
    public Task A_bucket_that_asks_for_encryption_is_connected_with_it_however_its_policy_spells_that() =>
        ConnectsAsync(
            SseS3,
            bucket =>
            [
                Deny(bucket, "s3:PutObject", "StringNotEquals", EncryptionHeader, "AES256"),
                Deny(bucket, "s3:PutObject", "StringNotEqualsIfExists", "S3:X-Amz-Server-Side-Encryption", "AES256"),
                Deny(bucket, "s3:PutObject", "StringNotLike", EncryptionHeader, "AES*"),
                Deny(bucket, "s3:PutObject", "ForAnyValue:StringNotEquals", EncryptionHeader, "AES256"),
                Deny(bucket, "s3:PutObject", "Null", EncryptionHeader, "true"),
            ]);

    [Theory]
    [InlineData("StringNotEquals", "AES256")]
    [InlineData("StringNotEqualsIfExists", "AES256")]
    [InlineData("Null", "true")]
    public async Task A_bucket_that_requires_encryption_fails_without_it_and_the_report_names_the_encryption_that_works(
        string test,
        string value)
    {
        var ended = await IsRefusedAsync(
            NoEncryption,
            bucket => [Deny(bucket, "s3:PutObject", test, EncryptionHeader, value)],
            "object-writable",
            "Choose SSE-S3");
        var report = ended["verification"]!;
        report["foundEncryption"]!.ToJsonString().ShouldBe(SseS3);
        report.Check("nothing-left-behind").Text("status").ShouldBe("passed", report.ToJsonString());
        (await Administrator.EverythingAsync(ended["configuration"]!.Text("bucket"), "")).ShouldBeEmpty();
    }

    [Fact]
    public Task A_bucket_with_a_bucket_key_is_connected_with_its_KMS_key() =>
        ConnectsAsync(
            new JsonObject { ["type"] = "sse-kms", ["kmsKeyId"] = Administrator.KmsKeyArn }.ToJsonString(),
            prepare: bucket =>
                AwsAsync(
                    "s3api",
                    "put-bucket-encryption",
                    "--bucket",
                    bucket,
                    "--server-side-encryption-configuration",
                    new JsonObject
                    {
                        ["Rules"] = new JsonArray(
                            new JsonObject
                            {
                                ["ApplyServerSideEncryptionByDefault"] = new JsonObject
                                {
                                    ["SSEAlgorithm"] = "aws:kms",
                                    ["KMSMasterKeyID"] = Administrator.KmsKeyArn,
                                },
                                ["BucketKeyEnabled"] = true,
                            }),
                    }.ToJsonString()));

    [Fact]
    public Task A_bucket_with_a_default_retention_is_refused_and_Object_Lock_is_named() => IsRefusedAsync(
        NoEncryption,
        policy: null,
        "version-deletable",
        "Object Lock",
        prepare: bucket => AwsAsync(
            "s3api",
            "put-object-lock-configuration",
            "--bucket",
            bucket,
            "--object-lock-configuration",
            """{"ObjectLockEnabled":"Enabled","Rule":{"DefaultRetention":{"Mode":"GOVERNANCE","Days":1}}}"""),
        creation: ["--object-lock-enabled-for-bucket"]);

    [Fact]
    public async Task A_bucket_of_another_account_whose_requester_pays_is_connected_once_both_are_told()
    {
        var theirs = AwsAdministrator.OfAnotherAccount(App.Cloud);
        var bucket = Connections.Unique("theirs");
        await AwsAsync(theirs, "s3api", "create-bucket", "--bucket", bucket);
        await AwsAsync(
            theirs,
            "s3api",
            "put-bucket-request-payment",
            "--bucket",
            bucket,
            "--request-payment-configuration",
            """{"Payer":"Requester"}""");
        using var mia = await App.SignInAsync("mia");
        var (id, role, arn) = await TrustedAsync(mia, Connections.StartBody("iamRole"));
        var configuration = Configuration(arn, bucket, NoEncryption);
        var ended = await ApplyAsync(
            mia,
            id,
            role,
            configuration,
            offered => PutPolicyAsync(theirs, bucket, offered["bucketPolicy"]!),
            attempts: 1);
        ended["verification"]!.ToJsonString().ShouldContain("requester pays");

        // Policies that were confirmed once need no second confirmation.
        configuration["requesterPays"] = true;
        configuration["bucketOwner"] = AwsAdministrator.Our;
        await mia.SendAsync(HttpMethod.Put, $"/api/connections/{id}/configuration", configuration, HttpStatusCode.Accepted);
        ended = await mia.UntilAsync(id, now => now.Text("status") is "connected" || now["attempt"]!.GetValue<int>() > 2);
        ended.Text("status").ShouldBe("connected", ended.ToJsonString());
    }

    [Fact]
    public async Task A_read_only_drive_is_connected_and_writes_nothing()
    {
        var bucket = Connections.Unique("reading");
        await AwsAsync("s3api", "create-bucket", "--bucket", bucket);
        using var mia = await App.SignInAsync("mia");
        var start = JsonSerializer.SerializeToNode(Connections.StartBody("iamRole"))!;
        start["access"] = "readOnly";
        var (id, role, arn) = await TrustedAsync(mia, start);
        var ended = await ApplyAsync(mia, id, role, Configuration(arn, bucket, NoEncryption), _ => Task.CompletedTask, attempts: 1);
        ended.Text("status").ShouldBe("connected", ended.ToJsonString());
        (await Administrator.EverythingAsync(bucket, "")).ShouldBeEmpty();
    }

    private async Task ConnectsAsync(
        string encryption,
        Func<string, JsonNode[]>? policy = null,
        Func<string, Task>? prepare = null,
        Func<HttpClient, JsonNode, Task>? andThen = null)
    {
        using var mia = await App.SignInAsync("mia");
        var ended = await FlowAsync(mia, encryption, policy, prepare, []);
        ended.Text("status").ShouldBe("connected", ended.ToJsonString());
        if (andThen is not null)
            await andThen(mia, ended);
    }

    private async Task<JsonNode> IsRefusedAsync(
        string encryption,
        Func<string, JsonNode[]>? policy,
        string check,
        string sentence,
        Func<string, Task>? prepare = null,
        string[]? creation = null)
    {
        using var mia = await App.SignInAsync("mia");
        var ended = await FlowAsync(mia, encryption, policy, prepare, creation ?? []);
        ended.Text("status").ShouldBe("awaitingBucketPolicy", ended.ToJsonString());
        var failed = ended["verification"]!.Check(check);
        failed.Text("status").ShouldBe("failed", ended["verification"]!.ToJsonString());
        $"{failed.Text("explanation")} {failed.Text("fix")}".ShouldContain(sentence);
        return ended;
    }

    private async Task<JsonNode> FlowAsync(
        HttpClient http,
        string encryption,
        Func<string, JsonNode[]>? policy,
        Func<string, Task>? prepare,
        string[] creation)
    {
        var bucket = Connections.Unique("over-tls");
        await AwsAsync(["s3api", "create-bucket", "--bucket", bucket, .. creation]);
        if (prepare is not null)
            await prepare(bucket);
        if (policy is not null)
            await PutPolicyAsync(
                Administrator,
                bucket,
                AwsAdministrator.Policy(policy(bucket)));
        var (id, role, arn) = await TrustedAsync(http, Connections.StartBody("iamRole"));
        return await ApplyAsync(
            http,
            id,
            role,
            Configuration(arn, bucket, encryption),
            async _ =>
            {
                var present = policy is null ? null : await AwsAsync("s3api", "get-bucket-policy", "--bucket", bucket);
                await PutPolicyAsync(
                    Administrator,
                    bucket,
                    await http.PostAsync($"/api/connections/{id}/merged-bucket-policy", present, HttpStatusCode.OK));
            },
            attempts: 1);
    }

    /// <summary>A connection whose role the customer's administrator has made.</summary>
    private async Task<(string Id, string Role, string Arn)> TrustedAsync(HttpClient http, object start)
    {
        var connection = await http.PostAsync("/api/connections", start, HttpStatusCode.Accepted);
        var role = Connections.Unique("role");
        var made = await AwsAsync(
            "iam",
            "create-role",
            "--role-name",
            role,
            "--assume-role-policy-document",
            connection["trustPolicy"]!.ToJsonString());
        await http.PostAsync($"/api/connections/{connection.Text("id")}/confirmations/trust-policy", null, HttpStatusCode.Accepted);
        await http.UntilAsync(connection.Text("id"), "awaitingConfiguration");
        return (connection.Text("id"), role, JsonNode.Parse(made)!["Role"]!.Text("Arn"));
    }

    /// <summary>From the configuration to the end of its verification.</summary>
    private async Task<JsonNode> ApplyAsync(
        HttpClient http,
        string id,
        string role,
        JsonNode configuration,
        Func<JsonNode, Task> applyBucketPolicy,
        int attempts)
    {
        await http.SendAsync(HttpMethod.Put, $"/api/connections/{id}/configuration", configuration, HttpStatusCode.Accepted);
        var bucket = configuration.Text("bucket");
        var offered = await http.UntilAsync(
            id,
            now =>
                now.Text("status") == "awaitingBucketPolicy"
                && now["attempt"]!.GetValue<int>() == attempts
                && now["rolePolicy"]!.ToJsonString().Contains(bucket, StringComparison.Ordinal));
        await AwsAsync(
            "iam",
            "put-role-policy",
            "--role-name",
            role,
            "--policy-name",
            "drive",
            "--policy-document",
            offered["rolePolicy"]!.ToJsonString());
        await applyBucketPolicy(offered);
        await http.PostAsync($"/api/connections/{id}/confirmations/bucket-policy", null, HttpStatusCode.Accepted);
        return await http.UntilAsync(id, now => now.Text("status") is "connected" || now["attempt"]!.GetValue<int>() > attempts);
    }

    private static async Task FilesAsync(HttpClient http, JsonNode connected)
    {
        var file = $"/api/drives/{connected.Text("driveId")}/content?path=there/and-back.txt";
        using var sent = await http.PutAsync(file, new StringContent("over TLS"), TestContext.Current.CancellationToken);
        sent.StatusCode.ShouldBe(HttpStatusCode.Created);
        (await http.GetStringAsync(file, TestContext.Current.CancellationToken)).ShouldBe("over TLS");
    }

    private static JsonObject Configuration(string arn, string bucket, string encryption)
    {
        var configuration = Connections.RoleConfiguration(arn, "in", bucket);
        configuration["encryption"] = JsonNode.Parse(encryption);
        return configuration;
    }

    private static JsonObject Deny(string bucket, string action, string test, string key, string value) => new()
    {
        ["Sid"] = $"OfTheCompany{test.Replace(":", "", StringComparison.Ordinal)}",
        ["Effect"] = "Deny",
        ["Principal"] = "*",
        ["Action"] = action,
        ["Resource"] = new JsonArray($"arn:aws:s3:::{bucket}", $"arn:aws:s3:::{bucket}/*"),
        ["Condition"] = new JsonObject { [test] = new JsonObject { [key] = value } },
    };

    private Task<string> PutPolicyAsync(AwsAdministrator administrator, string bucket, JsonNode policy) =>
        AwsAsync(administrator, "s3api", "put-bucket-policy", "--bucket", bucket, "--policy", policy.ToJsonString());

    private Task<string> AwsAsync(params string[] arguments) => AwsAsync(Administrator, arguments);

    private async Task<string> AwsAsync(AwsAdministrator administrator, params string[] arguments)
    {
        var environment = administrator.CommandLineEnvironment();
        environment["AWS_ENDPOINT_URL"] = App.Cloud["aws"]!.Text("tlsEndpoint");
        environment["AWS_CA_BUNDLE"] = App.Cloud["aws"]!.Text("certificateAuthority");
        var (exit, output) = await AwsCommand.RunAsync(arguments, environment);
        exit.ShouldBe(0, output);
        return output;
    }
}
