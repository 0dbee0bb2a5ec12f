using System.Net;
using System.Text.Json.Nodes;
using ServerlessDrives.Tests.Integration.Connecting;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Setup;

/// <summary>Trust policy, role policy and bucket policy in one go: the AWS administrator comes once.</summary>
[Collection(ScriptsApp.Name)]
public sealed class AllInOneGo(ScriptsApp running)
{
    private readonly AwsAdministrator _administrator = running.App.Administrator();

    /// <summary>With jq and without it, in turn: the script reads and writes policies in another way then.</summary>
    [Fact]
    public async Task One_script_makes_the_role_tells_its_arn_and_leads_to_the_drive_and_can_be_tried_repeated_and_undone()
    {
        using var mia = await running.App.SignInAsync("mia");
        var bucket = await NewBucketAsync();
        var connection = await StartAsync(mia, bucket);
        var id = connection.Text("id");
        connection.Text("status").ShouldBe("awaitingTrustPolicy");
        connection["configuration"]!["roleArn"].ShouldBeNull();
        var script = await SetupAsync(mia, id, "aws-cli");

        var tried = await AwsScripts.RunAsync(_administrator, script, null, "--dry-run");
        tried.ShouldContain("this would be changed");
        tried.ShouldContain("Nothing was changed");
        var role = $"ServerlessDrives-{id[^8..]}";
        (await RoleIsThereAsync(role)).ShouldBeFalse();
        (await _administrator.BucketPolicyAsync(bucket))!.ShouldNotContain("ServerlessDrivescon");
        (await mia.GetAsync($"/api/connections/{id}", HttpStatusCode.OK)).Text("status").ShouldBe("awaitingTrustPolicy");

        var said = await AwsScripts.RunAsync(_administrator, script, "jq");
        said.ShouldContain($"The role {role} is made.");
        var connected = await mia.UntilAsync(id, "connected");
        connected["attempt"]!.GetValue<int>().ShouldBe(1, "nobody was asked a second time");
        connected["configuration"]!.Text("roleArn").ShouldBe($"arn:aws:iam::{AwsAdministrator.Account}:role/{role}");
        var policy = (await _administrator.BucketPolicyAsync(bucket))!;
        policy.ShouldContain("Theirs", customMessage: "what others wrote into the bucket's policy stays");

        var again = await AwsScripts.RunAsync(_administrator, script);
        again.ShouldNotContain("will be changed");
        again.ShouldContain("This step is confirmed already.");
        (await _administrator.BucketPolicyAsync(bucket)).ShouldBe(policy);

        var removed = await AwsScripts.RunAsync(_administrator, script, "jq", "--remove");
        removed.ShouldContain($"The role {role}, which was made for this drive, is deleted.");
        (await RoleIsThereAsync(role)).ShouldBeFalse();
        var left = (await _administrator.BucketPolicyAsync(bucket))!;
        left.ShouldContain("Theirs");
        left.ShouldNotContain("ServerlessDrivescon");
    }

    [Fact]
    public async Task A_second_drive_on_the_role_by_a_script_of_its_own_leaves_the_first_one_working_and_so_does_its_removal()
    {
        using var mia = await running.App.SignInAsync("mia");
        var bucket = await NewBucketAsync();
        var first = await StartAsync(mia, bucket, "one");
        await AwsScripts.RunAsync(_administrator, await SetupAsync(mia, first.Text("id"), "aws-cli"));
        var connected = await mia.UntilAsync(first.Text("id"), "connected");
        var drive = connected.Text("driveId");

        var second = await mia.PostAsync(
            "/api/connections",
            new
            {
                displayName = Connections.Unique("second"),
                audience = new { type = "workspace", workspaceId = "ws_claims" },
                authentication = new { method = "iamRole", roleId = connected["authentication"]!.Text("roleId") },
                configuration = Bucket(bucket, "two"),
            },
            HttpStatusCode.Accepted);
        await mia.UntilAsync(second.Text("id"), "awaitingBucketPolicy");
        var script = await SetupAsync(mia, second.Text("id"), "aws-cli");
        await AwsScripts.RunAsync(_administrator, script);
        await mia.UntilAsync(second.Text("id"), "connected");
        await WorksAsync();

        (await AwsScripts.RunAsync(_administrator, script, null, "--remove")).ShouldContain("other drives use it");
        await WorksAsync();

        async Task WorksAsync()
        {
            using var content = new StringContent("proof");
            using var put = await mia.PutAsync(new Uri($"/api/drives/{drive}/files/proof.txt", UriKind.Relative), content);
            put.IsSuccessStatusCode.ShouldBeTrue();
        }
    }

