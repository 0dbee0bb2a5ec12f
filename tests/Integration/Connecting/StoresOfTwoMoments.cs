using System.Net;
using System.Text.Json.Nodes;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Connecting;

/// <summary>The tables and the task hub are restored to different moments, or the hub is lost. The rows count.</summary>
public sealed class StoresOfTwoMoments
{
    private const string WrongSecret = "this/is/not/the/secret/of/anybody/1234567";

    [Fact]
    public async Task Connections_go_on_from_their_rows_with_a_task_hub_that_is_behind_ahead_or_lost_and_nothing_is_asked_twice()
    {
        await using var app = await EmbeddedApp.StartAsync(new()
        {
            ["ServerlessDrives__Connection__RecoverAfter"] = "00:00:01",
            ["Verification__PropagationWait"] = "00:00:00.3",
            ["Verification__FirstPause"] = "00:00:00.1",
        });
        using var moments = new Moments(app);
        var administrator = app.Administrator();

        // The first moment: each waits for something else.
        using var first = await app.SignInAsync("mia");
        var trust = await Connections.StartAsync(first, "iamRole");
        var configuration = await Connections.StartAsync(first, "iamRole");
        await ConfirmAsync(first, configuration, "trust-policy");
        await first.UntilAsync(configuration.Text("id"), "awaitingConfiguration");
        var key = await Connections.StartAsync(first, "accessKey");
        var policy = await OfferAsync("claims/policy");
        var again = await OfferAsync("claims/again");
        await moments.KeepAsync("first");

        // The second one: each has come a step further, or back to one.
        await app.StartAgainAsync();
        administrator = app.Administrator();
        using var second = await app.SignInAsync("mia");
        var (trustRole, configuredRole) = (Connections.Unique("role"), Connections.Unique("role"));
        var trustArn = await administrator.CreateRoleAsync(trustRole, trust["trustPolicy"]!);
        var configuredArn = await administrator.CreateRoleAsync(configuredRole, configuration["trustPolicy"]!);
        await ConfirmAsync(second, trust, "trust-policy");
        await ConfigureAsync(second, configuration, Connections.RoleConfiguration(configuredArn, "claims/configured"));
        await ConfigureAsync(second, key, WrongKey());
        await ConfirmAsync(second, policy.Offered, "bucket-policy");
        await ConfirmAsync(second, again.Offered, "bucket-policy");
        await AtAsync(second, trust, "awaitingConfiguration", 1);
        await AtAsync(second, configuration, "awaitingBucketPolicy", 1);
        await AtAsync(second, key, "awaitingConfiguration", 2);
        await AtAsync(second, policy.Offered, "awaitingBucketPolicy", 2);
        await AtAsync(second, again.Offered, "awaitingBucketPolicy", 2);

        await app.StopAsync();
        moments.BringBack("first", "durable.db*");
        await app.StartAgainAsync();

        // The hub is behind. Each takes its next step at once, and what was confirmed isn't asked for again.
        administrator = app.Administrator();
        using var third = await app.SignInAsync("mia");
        await ConfigureAsync(third, trust, Connections.RoleConfiguration(trustArn, "claims/trust"));
        var configured = await third.GetAsync($"/api/connections/{configuration.Text("id")}", HttpStatusCode.OK);
        configured.Text("status").ShouldBe("awaitingBucketPolicy");
        await administrator.PutRolePolicyAsync(configuredRole, configured["rolePolicy"]!);
        await administrator.PutRolePolicyAsync(policy.Role, policy.Offered["rolePolicy"]!);
        await ConfirmAsync(third, configuration, "bucket-policy");
        await ConfigureAsync(third, key, Connections.KeyConfiguration(administrator, "claims/key"));
        await ConfirmAsync(third, policy.Offered, "bucket-policy");
        var offered = await AtAsync(third, trust, "awaitingBucketPolicy", 1);
        await AtAsync(third, configuration, "connected", 1);
        await AtAsync(third, key, "connected", 2);
        await AtAsync(third, policy.Offered, "connected", 2);
        await AtAsync(third, again.Offered, "awaitingBucketPolicy", 2);
        await SaidAsync(trust, confirmed: 1, configured: 1);
        await SaidAsync(configuration, confirmed: 2, configured: 1);
        await SaidAsync(key, confirmed: 0, configured: 2);
        await SaidAsync(policy.Offered, confirmed: 3, configured: 1);

        await app.StopAsync();
        moments.BringBack("first", "azurite");
        await app.StartAgainAsync();

        // The hub is ahead: of these some have ended and some wait elsewhere. Each goes on from where its row is.
        administrator = app.Administrator();
        using var fourth = await app.SignInAsync("mia");
        await ConfirmAsync(fourth, trust, "trust-policy");
        await ConfigureAsync(fourth, configuration, Connections.RoleConfiguration(configuredArn, "claims/configured"));
        await ConfigureAsync(fourth, key, WrongKey());
        await ConfirmAsync(fourth, policy.Offered, "bucket-policy");
        await ConfirmAsync(fourth, again.Offered, "bucket-policy");
        await AtAsync(fourth, trust, "awaitingConfiguration", 1);
        await AtAsync(fourth, configuration, "awaitingBucketPolicy", 1);
        await AtAsync(fourth, key, "awaitingConfiguration", 2);
        var connected = await AtAsync(fourth, policy.Offered, "connected", 1);
        await AtAsync(fourth, again.Offered, "awaitingBucketPolicy", 2);
        await SaidAsync(policy.Offered, confirmed: 2, configured: 1);

        // The hub is lost, with all of these waiting, one being verified, and one drive being removed.
        var fresh = await Connections.StartAsync(fourth, "iamRole");
        var untrusted = await Connections.StartAsync(fourth, "iamRole");
        var untrustedRole = Connections.Unique("role");
        var untrustedArn = await administrator.CreateRoleAsync(untrustedRole, TrustOfNobody());
        await ConfirmAsync(fourth, untrusted, "trust-policy");
        await fourth.UntilAsync(untrusted.Text("id"), "awaitingConfiguration");
        await ConfigureAsync(fourth, untrusted, Connections.RoleConfiguration(untrustedArn, "claims/untrusted"));
        await AtAsync(fourth, untrusted, "awaitingTrustPolicy", 2);
        var removed = await Connections.StartAsync(fourth, "accessKey");
        await ConfigureAsync(fourth, removed, Connections.KeyConfiguration(administrator, "claims/removed"));
        removed = await AtAsync(fourth, removed, "connected", 1);
        var secret = moments.BlockNewestSecret();
        var confirmation = new { confirmation = removed.Text("displayName") };
        await fourth.SendAsync(HttpMethod.Delete, $"/api/drives/{removed.Text("driveId")}", confirmation, HttpStatusCode.Accepted);
        var swapped = await Connections.StartAsync(fourth, "accessKey");
        await ConfigureAsync(fourth, swapped, Connections.KeyConfiguration(administrator, "claims/swapped"));
        swapped = await AtAsync(fourth, swapped, "connected", 1);
        var newKey = await administrator.CreateKeyAsync(administrator.DriveUserName);
        await fourth.SendAsync(HttpMethod.Post, "/embedded/faults", new { latencyMs = 300 }, HttpStatusCode.NoContent);
        var report = await fourth.PostAsync($"/api/drives/{connected.Text("driveId")}/verifications", null, HttpStatusCode.Accepted);
        var body = new { accessKeyId = newKey.Id, secretAccessKey = newKey.Secret };
        var swapping = fourth.SendAsync(HttpMethod.Patch, $"/api/drives/{swapped.Text("driveId")}/credentials", body, HttpStatusCode.OK);
        var verifying = await Connections.StartAsync(fourth, "accessKey");
        await ConfigureAsync(fourth, verifying, Connections.KeyConfiguration(administrator, "claims/verifying"));
        await fourth.UntilAsync(
            verifying.Text("id"), now => now.Text("status") == "verifying" && now["verification"]?["checks"] is JsonArray { Count: > 0 });
        await app.KillAsync();
        await Should.ThrowAsync<HttpRequestException>(() => swapping);
        secret.Release();
        moments.Lose("durable.db*");
        await app.StartAgainAsync();

        administrator = app.Administrator();
        using var mia = await app.SignInAsync("mia");
        var freshArn = await administrator.CreateRoleAsync(Connections.Unique("role"), fresh["trustPolicy"]!);
        await ConfirmAsync(mia, fresh, "trust-policy");
        await ConfigureAsync(mia, trust, Connections.RoleConfiguration(trustArn, "claims/trust"));
        await ConfirmAsync(mia, configuration, "bucket-policy");
        await ConfigureAsync(mia, key, Connections.KeyConfiguration(administrator, "claims/key"));
        await administrator.PutRolePolicyAsync(again.Role, again.Offered["rolePolicy"]!);
        await ConfirmAsync(mia, again.Offered, "bucket-policy");
        await mia.SendAsync(HttpMethod.Delete, $"/api/connections/{untrusted.Text("id")}", null, HttpStatusCode.Accepted);
        await AtAsync(mia, fresh, "awaitingConfiguration", 1);
        await ConfigureAsync(mia, fresh, Connections.RoleConfiguration(freshArn, "claims/fresh"));
        await AtAsync(mia, fresh, "awaitingBucketPolicy", 1);
        await AtAsync(mia, trust, "awaitingBucketPolicy", 1);
        await administrator.PutRolePolicyAsync(trustRole, offered["rolePolicy"]!);
        await ConfirmAsync(mia, trust, "bucket-policy");
        await AtAsync(mia, trust, "connected", 1);
        await AtAsync(mia, configuration, "connected", 1);
        await AtAsync(mia, key, "connected", 2);
        await AtAsync(mia, again.Offered, "connected", 2);
        await AtAsync(mia, untrusted, "cancelled", 2);
        await AtAsync(mia, verifying, "connected", 1);
        await SaidAsync(fresh, confirmed: 1, configured: 1);
        await SaidAsync(trust, confirmed: 2, configured: 1);
        await SaidAsync(configuration, confirmed: 2, configured: 1);
        await SaidAsync(key, confirmed: 0, configured: 2);
        await SaidAsync(again.Offered, confirmed: 3, configured: 1);
        await SaidAsync(verifying, confirmed: 0, configured: 1);
        (await mia.GetAsync($"/api/drives/{connected.Text("driveId")}", HttpStatusCode.OK)).Text("state").ShouldBe("connected");
        var drives = "/api/drives/";
        await UntilAsync(mia, drives + removed.Text("driveId"), (status, _) => status is HttpStatusCode.NotFound or HttpStatusCode.Gone);
        await UntilAsync(
            mia, $"{drives}{connected.Text("driveId")}/verifications/{report.Text("id")}", (_, now) => now["passed"]!.GetValue<bool>());
        await UntilAsync(mia, drives + swapped.Text("driveId"), (_, now) => now["authentication"]!.Text("accessKeyId") == newKey.Id);
        await UntilAsync(
            mia,
            "/api/me",
            (_, _) => EmbeddedVault.EnabledBeside(app.DataFolder, newKey.Secret).SequenceEqual([newKey.Secret]));

        async Task<(JsonNode Offered, string Role)> OfferAsync(string path)
        {
            var (_, role, shown) = await Connections.OfferAsync(app, first, "acme-documents", path);
            return (shown, role);
        }

        JsonObject WrongKey() => Connections.KeyConfiguration((administrator.DriveUser.Id, WrongSecret), "acme-documents", "claims/key");

        async Task SaidAsync(JsonNode connection, int confirmed, int configured)
        {
            using var ada = await app.SignInAsync("ada");
            var trail = await ada.GetAsync($"/api/audit?resource={connection.Text("id")}", HttpStatusCode.OK);
            var actions = trail["items"]!.AsArray().Select(entry => entry!.Text("action")).ToList();
            actions.Count(action => action == "connection.started").ShouldBe(1, trail.ToJsonString());
            actions.Count(action => action == "connection.confirmed").ShouldBe(confirmed, trail.ToJsonString());
            actions.Count(action => action == "connection.configured").ShouldBe(configured, trail.ToJsonString());
        }
    }

