using System.Net;
using System.Text.Json.Nodes;
using ServerlessDrives.Tests.Integration.Connecting;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Setup;

/// <summary>The open step as something to run: the script run by a shell with the real <c>aws</c> command, on the sandbox.</summary>
[Collection(ScriptsApp.Name)]
public sealed class SetupScripts(ScriptsApp running)
{
    /// <summary>A trust policy of somebody else's, in a role that is there already.</summary>
    private const string Theirs = $$"""
        {"Version":"2012-10-17","Statement":[{"Sid":"Theirs","Effect":"Allow",
         "Principal":{"AWS":"arn:aws:iam::{{AwsAdministrator.Account}}:root"},"Action":"sts:AssumeRole",
         "Condition":{"StringEquals":{"sts:ExternalId":"theirs"} } }]}
        """;

    private readonly AwsAdministrator _administrator = running.App.Administrator();

    [Fact]
    public async Task One_script_takes_a_configured_connection_to_its_drive_and_changes_nothing_when_run_again()
    {
        using var mia = await running.App.SignInAsync("mia");
        var role = Connections.Unique("script");
        var arn = await _administrator.CreateRoleAsync(role, JsonNode.Parse(Theirs)!);
        var sids = Sids(await BucketPolicyAsync());
        var start = await mia.PostAsync(
            "/api/connections",
            new
            {
                displayName = Connections.Unique("it's a script"),
                audience = new { type = "workspace", workspaceId = "ws_claims" },
                authentication = new { method = "iamRole" },
                configuration = Connections.RoleConfiguration(arn, "claims/inbox"),
            },
            HttpStatusCode.Accepted);
        var script = await ScriptAsync(mia, start.Text("id"));

        await RunAsync(script);
        var connected = await mia.UntilAsync(start.Text("id"), "connected");
        connected["verification"]!["passed"]!.GetValue<bool>().ShouldBeTrue();
        (await RoleAsync(role)).ShouldContain("Theirs", customMessage: "What others wrote into the role's trust policy stays.");
        sids.ShouldBeSubsetOf(Sids(await BucketPolicyAsync()));

        var before = (
            await RoleAsync(role),
            await BucketPolicyAsync(),
            (await mia.GetAsync($"/api/connections/{start.Text("id")}", HttpStatusCode.OK)).ToJsonString());
        var again = await RunAsync(script);
        again.ShouldContain("its trust policy is as it should be");
        again.ShouldContain($"is as it should be.\nThe policy of the bucket acme-documents is as it should be.");
        (
            await RoleAsync(role),
            await BucketPolicyAsync(),
            (await mia.GetAsync($"/api/connections/{start.Text("id")}", HttpStatusCode.OK)).ToJsonString()
        ).ShouldBe(before);

        using var ada = await running.App.SignInAsync("ada");
        var trail = await ada.GetAsync($"/api/audit?resource={start.Text("id")}", HttpStatusCode.OK);
        var confirmed = trail["items"]!.AsArray().Where(entry => entry!.Text("action") == "connection.confirmed").ToList();
        var entry = confirmed.ShouldHaveSingleItem("one link confirms both steps")!;
        entry["actor"]!.Text("kind").ShouldBe("callback");
        entry["actor"]!.Text("id").ShouldStartWith($"arn:aws:iam::{AwsAdministrator.Account}:");
        entry["after"]!.Text("roleArn").ShouldBe(arn);
        entry["after"]!["bucketPolicyApplied"]!.GetValue<bool>().ShouldBeTrue();
    }

    [Fact]
    public async Task A_script_for_each_step_with_the_configuration_in_between()
    {
        using var mia = await running.App.SignInAsync("mia");
        var id = (await Connections.StartAsync(mia, "iamRole")).Text("id");
        var said = await RunAsync(await ScriptAsync(mia, id), without: "jq");
        var arn = said.Split('\n').Single(line => line.StartsWith("Its ARN: ", StringComparison.Ordinal))["Its ARN: ".Length..];
        var waiting = await mia.UntilAsync(id, "awaitingConfiguration");
        waiting["authentication"]!.Text("reportedRoleArn").ShouldBe(arn);
        var configuration = Connections.RoleConfiguration(arn, "claims/inbox");
        configuration.Remove("roleArn");
        await mia.SendAsync(HttpMethod.Put, $"/api/connections/{id}/configuration", configuration, HttpStatusCode.Accepted);
        await mia.UntilAsync(id, "awaitingBucketPolicy");
        await RunAsync(await ScriptAsync(mia, id), without: "jq");
        await mia.UntilAsync(id, "connected");
    }