    [Fact]
    public async Task A_link_for_all_takes_the_arn_confirms_everything_and_is_good_again_only_after_a_check_has_failed()
    {
        using var mia = await running.App.SignInAsync("mia");
        using var nobody = running.App.Anonymous();
        var bucket = await NewBucketAsync();
        var connection = await StartAsync(mia, bucket);
        var id = connection.Text("id");
        var link = await mia.PostAsync($"/api/connections/{id}/callback-links", new { step = "all" }, HttpStatusCode.Created);
        var address = $"/api/callbacks/{link.Text("url").Split('/')[^1]}";

        var shown = await nobody.GetAsync(address, HttpStatusCode.OK);
        shown.Text("step").ShouldBe("all");
        shown["needsRoleArn"]!.GetValue<bool>().ShouldBeTrue();
        shown.Text("requestedBy").ShouldStartWith("Mia");
        shown.Text("organization").ShouldBe("Acme Insurance");
        shown["rolePolicy"].ShouldNotBeNull();
        shown["bucketPolicy"]!.ToJsonString().ShouldContain("YOUR-ACCOUNT");
        (await nobody.PostAsync(address, new { confirmedBy = "Sam" }, HttpStatusCode.UnprocessableEntity))["errors"]!["roleArn"]
            .ShouldNotBeNull();

        // A role that trusts somebody else: the trust is tried, and refused.
        var wrong = await _administrator.CreateRoleAsync(
            Connections.Unique("wrong"),
            AwsAdministrator.Policy(
                new JsonObject
                {
                    ["Effect"] = "Allow",
                    ["Principal"] = new JsonObject { ["AWS"] = $"arn:aws:iam::{AwsAdministrator.Account}:root" },
                    ["Action"] = "sts:AssumeRole",
                }));
        var all = new { confirmedBy = "Sam", roleArn = wrong, bucketPolicyApplied = true };
        await nobody.PostAsync(address, all, HttpStatusCode.Accepted);
        (await nobody.PostAsync(address, all, HttpStatusCode.Conflict)).Text("code").ShouldBe("callback-used");
        var failed = await FailedAsync(mia, id);
        failed.Text("status").ShouldBe("awaitingTrustPolicy");
        (await nobody.GetAsync(address, HttpStatusCode.OK))["problem"]!.Text("code").ShouldBe("role-not-trusted");

        var role = Connections.Unique("right");
        var right = await _administrator.CreateRoleAsync(role, connection["trustPolicy"]!);
        var policies = await nobody.GetAsync($"{address}?roleArn={right}", HttpStatusCode.OK);
        policies["bucketPolicy"]!.ToJsonString().ShouldContain(right);
        await _administrator.PutRolePolicyAsync(role, policies["rolePolicy"]!);
        var merged = await nobody.PostAsync(
            $"{address}/merged-bucket-policy?roleArn={right}",
            JsonNode.Parse((await _administrator.BucketPolicyAsync(bucket))!),
            HttpStatusCode.OK);
        merged.ToJsonString().ShouldContain("Theirs");
        await _administrator.PutBucketPolicyAsync(bucket, merged);
        await nobody.PostAsync(address, new { roleArn = right }, HttpStatusCode.Accepted);
        var connected = await mia.UntilAsync(id, "connected");
        connected["attempt"]!.GetValue<int>().ShouldBe(2, "the bucket's policies were not asked for");
        (await nobody.PostAsync(address, all, HttpStatusCode.Conflict)).Text("code").ShouldBe("callback-used");
        var seen = await nobody.GetAsync(address, HttpStatusCode.OK);
        seen.Text("status").ShouldBe("connected");
        seen["verification"]!["passed"]!.GetValue<bool>().ShouldBeTrue();
    }