    private static Task ConfirmAsync(HttpClient http, JsonNode connection, string step) =>
        http.PostAsync($"/api/connections/{connection.Text("id")}/confirmations/{step}", null, HttpStatusCode.Accepted);

    private static Task ConfigureAsync(HttpClient http, JsonNode connection, JsonObject configuration) =>
        http.SendAsync(HttpMethod.Put, $"/api/connections/{connection.Text("id")}/configuration", configuration, HttpStatusCode.Accepted);

    private static async Task<JsonNode> AtAsync(HttpClient http, JsonNode connection, string status, int attempt)
    {
        var there = await http.UntilAsync(
            connection.Text("id"), now => now.Text("status") == status && now["attempt"]!.GetValue<int>() >= attempt);
        there["attempt"]!.GetValue<int>().ShouldBe(attempt, there.ToJsonString());
        return there;
    }

    private static async Task UntilAsync(HttpClient http, string path, Func<HttpStatusCode, JsonNode, bool> isThere)
    {
        for (var until = DateTime.UtcNow.AddSeconds(90); ; await Task.Delay(100))
        {
            using var answer = await http.GetAsync(path, TestContext.Current.CancellationToken);
            var body = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            if (isThere(answer.StatusCode, JsonNode.Parse(body)!))
                return;
            DateTime.UtcNow.ShouldBeLessThan(until, $"{path}: {body}");
        }
    }

    private static JsonObject TrustOfNobody() => AwsAdministrator.Policy(
        new JsonObject
        {
            ["Effect"] = "Allow",
            ["Principal"] = new JsonObject { ["AWS"] = "arn:aws:iam::444455556666:root" },
            ["Action"] = "sts:AssumeRole",
        });
}
