using System.Net;
using System.Text.Json.Nodes;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Connecting;

/// <summary>kill -9 in the middle of everything, and a start on what is left.</summary>
public sealed class KilledAndStartedAgain
{
    [Fact]
    public async Task Whatever_a_connection_waits_for_it_goes_on_with_no_step_lost_and_none_done_twice()
    {
        await using var app = await EmbeddedApp.StartAsync();
        var administrator = app.Administrator();
        using var first = await app.SignInAsync("mia");

        var atTrust = await Connections.StartAsync(first, "iamRole");
        var atConfiguration = (await Connections.StartAsync(first, "iamRole"));
        await first.PostAsync($"/api/connections/{atConfiguration.Text("id")}/confirmations/trust-policy", null, HttpStatusCode.Accepted);
        await first.UntilAsync(atConfiguration.Text("id"), "awaitingConfiguration");
        var atKey = (await Connections.StartAsync(first, "accessKey")).Text("id");
        var (atPolicy, policyRole, offered) = await Connections.OfferAsync(app, first, "acme-documents", "loans/contracts");
        await administrator.PutRolePolicyAsync(policyRole, offered["rolePolicy"]!);

        // Slow enough to be killed in the middle of it.
        await first.SendAsync(HttpMethod.Post, "/embedded/faults", new { latencyMs = 700 }, HttpStatusCode.NoContent);
        var verifying = (await Connections.StartAsync(first, "accessKey")).Text("id");
        await first.SendAsync(
            HttpMethod.Put,
            $"/api/connections/{verifying}/configuration",
            Connections.KeyConfiguration(administrator, "loans/applications"),
            HttpStatusCode.Accepted);
        await first.UntilAsync(
            verifying,
            now => now.Text("status") == "verifying" && now["verification"]?["checks"] is JsonArray { Count: > 0 });

        await app.KillAsync();
        await app.StartAgainAsync();

        // Whatever waited still waits; each takes its next step, and the app is killed again as soon as it has said yes.
        administrator = app.Administrator();
        using var second = await app.SignInAsync("mia");
        (await StatusAsync(second, atTrust.Text("id"))).ShouldBe("awaitingTrustPolicy");
        (await StatusAsync(second, atConfiguration.Text("id"))).ShouldBe("awaitingConfiguration");
        (await StatusAsync(second, atKey)).ShouldBe("awaitingConfiguration");
        (await StatusAsync(second, atPolicy)).ShouldBe("awaitingBucketPolicy");
        var trustArn = await administrator.CreateRoleAsync(Connections.Unique("role"), atTrust["trustPolicy"]!);
        var configuredRole = Connections.Unique("role");
        var configuredArn = await administrator.CreateRoleAsync(configuredRole, atConfiguration["trustPolicy"]!);
        await Task.WhenAll(
            second.PostAsync($"/api/connections/{atTrust.Text("id")}/confirmations/trust-policy", null, HttpStatusCode.Accepted),
            second.SendAsync(
                HttpMethod.Put,
                $"/api/connections/{atConfiguration.Text("id")}/configuration",
                Connections.RoleConfiguration(configuredArn, "claims/archive"),
                HttpStatusCode.Accepted),
            second.SendAsync(
                HttpMethod.Put,
                $"/api/connections/{atKey}/configuration",
                Connections.KeyConfiguration(administrator, "public"),
                HttpStatusCode.Accepted),
            second.PostAsync($"/api/connections/{atPolicy}/confirmations/bucket-policy", null, HttpStatusCode.Accepted));

        await app.KillAsync();
        await app.StartAgainAsync();

        administrator = app.Administrator();
        using var mia = await app.SignInAsync("mia");
        await mia.UntilAsync(atTrust.Text("id"), "awaitingConfiguration");
        await mia.SendAsync(
            HttpMethod.Put,
            $"/api/connections/{atTrust.Text("id")}/configuration",
            Connections.RoleConfiguration(trustArn, "claims"),
            HttpStatusCode.Accepted);
        var offeredAfterTrust = await mia.UntilAsync(atTrust.Text("id"), "awaitingBucketPolicy");
        await administrator.PutRolePolicyAsync(trustArn[(trustArn.LastIndexOf('/') + 1)..], offeredAfterTrust["rolePolicy"]!);
        var offeredAfterConfiguration = await mia.UntilAsync(atConfiguration.Text("id"), "awaitingBucketPolicy");
        await administrator.PutRolePolicyAsync(configuredRole, offeredAfterConfiguration["rolePolicy"]!);
        foreach (var id in new[] { atTrust.Text("id"), atConfiguration.Text("id") })
            await mia.PostAsync($"/api/connections/{id}/confirmations/bucket-policy", null, HttpStatusCode.Accepted);

        string[] all = [atTrust.Text("id"), atConfiguration.Text("id"), atKey, atPolicy, verifying];
        using var ada = await app.SignInAsync("ada");
        foreach (var id in all)
        {
            var connected = await mia.UntilAsync(id, "connected");
            connected["attempt"]!.GetValue<int>().ShouldBe(1, "no crash counts as somebody's mistake");
            var trail = await ada.GetAsync($"/api/audit?resource={id}", HttpStatusCode.OK);
            var actions = trail["items"]!.AsArray().Select(entry => entry!.Text("action")).ToList();
            actions.Count(action => action == "connection.started").ShouldBe(1, trail.ToJsonString());
            actions.Count(action => action == "connection.configured").ShouldBe(1, trail.ToJsonString());
            actions.Count(action => action == "connection.connected").ShouldBe(1, trail.ToJsonString());
            var role = connected["authentication"]!.Text("method") == "iamRole";
            actions.Count(action => action == "connection.confirmed").ShouldBe(role ? 2 : 0, trail.ToJsonString());
            if (role)
                (await mia.GetAsync($"/api/roles/{connected["authentication"]!.Text("roleId")}", HttpStatusCode.OK))["usedBy"]!
                    .AsArray()
                    .Count.ShouldBe(1);
        }

        var drives = (await mia.GetAsync("/api/drives?workspaceId=ws_claims", HttpStatusCode.OK))["items"]!.AsArray();
        drives.Count.ShouldBe(all.Length);
        drives.Select(drive => drive!.Text("displayName")).ShouldBeUnique();
        Directory.GetFiles(Path.Combine(app.DataFolder, "vault"), "*.secret").Length.ShouldBe(2, "one for each of the two access keys");
        (await administrator.EverythingAsync("acme-documents", "")).ShouldNotContain(item =>
            item.Key.Contains(".serverless-drives", StringComparison.Ordinal));
    }

    private static async Task<string> StatusAsync(HttpClient http, string id) =>
        (await http.GetAsync($"/api/connections/{id}", HttpStatusCode.OK)).Text("status");
}