    [Fact]
    public async Task There_is_no_script_for_a_step_that_is_not_open_nor_for_an_access_key()
    {
        using var mia = await running.App.SignInAsync("mia");
        var id = (await Connections.StartAsync(mia, "accessKey")).Text("id");
        (await mia.GetAsync($"/api/connections/{id}/setup?format=aws-cli", HttpStatusCode.Conflict)).Text("code").ShouldBe("step-not-open");
        (await mia.GetAsync($"/api/connections/{id}/setup?format=pulumi", HttpStatusCode.UnprocessableEntity))
            .Text("code")
            .ShouldBe("invalid");
    }

    private static List<string> Sids(string policy) =>
        policy.Length == 0
            ? []
            : [.. JsonNode.Parse(policy)!["Statement"]!.AsArray().Select(statement => statement!["Sid"]?.GetValue<string>() ?? "")];

    [Fact]
    public async Task Case_17_a_script_overwrites_no_external_id_of_ours_that_it_does_not_know()
    {
        using var mia = await running.App.SignInAsync("mia");
        var first = await Connections.StartAsync(mia, "iamRole");
        var role = Connections.Unique("taken");
        var arn = await _administrator.CreateRoleAsync(role, first["trustPolicy"]!);
        var second = await mia.PostAsync(
            "/api/connections",
            new
            {
                displayName = Connections.Unique("second"),
                audience = new { type = "workspace", workspaceId = "ws_claims" },
                authentication = new { method = "iamRole" },
                configuration = Connections.RoleConfiguration(arn, "taken"),
            },
            HttpStatusCode.Accepted);
        var before = await RoleAsync(role);
        var (exit, _, errors) = await TryAsync(await ScriptAsync(mia, second.Text("id")));
        exit.ShouldNotBe(0);
        errors.ShouldContain(first.Text("externalId"));
        errors.ShouldContain("another connection uses this role");
        (await RoleAsync(role)).ShouldBe(before);
    }

    /// <summary>Where jq isn't installed: the script reads the policy in another way then.</summary>
    [Fact]
    public async Task Case_11_a_script_stops_at_a_bucket_policy_that_names_a_principal_that_is_gone()
    {
        using var mia = await running.App.SignInAsync("mia");
        var bucket = Connections.Unique("gone");
        await _administrator.CreateBucketAsync(bucket);
        var old = Connections.Unique("old");
        var arn = await _administrator.CreateRoleAsync(old, JsonNode.Parse(Theirs)!);
        await _administrator.PutBucketPolicyAsync(
            bucket,
            JsonNode.Parse(
                """{"Version":"2012-10-17","Statement":[{"Sid":"OfOldRole","Effect":"Allow","Principal":"""
                    + $$"""{"AWS":"{{arn}}"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::{{bucket}}/*"}]}"""
            )!);
        await _administrator.IamAsync("DeleteRole", ("RoleName", old));
        var (id, _, _) = await Connections.OfferAsync(running.App, mia, bucket, "in");
        var (exit, _, errors) = await TryAsync(await ScriptAsync(mia, id), "jq");
        exit.ShouldNotBe(0);
        errors.ShouldContain("in this statement: OfOldRole");
    }

    private static async Task<string> ScriptAsync(HttpClient http, string connection)
    {
        using var answer = await http.GetAsync(new Uri($"/api/connections/{connection}/setup?format=aws-cli", UriKind.Relative));
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Headers.CacheControl!.NoStore.ShouldBeTrue();
        return await answer.Content.ReadAsStringAsync();
    }

    private Task<string> RunAsync(string script, string? without = null) => AwsScripts.RunAsync(_administrator, script, without);

    private Task<(int Exit, string Output, string Errors)> TryAsync(string script, string? without = null) =>
        AwsScripts.TryAsync(_administrator, script, without);

    private async Task<string> RoleAsync(string role) =>
        Uri.UnescapeDataString(await _administrator.IamAsync("GetRole", ("RoleName", role)))
            .Split("<AssumeRolePolicyDocument>")[1]
            .Split("</AssumeRolePolicyDocument>")[0];

    private async Task<string> BucketPolicyAsync()
    {
        using var s3 = _administrator.S3();
        // For a bucket without a policy the SDK hands S3's error document over as if it were one.
        return
            (await s3.GetBucketPolicyAsync(new Amazon.S3.Model.GetBucketPolicyRequest { BucketName = "acme-documents" })).Policy
                is ['{', ..] policy
            ? policy
            : "";
    }
}
