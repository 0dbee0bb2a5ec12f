using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Connecting;

/// <summary>What propagation could explain is told at once, asked again for a time that depends on its kind, and can be stopped.</summary>
[Collection(PatientApp.Name)]
public sealed class HonestWaiting(PatientApp running)
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(40);

    private EmbeddedApp App => running.App;

    [Fact]
    public async Task A_denial_is_shown_with_its_cause_and_until_when_it_is_asked_again_and_stopping_ends_it()
    {
        using var mia = await App.SignInAsync("mia");
        var elsewhere = new JsonObject
        {
            ["Effect"] = "Allow",
            ["Action"] = "s3:GetObject",
            ["Resource"] = "arn:aws:s3:::somebody-elses-bucket/*",
        };
        var policy = AwsAdministrator.Policy(elsewhere);
        var key = await App.Administrator().CreateUserWithKeyAsync(Connections.Unique("denied"), policy);
        var id = await ConfigureAsync(mia, Connections.KeyConfiguration(key, "acme-documents", "denied"));

        var retrying = (await mia.UntilAsync(id, now => now["verification"]?["retrying"] is JsonObject, TimeLimit))["verification"]![
            "retrying"
        ]!;
        retrying.Text("awsErrorCode").ShouldBe("AccessDenied");
        retrying.Text("explanation").ShouldNotBeEmpty();
        retrying["tries"]!.GetValue<int>().ShouldBeGreaterThan(0);
        (retrying["until"]!.GetValue<DateTimeOffset>() - DateTimeOffset.UtcNow).ShouldBeInRange(
            TimeSpan.FromSeconds(20),
            TimeSpan.FromSeconds(61));

        var clock = Stopwatch.StartNew();
        await mia.PostAsync($"/api/connections/{id}/verification/stop", null, HttpStatusCode.Accepted);
        var ended = await mia.UntilAsync(id, now => now["attempt"]!.GetValue<int>() == 2, TimeLimit);
        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(20));
        ended["verification"]!["retrying"].ShouldBeNull();
        ended["verification"]!.Check("objects-listable").Text("status").ShouldBe("failed");

        // Nothing is being verified any more.
        (await mia.PostAsync($"/api/connections/{id}/verification/stop", null, HttpStatusCode.Conflict))
            .Text("code")
            .ShouldBe("step-not-open");
    }

    [Fact]
    public async Task A_bucket_that_isnt_there_is_asked_for_a_quarter_of_a_minute_only()
    {
        using var mia = await App.SignInAsync("mia");
        var id = await ConfigureAsync(mia, Connections.KeyConfiguration(App.Administrator().DriveUser, Connections.Unique("ghost"), ""));
        var report = (await mia.UntilAsync(id, now => now["verification"]?["retrying"] is JsonObject, TimeLimit))["verification"]!;
        (report["retrying"]!["until"]!.GetValue<DateTimeOffset>() - report["startedAt"]!.GetValue<DateTimeOffset>()).ShouldBeInRange(
            TimeSpan.FromSeconds(10),
            TimeSpan.FromSeconds(30));
        await mia.PostAsync($"/api/connections/{id}/verification/stop", null, HttpStatusCode.Accepted);
        await mia.UntilAsync(id, now => now["attempt"]!.GetValue<int>() == 2, TimeLimit);
    }

    [Fact]
    public async Task A_role_that_doesnt_trust_us_is_told_at_once_and_stopping_leads_back_to_the_trust_policy()
    {
        using var mia = await App.SignInAsync("mia");
        var id = (await Connections.StartAsync(mia, "iamRole")).Text("id");
        await mia.PostAsync($"/api/connections/{id}/confirmations/trust-policy", null, HttpStatusCode.Accepted);
        await mia.UntilAsync(id, "awaitingConfiguration");
        await mia.SendAsync(
            HttpMethod.Put,
            $"/api/connections/{id}/configuration",
            Connections.RoleConfiguration("arn:aws:iam::444455556666:role/not-there", "x"),
            HttpStatusCode.Accepted);
        var retrying = (await mia.UntilAsync(id, now => now["verification"]?["retrying"] is JsonObject, TimeLimit))["verification"]![
            "retrying"
        ]!;
        retrying.Text("check").ShouldBe("trust-accepted");
        await mia.PostAsync($"/api/connections/{id}/verification/stop", null, HttpStatusCode.Accepted);
        (await mia.UntilAsync(id, now => now["attempt"]!.GetValue<int>() == 2, TimeLimit)).Text("status").ShouldBe("awaitingTrustPolicy");
    }

    [Fact]
    public async Task A_role_whose_policies_are_there_already_connects_without_asking_for_them()
    {
        using var mia = await App.SignInAsync("mia");
        var first = await Connections.ConnectByRoleAsync(App, mia);
        var (role, configuration) = (first["authentication"]!.Text("roleId"), first["configuration"]!);
        await mia.SendAsync(
            HttpMethod.Delete,
            $"/api/drives/{first.Text("driveId")}",
            new { confirmation = first.Text("displayName") },
            HttpStatusCode.Accepted);
        var again = await mia.PostAsync("/api/connections", Connections.StartBody("iamRole", roleId: role), HttpStatusCode.Accepted);
        await mia.UntilAsync(again.Text("id"), "awaitingConfiguration");
        await mia.SendAsync(
            HttpMethod.Put,
            $"/api/connections/{again.Text("id")}/configuration",
            new
            {
                bucket = configuration.Text("bucket"),
                region = configuration.Text("region"),
                path = configuration.Text("path"),
                encryption = new { type = "none" },
                allowOverlap = true,
            },
            HttpStatusCode.Accepted);
        (await mia.UntilAsync(again.Text("id"), "connected", "awaitingBucketPolicy")).Text("status").ShouldBe("connected");
    }

    [Fact]
    public async Task What_one_script_has_applied_is_found_when_the_trust_is_confirmed()
    {
        using var mia = await App.SignInAsync("mia");
        var (id, arn) = await StartWithARoleThatMayAllAsync(mia);
        await ConfigureAsync(mia, id, Connections.RoleConfiguration(arn, Connections.Unique("script")));
        await mia.PostAsync($"/api/connections/{id}/confirmations/trust-policy", null, HttpStatusCode.Accepted);
        (await mia.UntilAsync(id, "connected", "awaitingBucketPolicy")).Text("status").ShouldBe("connected");
    }

    [Fact]
    public async Task What_was_confirmed_once_is_not_asked_for_again_when_the_region_is_corrected()
    {
        using var mia = await App.SignInAsync("mia");
        var (id, arn) = await StartWithARoleThatMayAllAsync(mia);
        await mia.PostAsync($"/api/connections/{id}/confirmations/trust-policy", null, HttpStatusCode.Accepted);
        await mia.UntilAsync(id, "awaitingConfiguration");
        var configuration = Connections.RoleConfiguration(arn, Connections.Unique("region"));
        configuration["region"] = "eu-west-1";
        await ConfigureAsync(mia, id, configuration);
        await mia.UntilAsync(id, "awaitingBucketPolicy");
        await mia.PostAsync($"/api/connections/{id}/confirmations/bucket-policy", null, HttpStatusCode.Accepted);
        var failed = await mia.UntilAsync(id, now => now["attempt"]!.GetValue<int>() == 2, TimeLimit);
        configuration["region"] = failed["verification"]!.Text("foundRegion");
        await ConfigureAsync(mia, id, configuration);
        (await mia.UntilAsync(id, now => now.Text("status") == "connected" || now["attempt"]!.GetValue<int>() == 3, TimeLimit))
            .Text("status")
            .ShouldBe("connected");
    }

    private async Task<(string Connection, string Arn)> StartWithARoleThatMayAllAsync(HttpClient http)
    {
        var (connection, role) = (await Connections.StartAsync(http, "iamRole"), Connections.Unique("all"));
        var arn = await App.Administrator().CreateRoleAsync(role, connection["trustPolicy"]!);
        var everything = JsonNode.Parse("""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}""")!;
        await App.Administrator().PutRolePolicyAsync(role, everything);
        return (connection.Text("id"), arn);
    }

    private static async Task<string> ConfigureAsync(HttpClient http, JsonObject configuration)
    {
        var id = (await Connections.StartAsync(http, "accessKey")).Text("id");
        await ConfigureAsync(http, id, configuration);
        return id;
    }

    private static Task ConfigureAsync(HttpClient http, string id, JsonObject configuration) =>
        http.SendAsync(HttpMethod.Put, $"/api/connections/{id}/configuration", configuration, HttpStatusCode.Accepted);
}