    [Fact]
    public async Task What_is_said_ahead_counts_when_its_step_opens_unless_the_bucket_has_changed_meanwhile()
    {
        using var mia = await running.App.SignInAsync("mia");
        var (bucket, other) = (await NewBucketAsync(), await NewBucketAsync());
        var connection = await StartAsync(mia, bucket);
        var id = connection.Text("id");
        var trust = $"/api/connections/{id}/confirmations/trust-policy";
        // The role isn't there: the trust is tried, and refused.
        var missing = $"arn:aws:iam::{AwsAdministrator.Account}:role/{Connections.Unique("later")}";
        await mia.PostAsync(trust, new { roleArn = missing, bucketPolicyApplied = true }, HttpStatusCode.Accepted);
        await FailedAsync(mia, id);

        var arn = await _administrator.CreateRoleAsync(missing.Split('/')[^1], connection["trustPolicy"]!);
        await mia.SendAsync(HttpMethod.Put, $"/api/connections/{id}/configuration", Bucket(other, "in"), HttpStatusCode.Accepted);
        await mia.PostAsync(trust, null, HttpStatusCode.Accepted);
        var offered = await mia.UntilAsync(id, "awaitingBucketPolicy");
        offered["attempt"]!.GetValue<int>().ShouldBe(2);
        offered["confirmed"]!.GetValue<bool>().ShouldBeFalse("the policies that were applied are another bucket's");
        offered["configuration"]!.Text("roleArn").ShouldBe(arn, "a configuration without a role keeps the one that is known");
    }

    [Fact]
    public async Task A_link_that_is_revoked_while_it_is_used_confirms_nothing_and_a_role_that_came_by_a_link_is_said_to_have()
    {
        using var mia = await running.App.SignInAsync("mia");
        using var nobody = running.App.Anonymous();
        var connection = await StartAsync(mia, await NewBucketAsync());
        var id = connection.Text("id");
        var link = await mia.PostAsync($"/api/connections/{id}/callback-links", new { step = "all" }, HttpStatusCode.Created);
        var address = $"/api/callbacks/{link.Text("url").Split('/')[^1]}";
        var arn = await _administrator.CreateRoleAsync(Connections.Unique("named"), connection["trustPolicy"]!);
        await nobody.PostAsync(
            address,
            new { confirmedBy = "Sam", roleArn = arn, bucketPolicyApplied = false },
            HttpStatusCode.Accepted);
        var offered = await mia.UntilAsync(id, "awaitingBucketPolicy");
        offered["authentication"]!.Text("roleNamedBy").ShouldBe("Sam");
        (await nobody.PostAsync(address, new { bucketPolicyApplied = false }, HttpStatusCode.UnprocessableEntity))["errors"]![
            "bucketPolicyApplied"].ShouldNotBeNull();
        await mia.SendAsync(HttpMethod.Delete, $"/api/connections/{id}/callback-links", null, HttpStatusCode.NoContent);
        (await nobody.PostAsync(address, null, HttpStatusCode.Gone)).Text("code").ShouldBe("callback-revoked");
        (await mia.GetAsync($"/api/connections/{id}", HttpStatusCode.OK))["confirmed"]!.GetValue<bool>().ShouldBeFalse();
    }

