using System.Net;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Connecting;

/// <summary>Connecting drives by plain HTTP, as the contract names it.</summary>
[Collection(RunningApp.Name)]
public sealed class ConnectingScenarios(RunningApp running)
{
    private EmbeddedApp App => running.App;

    [Fact]
    public async Task A_member_connects_a_bucket_by_access_key()
    {
        using var mia = await App.SignInAsync("mia");
        var connection = await Connections.StartAsync(mia, "accessKey");
        connection.Text("status").ShouldBe("awaitingConfiguration");
        var administrator = App.Administrator();
        await mia.SendAsync(
            HttpMethod.Put,
            $"/api/connections/{connection.Text("id")}/configuration",
            Connections.KeyConfiguration(administrator, path: "claims/by-key"),
            HttpStatusCode.Accepted);

        var connected = await mia.UntilAsync(connection.Text("id"), "connected");
        connected["verification"]!["passed"]!.GetValue<bool>().ShouldBeTrue();
        var drive = await mia.GetAsync($"/api/drives/{connected.Text("driveId")}", HttpStatusCode.OK);
        drive.Text("bucket").ShouldBe("acme-documents");
        drive["health"]!.Text("status").ShouldBe("healthy");
        (await administrator.KeysAsync("acme-documents", "claims/by-key/.serverless-drives/")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_member_connects_a_bucket_by_role_with_both_confirmations()
    {
        using var mia = await App.SignInAsync("mia");
        var connected = await Connections.ConnectByRoleAsync(App, mia);
        connected["verification"]!["passed"]!.GetValue<bool>().ShouldBeTrue();
        var drive = await mia.GetAsync($"/api/drives/{connected.Text("driveId")}", HttpStatusCode.OK);
        drive["authentication"]!.Text("method").ShouldBe("iamRole");

        var files = await mia.GetAsync($"/api/drives/{drive.Text("id")}/files", HttpStatusCode.OK);
        files["items"]!.AsArray().ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_role_that_trusts_anyone_is_refused_and_its_arn_not_kept()
    {
        using var mia = await App.SignInAsync("mia");
        var connection = await Connections.StartAsync(mia, "iamRole");
        var open = connection["trustPolicy"]!.DeepClone();
        foreach (var statement in open["Statement"]!.AsArray())
            statement!.AsObject().Remove("Condition");
        var arn = await App.Administrator().CreateRoleAsync(Connections.Unique("open"), open);
        var id = connection.Text("id");
        await mia.PostAsync($"/api/connections/{id}/confirmations/trust-policy", null, HttpStatusCode.Accepted);
        await mia.UntilAsync(id, "awaitingConfiguration");
        await mia.SendAsync(
            HttpMethod.Put,
            $"/api/connections/{id}/configuration",
            Connections.RoleConfiguration(arn, "claims/inbox"),
            HttpStatusCode.Accepted);

        var refused = await mia.UntilAsync(id, now => now["attempt"]!.GetValue<int>() == 2);
        refused["problem"]!.Text("code").ShouldBe("external-id-not-required");
        refused["configuration"]!["roleArn"].ShouldBeNull();
        refused.Text("status").ShouldBe("awaitingTrustPolicy");
    }

    [Fact]
    public async Task A_wrong_secret_is_explained_and_can_be_corrected()
    {
        using var mia = await App.SignInAsync("mia");
        var id = (await Connections.StartAsync(mia, "accessKey")).Text("id");
        var administrator = App.Administrator();
        var wrong = Connections.KeyConfiguration(administrator, "claims/inbox");
        wrong["secretAccessKey"] = "this/is/not/the/secret/of/anybody/1234567";
        await mia.SendAsync(HttpMethod.Put, $"/api/connections/{id}/configuration", wrong, HttpStatusCode.Accepted);

        var failed = await mia.UntilAsync(id, now => now["attempt"]!.GetValue<int>() == 2 && now.Text("status") == "awaitingConfiguration");
        failed["verification"]!["passed"]!.GetValue<bool>().ShouldBeFalse();
        failed["verification"]!["checks"]!.AsArray().ShouldContain(check => check!.Text("status") == "failed" && check!["fix"] != null);

        await mia.SendAsync(
            HttpMethod.Put,
            $"/api/connections/{id}/configuration",
            Connections.KeyConfiguration(administrator, "claims/inbox"),
            HttpStatusCode.Accepted);
        await mia.UntilAsync(id, "connected");
    }

    [Fact]
    public async Task A_missing_bucket_policy_does_not_keep_a_role_of_the_same_account_out()
    {
        // In one account either side suffices, as AWS evaluates it.
        using var mia = await App.SignInAsync("mia");
        var connected = await Connections.ConnectByRoleAsync(App, mia, applyBucketPolicy: false);
        connected.Text("status").ShouldBe("connected");
    }

    [Fact]
    public async Task Of_two_starts_with_the_same_name_one_wins()
    {
        using var mia = await App.SignInAsync("mia");
        var name = Connections.Unique("twin");
        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 2)
                .Select(async _ =>
                {
                    using var answer = await System.Net.Http.Json.HttpClientJsonExtensions.PostAsJsonAsync(
                        mia,
                        "/api/connections",
                        Connections.StartBody("accessKey", name));
                    return answer.StatusCode;
                }));
        answers.Order().ShouldBe([HttpStatusCode.Accepted, HttpStatusCode.Conflict]);
    }

    [Fact]
    public async Task Of_twenty_confirmations_at_once_one_counts()
    {
        using var mia = await App.SignInAsync("mia");
        using var ada = await App.SignInAsync("ada");
        var id = (await Connections.StartAsync(mia, "iamRole")).Text("id");
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ =>
        {
            using var answer = await mia.PostAsync($"/api/connections/{id}/confirmations/trust-policy", null);
            return answer.StatusCode;
        }));
        answers.ShouldAllBe(status => status == HttpStatusCode.Accepted || status == HttpStatusCode.Conflict);
        await mia.UntilAsync(id, "awaitingConfiguration");
        var trail = await ada.GetAsync($"/api/audit?resource={id}", HttpStatusCode.OK);
        trail["items"]!.AsArray().Count(entry => entry!.Text("action") == "connection.confirmed").ShouldBe(1);

