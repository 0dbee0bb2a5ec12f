using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Amazon.S3;
using Amazon.S3.Model;
using ServerlessDrives.Tests.Integration.Sandbox;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Connecting;

/// <summary>What people report of other products, tried on ours: each numbered as in the list of public cases.</summary>
[Collection(ImpatientApp.Name)]
public sealed class PublicCases(ImpatientApp impatient)
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

    private AwsAdministrator Administrator => App.Administrator();

    [Fact]
    public async Task Case_3_a_file_under_an_older_key_is_read_and_where_the_role_lacks_that_key_it_is_named()
    {
        var (first, second) = (await CreateKeyAsync(), await CreateKeyAsync());
        var path = Connections.Unique("keys");
        using (var s3 = Administrator.S3())
            await s3.PutObjectAsync(
                new()
                {
                    BucketName = "acme-documents",
                    Key = $"{path}/old.txt",
                    ContentBody = "old",
                    ServerSideEncryptionMethod = ServerSideEncryptionMethod.AWSKMS,
                    ServerSideEncryptionKeyManagementServiceKeyId = first,
                },
                TestContext.Current.CancellationToken);
        using var mia = await App.SignInAsync("mia");
        var started = await Connections.StartAsync(mia, "iamRole");
        var (id, role) = (started.Text("id"), Connections.Unique("keys"));
        var arn = await Administrator.CreateRoleAsync(role, started["trustPolicy"]!);
        await mia.PostAsync($"/api/connections/{id}/confirmations/trust-policy", null, HttpStatusCode.Accepted);
        await mia.UntilAsync(id, "awaitingConfiguration");
        var configuration = Connections.RoleConfiguration(arn, path);
        configuration["encryption"] = new JsonObject { ["type"] = "sse-kms", ["kmsKeyId"] = second };
        await mia.SendAsync(HttpMethod.Put, $"/api/connections/{id}/configuration", configuration, HttpStatusCode.Accepted);
        var offered = await mia.UntilAsync(id, "awaitingBucketPolicy");
        await Administrator.PutRolePolicyAsync(role, offered["rolePolicy"]!);
        await mia.PostAsync($"/api/connections/{id}/confirmations/bucket-policy", null, HttpStatusCode.Accepted);
        var connected = await EndedAsync(mia, id);
        connected.Text("status").ShouldBe("connected", connected.ToJsonString());
        var file = $"/api/drives/{connected.Text("driveId")}/content?path=old.txt";
        var refused = await mia.GetAsync(file, HttpStatusCode.BadGateway);
        refused.Text("detail").ShouldContain(first);
        await Administrator.PutRolePolicyAsync(
            role,
            JsonNode.Parse(
                $$"""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kms:Decrypt","Resource":"{{first}}"}]}"""
            )!,
            "older");
        (await mia.GetStringAsync(file, TestContext.Current.CancellationToken)).ShouldBe("old");
    }

    [Fact]
    public async Task Case_5_a_default_retention_is_named_as_what_keeps_versions_from_being_deleted()
    {
        var bucket = Connections.Unique("locked");
        using (var s3 = Administrator.S3())
        {
            await s3.PutBucketAsync(
                new PutBucketRequest { BucketName = bucket, ObjectLockEnabledForBucket = true },
                TestContext.Current.CancellationToken);
            await s3.PutObjectLockConfigurationAsync(
                new()
                {
                    BucketName = bucket,
                    ObjectLockConfiguration = new()
                    {
                        ObjectLockEnabled = ObjectLockEnabled.Enabled,
                        Rule = new()
                        {
                            DefaultRetention = new() { Mode = ObjectLockRetentionMode.Governance, Days = 1 },
                        },
                    },
                },
                TestContext.Current.CancellationToken);
        }

        var report = (await ByKeyAsync(bucket, "in"))["verification"]!;
        var check = report.Check("version-deletable");
        check.Text("status").ShouldBe("failed", report.ToJsonString());
        check.Text("explanation").ShouldContain("Object Lock");
        report.Check("object-writable").Text("status").ShouldBe("passed");
        report.Check("nothing-left-behind").Text("status").ShouldBe("failed");
    }

    [Fact]
    public async Task Case_8_a_merged_policy_is_read_with_a_byte_order_mark_and_as_the_aws_cli_prints_it_and_not_in_UTF_16()
    {
        using var mia = await App.SignInAsync("mia");
        var (id, _, _) = await Connections.OfferAsync(App, mia, "acme-documents", "claims/inbox");
        const string policy =
            """{"Version":"2012-10-17","Statement":[{"Sid":"Theirs","Effect":"Allow","Principal":"""
                + """{"AWS":"arn:aws:iam::444455556666:root"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-documents/*"}]}""";
        (await MergeAsync(mia, id, [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(policy)], HttpStatusCode.OK))
            .ToJsonString()
            .ShouldContain("Theirs");
        var printed = new JsonObject { ["Policy"] = policy }.ToJsonString();
        (await MergeAsync(mia, id, Encoding.UTF8.GetBytes(printed), HttpStatusCode.OK)).ToJsonString().ShouldContain("Theirs");
        foreach (var encoding in (Encoding[])[Encoding.Unicode, Encoding.BigEndianUnicode])
        {
            (await MergeAsync(mia, id, [.. encoding.GetPreamble(), .. encoding.GetBytes(policy)], HttpStatusCode.UnprocessableEntity))
                .Text("detail")
                .ShouldContain("UTF-16");
            (await MergeAsync(mia, id, encoding.GetBytes(policy), HttpStatusCode.UnprocessableEntity))
                .Text("detail")
                .ShouldContain("UTF-16");
        }
    }

    [Fact]
    public async Task Case_9_scripts_and_templates_have_no_character_that_IAM_refuses()
    {
        using var mia = await App.SignInAsync("mia");
        var (id, _, _) = await Connections.OfferAsync(App, mia, "acme-documents", "受信箱/請求書");
        foreach (var format in (string[])["aws-cli", "cloudformation", "terraform"])
        {
            var text = await mia.GetStringAsync($"/api/connections/{id}/setup?format={format}");
            text.Where(c => c > '\u00FF').Except("…").ShouldBeEmpty(format);
            text.ShouldContain(@"\u53d7\u4fe1\u7bb1", customMessage: format);
        }

        // CloudFormation reads its template and writes the policy anew, so there it has to be a text.
        var template = JsonNode.Parse(await mia.GetStringAsync($"/api/connections/{id}/setup?format=cloudformation"))!;
        template["Resources"]!["RolePolicy"]!["Properties"]!.Text("PolicyDocument").ShouldContain(@"\u53d7");
    }

    [Fact]
    public async Task Case_11_a_bucket_policy_that_names_a_principal_that_is_gone_is_not_merged_and_the_statement_is_named()
    {
        using var mia = await App.SignInAsync("mia");
        var (id, _, _) = await Connections.OfferAsync(App, mia, "acme-documents", "claims/inbox");
        const string policy =
            """{"Version":"2012-10-17","Statement":[{"Sid":"OfOldRole","Effect":"Allow","Principal":{"AWS":"""
                + """["AROAEXAMPLEEXAMPLE123"]},"Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-documents/*"}]}""";
        var refused = await MergeAsync(mia, id, Encoding.UTF8.GetBytes(policy), HttpStatusCode.UnprocessableEntity);
        refused.Text("detail").ShouldContain("OfOldRole");
        refused.Text("detail").ShouldContain("AROAEXAMPLEEXAMPLE123");
        refused.Text("detail").ShouldContain("S3 refuses");
    }

    [Fact]
    public async Task Case_12_the_owner_of_a_bucket_of_another_account_can_be_named_and_is_pinned()
    {
        var theirs = AwsAdministrator.OfAnotherAccount(App.Cloud);
        var bucket = Connections.Unique("theirs");
        await theirs.CreateBucketAsync(bucket);
        using var mia = await App.SignInAsync("mia");
        var (id, role, offered) = await Connections.OfferAsync(App, mia, bucket, "in");
        await Administrator.PutRolePolicyAsync(role, offered["rolePolicy"]!);
        await theirs.PutBucketPolicyAsync(bucket, offered["bucketPolicy"]!);
        await mia.PostAsync($"/api/connections/{id}/confirmations/bucket-policy", null, HttpStatusCode.Accepted);
        var failed = await mia.UntilAsync(id, now => now["attempt"]!.GetValue<int>() == 2);
        var check = failed["verification"]!.Check("bucket-owner-known");
        check.Text("status").ShouldBe("failed");
        check.Text("fix").ShouldContain($"{AwsAdministrator.Our}, as its owner (bucketOwner");
        failed["verification"]!.Text("foundOwner").ShouldBe(AwsAdministrator.Our);

        var configuration = Connections.RoleConfiguration(failed["authentication"]!.Text("roleArn"), "in", bucket);
        configuration["bucketOwner"] = AwsAdministrator.Our;
        await mia.SendAsync(HttpMethod.Put, $"/api/connections/{id}/configuration", configuration, HttpStatusCode.Accepted);
        // The policies that were confirmed once are tried before anybody is asked for them again.
        var connected = await EndedAsync(mia, id, attempts: 2);
        connected.Text("status").ShouldBe("connected", connected.ToJsonString());
        (await mia.GetAsync($"/api/drives/{connected.Text("driveId")}", HttpStatusCode.OK))
            .Text("bucketOwner")
            .ShouldBe(AwsAdministrator.Our);
    }

    [Fact]
    public async Task Case_13_our_own_principal_that_may_not_assume_roles_is_our_side_and_logged_as_ours()
    {
        var ours = AwsAdministrator.OfAnotherAccount(App.Cloud);
        using var mia = await App.SignInAsync("mia");
        var started = await Connections.StartAsync(mia, "iamRole");
        var (id, role) = (started.Text("id"), Connections.Unique("ours"));
        var arn = await Administrator.CreateRoleAsync(role, started["trustPolicy"]!);
        var user = App.Cloud["aws"]!.Text("principalArn").Split('/')[^1];
        await ours.PutUserPolicyAsync(
            user,
            role,
            JsonNode.Parse($$"""{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"sts:AssumeRole","Resource":"{{arn}}"}]}""")!
        );
        await mia.PostAsync($"/api/connections/{id}/confirmations/trust-policy", null, HttpStatusCode.Accepted);
        await mia.UntilAsync(id, "awaitingConfiguration");
        await mia.SendAsync(
            HttpMethod.Put,
            $"/api/connections/{id}/configuration",
            Connections.RoleConfiguration(arn, "ours"),
            HttpStatusCode.Accepted);
        var refused = await mia.UntilAsync(id, now => now["attempt"]!.GetValue<int>() == 2);
        refused["problem"]!.Text("code").ShouldBe("our-side", refused.ToJsonString());
        refused["problem"]!.Text("detail").ShouldContain("Nothing to change on your side");
        refused["problem"]!.Text("detail").ShouldNotContain("Save this as the trust policy");
        App.Output.ShouldContain("failed on our side");
    }

    [Fact]
    public async Task Case_17_a_role_that_a_drive_uses_is_used_again_and_not_taken_over()
    {
        using var mia = await App.SignInAsync("mia");
        var first = await Connections.ConnectByRoleAsync(App, mia, Connections.Unique("first"), applyBucketPolicy: false);
        var arn = first["authentication"]!.Text("roleArn");
        var second = await Connections.StartAsync(mia, "iamRole");
        var id = second.Text("id");
        var refused = await mia.SendAsync(
            HttpMethod.Put,
            $"/api/connections/{id}/configuration",
            Connections.RoleConfiguration(arn, "second"),
            HttpStatusCode.Conflict);
        refused.Text("code").ShouldBe("role-known");
        refused.Text("roleId").ShouldBe(first["authentication"]!.Text("roleId"));
        var again = await mia.PostAsync(
            "/api/connections",
            Connections.StartBody("iamRole", roleId: refused.Text("roleId")),
            HttpStatusCode.Accepted);
        again["authentication"]!.Text("roleArn").ShouldBe(arn);
    }

    [Fact]
    public async Task Case_19_a_policy_that_denies_long_lists_fails_the_check_and_not_the_file_list()
    {
        var bucket = Connections.Unique("short-lists");
        await Administrator.CreateBucketAsync(bucket);
        await Administrator.PutBucketPolicyAsync(
            bucket,
            JsonNode.Parse(
                """{"Version":"2012-10-17","Statement":"""
                    + $$"""[{"Effect":"Deny","Principal":"*","Action":"s3:ListBucket","Resource":"arn:aws:s3:::{{bucket}}","Condition":"""
                    + """{"NumericGreaterThan":{"s3:max-keys":"10"} } }]}"""
            )!);
        var check = (await ByKeyAsync(bucket, "in"))["verification"]!.Check("objects-listable");
        check.Text("status").ShouldBe("failed");
        check.Text("explanation").ShouldContain("max-keys 1000");
    }

    [Fact]
    public async Task Case_25_suspended_versioning_is_told_and_the_permission_that_is_missing_is_named()
    {
        var bucket = Connections.Unique("suspended");
        await Administrator.CreateBucketAsync(bucket, versioned: true);
        using (var s3 = Administrator.S3())
            await s3.PutBucketVersioningAsync(
                new()
                {
                    BucketName = bucket,
                    VersioningConfig = new() { Status = VersionStatus.Suspended },
                },
                TestContext.Current.CancellationToken);
        var failed = (await ByKeyAsync(bucket, "without", [.. Sufficient.Where(permission => permission != "s3:DeleteObjectVersion")]))[
            "verification"
        ]!;
        failed.Check("version-deletable").Text("status").ShouldBe("failed", failed.ToJsonString());
        failed.Check("version-deletable").Text("explanation").ShouldContain("suspended");
        failed.Check("version-deletable").Text("explanation").ShouldContain("s3:DeleteObjectVersion");
        var passed = await ByKeyAsync(bucket, "with");
        passed.Text("status").ShouldBe("connected", passed.ToJsonString());
        passed["verification"]!.Check("version-readable").Text("explanation").ShouldContain("suspended");
        (await Administrator.EverythingAsync(bucket, "with/")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Case_27_whoever_follows_folders_comes_to_an_end()
    {
        var bucket = Connections.Unique("slashes");
        await Administrator.CreateBucketAsync(bucket);
        using (var s3 = Administrator.S3())
        {
            foreach (var key in (string[])["p//deep.txt", "p/a//b.txt", "p/a/c.txt", "p///x/y.txt", "p/d/e/f.txt"])
                await s3.PutObjectAsync(new() { BucketName = bucket, Key = key, ContentBody = "x" }, TestContext.Current.CancellationToken);
        }

        using var mia = await App.SignInAsync("mia");
        var drive = (await ByKeyAsync(bucket, "p")).Text("driveId");
        var (seen, waiting, asked) = (new List<string>(), new Queue<string>([""]), 0);
        while (waiting.TryDequeue(out var folder))
        {
            (++asked).ShouldBeLessThan(20, string.Join(", ", seen));
            using var answer = await mia.GetAsync(
                $"/api/drives/{drive}/files?path={Uri.EscapeDataString(folder)}",
                TestContext.Current.CancellationToken);
            if (answer.StatusCode is HttpStatusCode.UnprocessableEntity)
                continue;
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
            foreach (
                var entry in JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))![
                    "items"
                ]!.AsArray())
            {
                var path = entry!.Text("path");
                path.ShouldNotBeEmpty();
                seen.Add(path);
                if (entry!.Text("type") == "folder")
                    waiting.Enqueue(path);
            }
        }

        seen.ShouldBeUnique();
        seen.ShouldContain("d/e/f.txt");
        seen.ShouldContain("a/c.txt");
    }

    [Theory]
    [InlineData(6L * 1024 * 1024 * 1024 * 1024, HttpStatusCode.Created)]
    [InlineData(10_000 * (5L * 1024 * 1024 * 1024), HttpStatusCode.Created)]
    [InlineData((10_000 * (5L * 1024 * 1024 * 1024)) + 1, HttpStatusCode.UnprocessableEntity)]
    public async Task Case_33_an_upload_may_have_ten_thousand_parts_of_5_GiB(long size, HttpStatusCode expected)
    {
        var bucket = Connections.Unique("large");
        await Administrator.CreateBucketAsync(bucket);
        using var mia = await App.SignInAsync("mia");
        var drive = (await ByKeyAsync(bucket, "in")).Text("driveId");
        var begun = await mia.PostAsync($"/api/drives/{drive}/uploads", new { path = "large.bin", size }, expected);
        if (expected is not HttpStatusCode.Created)
            return;
        var part = begun["partSize"]!.GetValue<long>();
        part.ShouldBeLessThanOrEqualTo(5L * 1024 * 1024 * 1024);
        begun["parts"]!.AsArray().Count.ShouldBeLessThanOrEqualTo(10_000);
        (part * begun["parts"]!.AsArray().Count).ShouldBeGreaterThanOrEqualTo(size);
        await mia.SendAsync(HttpMethod.Delete, $"/api/drives/{drive}/uploads/{begun.Text("id")}", null, HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task Case_40_files_and_health_say_of_a_role_that_is_gone_what_the_trust_check_says()
    {
        using var mia = await App.SignInAsync("mia");
        var connected = await Connections.ConnectByRoleAsync(App, mia, Connections.Unique("gone"), applyBucketPolicy: false);
        var (drive, arn) = (connected.Text("driveId"), connected["authentication"]!.Text("roleArn"));
        var role = arn[(arn.LastIndexOf('/') + 1)..];
        await Administrator.IamAsync("DeleteRolePolicy", ("RoleName", role), ("PolicyName", "drive"));
        await Administrator.IamAsync("DeleteRole", ("RoleName", role));
        using var verified = await mia.PostAsync($"/api/drives/{drive}/verifications", null, TestContext.Current.CancellationToken);
        var url = verified.Headers.Location!.ToString();
        JsonNode report;
        do
            report = await mia.GetAsync(url, HttpStatusCode.OK);
        while (report["completedAt"] is null);
        var check = report.Check("trust-accepted");
        check.Text("status").ShouldBe("failed");
        var refused = await mia.GetAsync($"/api/drives/{drive}/content?path=some.txt", HttpStatusCode.BadGateway);
        refused.Text("detail").ShouldBe($"{check.Text("explanation")} {check.Text("fix")}");
        refused.Text("detail").ShouldNotContain("another organization");
    }

    [Fact]
    public async Task A_read_only_drive_is_proven_by_reading_and_takes_no_writes()
    {
        var bucket = Connections.Unique("read-only");
        await Administrator.CreateBucketAsync(bucket, versioned: true);
        using (var s3 = Administrator.S3())
            await s3.PutObjectAsync(
                new()
                {
                    BucketName = bucket,
                    Key = "in/there/already.txt",
                    ContentBody = "already",
                },
                TestContext.Current.CancellationToken);
        using var mia = await App.SignInAsync("mia");
        var start = (JsonObject)JsonNode.Parse(System.Text.Json.JsonSerializer.Serialize(Connections.StartBody("iamRole")))!;
        start["access"] = "readOnly";
        var id = (await mia.PostAsync("/api/connections", start, HttpStatusCode.Accepted)).Text("id");
        var role = Connections.Unique("reader");
        var arn = await Administrator.CreateRoleAsync(
            role,
            (await mia.GetAsync($"/api/connections/{id}", HttpStatusCode.OK))["trustPolicy"]!);
        await mia.PostAsync($"/api/connections/{id}/confirmations/trust-policy", null, HttpStatusCode.Accepted);
        await mia.UntilAsync(id, "awaitingConfiguration");
        await mia.SendAsync(
            HttpMethod.Put,
            $"/api/connections/{id}/configuration",
            Connections.RoleConfiguration(arn, "in", bucket),
            HttpStatusCode.Accepted);
        var offered = await mia.UntilAsync(id, "awaitingBucketPolicy");
        foreach (var policy in (string[])["rolePolicy", "bucketPolicy"])
        {
            foreach (var write in (string[])["Put", "Delete", "Abort", "Multipart"])
                offered[policy]!.ToJsonString().ShouldNotContain(write);
        }

        await Administrator.PutRolePolicyAsync(role, offered["rolePolicy"]!);
        await mia.PostAsync($"/api/connections/{id}/confirmations/bucket-policy", null, HttpStatusCode.Accepted);
        var connected = await EndedAsync(mia, id);
        connected.Text("status").ShouldBe("connected", connected.ToJsonString());
        connected.Text("access").ShouldBe("readOnly");
        var report = connected["verification"]!;
        report.Check("object-readable").Text("status").ShouldBe("passed", report.ToJsonString());
        report.Check("version-readable").Text("status").ShouldBe("passed", report.ToJsonString());
        report.Check("object-writable").Text("status").ShouldBe("notApplicable");
        report.Check("object-writable").Text("explanation").ShouldContain("read-only");

        var drive = $"/api/drives/{connected.Text("driveId")}";
        (await mia.GetStringAsync($"{drive}/content?path=there/already.txt", TestContext.Current.CancellationToken)).ShouldBe("already");
        (await mia.SendAsync(HttpMethod.Put, $"{drive}/content?path=new.txt", new { }, HttpStatusCode.Conflict))
            .Text("code")
            .ShouldBe("read-only");
        (await mia.SendAsync(HttpMethod.Delete, $"{drive}/content?path=there/already.txt", null, HttpStatusCode.Conflict))
            .Text("code")
            .ShouldBe("read-only");
        (await mia.PostAsync($"{drive}/uploads", new { path = "new.txt", size = 5 }, HttpStatusCode.Conflict))
            .Text("code")
            .ShouldBe("read-only");
        (
            await mia.PostAsync(
                "/api/integrations",
                new
                {
                    kind = "downstream",
                    driveId = connected.Text("driveId"),
                    workspaceId = "ws_claims",
                    folder = "out",
                },
                HttpStatusCode.UnprocessableEntity)
        )["errors"]!["driveId"].ShouldNotBeNull();
        using var max = await App.SignInAsync("max");
        (
            await max.SendAsync(
                HttpMethod.Put,
                "/api/workspaces/ws_claims/default-drive",
                new { driveId = connected.Text("driveId") },
                HttpStatusCode.UnprocessableEntity))
            .Text("detail")
            .ShouldContain("read-only");
        start["makeDefault"] = true;
        start["displayName"] = Connections.Unique("default");
        (await max.PostAsync("/api/connections", start, HttpStatusCode.UnprocessableEntity))["errors"]!["makeDefault"].ShouldNotBeNull();
    }

    [Fact]
    public async Task A_drive_that_overlaps_another_is_told_by_segments_and_needs_a_yes()
    {
        var bucket = Connections.Unique("overlap");
        await Administrator.CreateBucketAsync(bucket);
        var first = await ByKeyAsync(bucket, "a/b");
        using var mia = await App.SignInAsync("mia");
        foreach (var (path, kind) in ((string, string)[])[("a/b", "equal"), ("a", "contains"), ("a/b/c", "within"), ("", "contains")])
        {
            var refused = await ConfigureAsync(mia, bucket, path, HttpStatusCode.Conflict);
            refused.Text("code").ShouldBe("overlap");
            var other = refused["drives"]!.AsArray().ShouldHaveSingleItem()!;
            other.Text("driveId").ShouldBe(first.Text("driveId"));
            other.Text("kind").ShouldBe(kind);
            refused.Text("detail").ShouldContain(first.Text("displayName"));
        }

        await ConfigureAsync(mia, bucket, "a/bc", HttpStatusCode.Accepted);
        using var leo = await App.SignInAsync("leo");
        var hidden = await ConfigureAsync(leo, bucket, "a/b", HttpStatusCode.Conflict, "ws_loans");
        hidden["drives"]!.AsArray().ShouldBeEmpty();
        hidden.ToJsonString().ShouldNotContain(first.Text("displayName"));
        await ConfigureAsync(leo, bucket, "a/b", HttpStatusCode.Accepted, "ws_loans", allow: true);
    }

    [Fact]
    public async Task Of_drives_that_overlap_and_are_connected_at_once_only_one_comes_to_be_without_a_yes()
    {
        var bucket = Connections.Unique("race");
        await Administrator.CreateBucketAsync(bucket);
        var key = await Administrator.CreateUserWithKeyAsync(Connections.Unique("user"), Connections.Grants(bucket, "in", Sufficient));
        var ended = await Task.WhenAll(
            Enumerable
                .Range(0, 5)
                .Select(async _ =>
                {
                    using var mia = await App.SignInAsync("mia");
                    var id = (await Connections.StartAsync(mia, "accessKey")).Text("id");
                    var configuration = Connections.KeyConfiguration(key, bucket, "in");
                    configuration["allowOverlap"] = false;
                    using var answer = await mia.PutAsync(
                        $"/api/connections/{id}/configuration",
                        new StringContent(configuration.ToJsonString(), Encoding.UTF8, "application/json"));
                    return answer.StatusCode is HttpStatusCode.Conflict ? null : await EndedAsync(mia, id);
                }));
        ended.Count(connection => connection?.Text("status") == "connected").ShouldBe(1);
        ended
            .OfType<JsonNode>()
            .Where(connection => connection.Text("status") != "connected")
            .ShouldAllBe(connection => connection["problem"]!.Text("code") == "overlap");
    }

    [Fact]
    public async Task Sessions_carry_tags_where_the_trust_policy_allows_it_and_work_without_where_it_does_not()
    {
        using var mia = await App.SignInAsync("mia");
        var start = (JsonObject)JsonNode.Parse(System.Text.Json.JsonSerializer.Serialize(Connections.StartBody("iamRole")))!;
        start["authentication"]!["sessionTags"] = true;
        foreach (var allowed in (bool[])[true, false])
        {
            start["displayName"] = Connections.Unique("tags");
            var connection = await mia.PostAsync("/api/connections", start, HttpStatusCode.Accepted);
            connection["trustPolicy"]!.ToJsonString().ShouldContain("sts:TagSession");
            var trust = connection["trustPolicy"]!.DeepClone();
            if (!allowed)
                trust["Statement"]![0]!["Action"] = "sts:AssumeRole";
            var role = Connections.Unique("tagged");
            var arn = await Administrator.CreateRoleAsync(role, trust);
            var id = connection.Text("id");
            await mia.PostAsync($"/api/connections/{id}/confirmations/trust-policy", null, HttpStatusCode.Accepted);
            await mia.UntilAsync(id, "awaitingConfiguration");
            await mia.SendAsync(
                HttpMethod.Put,
                $"/api/connections/{id}/configuration",
                Connections.RoleConfiguration(arn, "tags"),
                HttpStatusCode.Accepted);
            var offered = await mia.UntilAsync(id, "awaitingBucketPolicy");
            await Administrator.PutRolePolicyAsync(role, offered["rolePolicy"]!);
            await mia.PostAsync($"/api/connections/{id}/confirmations/bucket-policy", null, HttpStatusCode.Accepted);
            var connected = await EndedAsync(mia, id);
            connected.Text("status").ShouldBe("connected", connected.ToJsonString());
        }
    }

    private async Task<string> CreateKeyAsync()
    {
        var (exit, output) = await AwsCommand.RunAsync(
            ["kms", "create-key", "--query", "KeyMetadata.Arn", "--output", "text"], Administrator.CommandLineEnvironment());
        exit.ShouldBe(0, output);
        return output.Trim();
    }

    private async Task<JsonNode> ByKeyAsync(string bucket, string path, string[]? permissions = null)
    {
        using var mia = await App.SignInAsync("mia");
        var key = await Administrator.CreateUserWithKeyAsync(
            Connections.Unique("user"),
            Connections.Grants(bucket, path, permissions ?? Sufficient));
        var id = (await Connections.StartAsync(mia, "accessKey")).Text("id");
        await mia.SendAsync(
            HttpMethod.Put,
            $"/api/connections/{id}/configuration",
            Connections.KeyConfiguration(key, bucket, path),
            HttpStatusCode.Accepted);
        return await EndedAsync(mia, id);
    }

    private async Task<JsonNode> ConfigureAsync(
        HttpClient http,
        string bucket,
        string path,
        HttpStatusCode expected,
        string workspace = "ws_claims",
        bool allow = false)
    {
        var id = (
            await http.PostAsync("/api/connections", Connections.StartBody("accessKey", workspace: workspace), HttpStatusCode.Accepted)
        ).Text("id");
        var configuration = Connections.KeyConfiguration(Administrator.DriveUser, bucket, path);
        configuration["allowOverlap"] = allow;
        return await http.SendAsync(HttpMethod.Put, $"/api/connections/{id}/configuration", configuration, expected);
    }

    private static Task<JsonNode> EndedAsync(HttpClient http, string id, int attempts = 1) =>
        http.UntilAsync(id, now => now.Text("status") is "connected" || now["attempt"]!.GetValue<int>() > attempts);

    private static async Task<JsonNode> MergeAsync(HttpClient http, string id, byte[] policy, HttpStatusCode expected)
    {
        using var content = new ByteArrayContent(policy);
        content.Headers.ContentType = new("application/json");
        using var answer = await http.PostAsync(
            $"/api/connections/{id}/merged-bucket-policy",
            content,
            TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        answer.StatusCode.ShouldBe(expected, text);
        return JsonNode.Parse(text)!;
    }
}