    [Theory]
    [InlineData("arn:aws:iam::444455556666:role/$(touch${IFS}owned)|e#/drives")]
    [InlineData("arn:aws:iam::444455556666:role/a&b/drives")]
    [InlineData("arn:aws:iam::444455556666:role/it's/drives")]
    [InlineData("arn:aws:iam::444455556666:role/\"quoted\"/drives")]
    public async Task A_role_whose_path_a_shell_could_take_for_its_own_is_refused(string arn)
    {
        using var mia = await running.App.SignInAsync("mia");
        var id = (await StartAsync(mia, await NewBucketAsync())).Text("id");
        var refused = await mia.PostAsync(
            $"/api/connections/{id}/confirmations/trust-policy",
            new { roleArn = arn },
            HttpStatusCode.UnprocessableEntity);
        refused["errors"]!["roleArn"].ShouldNotBeNull();
        using var named = await mia.GetAsync(
            new Uri($"/api/connections/{id}/setup?format=aws-cli&roleName={Uri.EscapeDataString(arn.Split(":role/")[1])}", UriKind.Relative)
        );
        named.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task What_cannot_be_so_is_refused_by_its_field()
    {
        using var mia = await running.App.SignInAsync("mia");
        var bare = (await Connections.StartAsync(mia, "iamRole")).Text("id");
        const string role = $"arn:aws:iam::{AwsAdministrator.Account}:role/nobody-made-this";
        await RefusedAsync(bare, new { roleArn = role, bucketPolicyApplied = true }, "bucketPolicyApplied");
        await RefusedAsync(bare, new { roleArn = role.Replace("arn:aws:", "arn:aws-cn:", StringComparison.Ordinal) }, "roleArn");
        await RefusedAsync(bare, new { roleArn = "drives" }, "roleArn");
        var configured = (await StartAsync(mia, await NewBucketAsync())).Text("id");
        await RefusedAsync(configured, new { bucketPolicyApplied = true }, "roleArn");

        async Task RefusedAsync(string id, object body, string field)
        {
            var refused = await mia.PostAsync(
                $"/api/connections/{id}/confirmations/trust-policy",
                body,
                HttpStatusCode.UnprocessableEntity);
            refused["errors"]!.AsObject().Select(error => error.Key).ShouldBe([field]);
            (await mia.GetAsync($"/api/connections/{id}", HttpStatusCode.OK))["confirmed"]!.GetValue<bool>().ShouldBeFalse();
        }
    }

    [Fact]
    public async Task A_script_stops_before_it_changes_anything_where_AWS_will_never_agree()
    {
        using var mia = await running.App.SignInAsync("mia");
        var bucket = await NewBucketAsync();
        var large = JsonNode.Parse((await _administrator.BucketPolicyAsync(bucket))!)!;
        for (var number = 0; large.ToJsonString().Length < 20_000; number++)
            large["Statement"]!.AsArray().Add(
                new JsonObject
                {
                    ["Sid"] = $"Large{number}",
                    ["Effect"] = "Deny",
                    ["Principal"] = "*",
                    ["Action"] = "s3:GetObject",
                    ["Resource"] = $"arn:aws:s3:::{bucket}/{new string('x', 200)}{number}",
                });
        await _administrator.PutBucketPolicyAsync(bucket, large);
        var id = (await StartAsync(mia, bucket)).Text("id");
        var (exit, _, errors) = await AwsScripts.TryAsync(_administrator, await SetupAsync(mia, id, "aws-cli"));
        exit.ShouldNotBe(0);
        errors.ShouldContain("AWS takes at most 20480");
        (await RoleIsThereAsync($"ServerlessDrives-{id[^8..]}")).ShouldBeFalse();
    }

    /// <summary>The connection at its second attempt, without waiting as long as IAM may take to make a change known.</summary>
    private static async Task<JsonNode> FailedAsync(HttpClient http, string connection)
    {
        var stop = new Uri($"/api/connections/{connection}/verification/stop", UriKind.Relative);
        return await http.UntilAsync(
            connection,
            now =>
            {
                _ = http.PostAsync(stop, null);
                return now["attempt"]!.GetValue<int>() == 2;
            });
    }

    private async Task<string> NewBucketAsync()
    {
        var bucket = Connections.Unique("one-go");
        await _administrator.CreateBucketAsync(bucket);
        await _administrator.PutBucketPolicyAsync(
            bucket,
            AwsAdministrator.Policy(
                new JsonObject
                {
                    ["Sid"] = "Theirs",
                    ["Effect"] = "Allow",
                    ["Principal"] = new JsonObject { ["AWS"] = $"arn:aws:iam::{AwsAdministrator.Account}:root" },
                    ["Action"] = "s3:GetObject",
                    ["Resource"] = $"arn:aws:s3:::{bucket}/theirs/*",
                }));
        return bucket;
    }

    private static JsonObject Bucket(string bucket, string path) => new()
    {
        ["bucket"] = bucket,
        ["region"] = "us-east-1",
        ["path"] = path,
        ["encryption"] = new JsonObject { ["type"] = "none" },
    };

    private static Task<JsonNode> StartAsync(HttpClient http, string bucket, string path = "in") => http.PostAsync(
        "/api/connections",
        new
        {
            displayName = Connections.Unique("one go"),
            audience = new { type = "workspace", workspaceId = "ws_claims" },
            authentication = new { method = "iamRole" },
            configuration = Bucket(bucket, path),
        },
        HttpStatusCode.Accepted);

    private static Task<string> SetupAsync(HttpClient http, string connection, string format) =>
        http.GetStringAsync(new Uri($"/api/connections/{connection}/setup?format={format}", UriKind.Relative));

    private async Task<bool> RoleIsThereAsync(string role)
    {
        try
        {
            await _administrator.IamAsync("GetRole", ("RoleName", role));
            return true;
        }
        catch (InvalidOperationException missing) when (missing.Message.Contains("NoSuchEntity", StringComparison.Ordinal))
        {
            return false;
        }
    }
}