        var late = await mia.PostAsync($"/api/connections/{id}/confirmations/trust-policy", null, HttpStatusCode.Conflict);
        late.Text("code").ShouldBe("step-not-open");
    }

    [Fact]
    public async Task A_cancelled_connection_leaves_no_name_and_no_role()
    {
        using var mia = await App.SignInAsync("mia");
        var name = Connections.Unique("gone");
        var connection = await mia.PostAsync("/api/connections", Connections.StartBody("iamRole", name), HttpStatusCode.Accepted);
        var role = connection["authentication"]!.Text("roleId");
        await mia.GetAsync($"/api/roles/{role}", HttpStatusCode.OK);
        await mia.SendAsync(HttpMethod.Delete, $"/api/connections/{connection.Text("id")}", null, HttpStatusCode.Accepted);
        await mia.UntilAsync(connection.Text("id"), "cancelled");
        await mia.GetAsync($"/api/roles/{role}", HttpStatusCode.NotFound);
        await mia.PostAsync("/api/connections", Connections.StartBody("iamRole", name), HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task Every_wrong_field_is_named_at_once()
    {
        using var mia = await App.SignInAsync("mia");
        var problem = await mia.PostAsync(
            "/api/connections",
            new
            {
                displayName = "",
                audience = new { type = "team" },
                authentication = new { method = "password" },
            },
            HttpStatusCode.UnprocessableEntity);
        problem.Text("code").ShouldBe("invalid");
        problem["errors"]!
            .AsObject()
            .Select(error => error.Key)
            .ShouldBe(["displayName", "audience.type", "authentication.method"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_connection_of_another_organization_is_not_found()
    {
        using var mia = await App.SignInAsync("mia");
        using var eve = await App.SignInAsync("eve");
        using var leo = await App.SignInAsync("leo");
        var id = (await Connections.StartAsync(mia, "accessKey")).Text("id");
        await eve.GetAsync($"/api/connections/{id}", HttpStatusCode.NotFound);
        await leo.GetAsync($"/api/connections/{id}", HttpStatusCode.NotFound);
        using var nobody = App.Anonymous();
        await nobody.GetAsync($"/api/connections/{id}", HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task The_same_request_under_the_same_key_is_answered_the_same_and_another_is_refused()
    {
        using var mia = await App.SignInAsync("mia");
        var body = Connections.StartBody("accessKey", Connections.Unique("keyed"));
        var key = ("Idempotency-Key", Guid.NewGuid().ToString());
        var first = await mia.SendAsync(HttpMethod.Post, "/api/connections", body, HttpStatusCode.Accepted, key);
        var second = await mia.SendAsync(HttpMethod.Post, "/api/connections", body, HttpStatusCode.Accepted, key);
        second.Text("id").ShouldBe(first.Text("id"));
        await mia.SendAsync(
            HttpMethod.Post,
            "/api/connections",
            Connections.StartBody("iamRole", Connections.Unique("keyed")),
            HttpStatusCode.UnprocessableEntity,
            key);
    }
}
