using System.Net;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Connecting;

/// <summary>Connections that nobody finishes.</summary>
public sealed class ExpiredConnections
{
    [Fact]
    public async Task Nothing_of_an_expired_or_cancelled_connection_stays_wherever_it_waited()
    {
        await using var app = await EmbeddedApp.StartAsync(new()
        {
            ["ServerlessDrives__Connection__ExpiresAfter"] = "00:00:25",
            ["Verification__PropagationWait"] = "00:00:00.3",
        });
        using var mia = await app.SignInAsync("mia");
        var (keyName, trustName, cancelledName) = (Connections.Unique("key"), Connections.Unique("trust"), Connections.Unique("cancelled"));

        var (policy, _, offered) = await Connections.OfferAsync(app, mia, "acme-documents", "claims");
        var policyName = offered.Text("displayName");

        // One waits for another try after a wrong secret, one for a trust policy, one for a bucket policy; the fourth is cancelled.
        var key = (await mia.PostAsync("/api/connections", Connections.StartBody("accessKey", keyName), HttpStatusCode.Accepted)).Text(
            "id");
        var wrong = Connections.KeyConfiguration(
            (app.Administrator().DriveUser.Id, "this/is/not/the/secret/of/anybody/1234567"),
            "acme-documents",
            "claims");
        await mia.SendAsync(HttpMethod.Put, $"/api/connections/{key}/configuration", wrong, HttpStatusCode.Accepted);
        var trust = await mia.PostAsync("/api/connections", Connections.StartBody("iamRole", trustName), HttpStatusCode.Accepted);
        var cancelled = (
            await mia.PostAsync("/api/connections", Connections.StartBody("accessKey", cancelledName), HttpStatusCode.Accepted)
        ).Text("id");
        await mia.SendAsync(HttpMethod.Put, $"/api/connections/{cancelled}/configuration", wrong, HttpStatusCode.Accepted);
        LiveSecrets(app).ShouldBe(2);
        await mia.UntilAsync(cancelled, now => now["attempt"]!.GetValue<int>() == 2);

        var early = await mia.PostAsync($"/api/connections/{trust.Text("id")}/confirmations/bucket-policy", null, HttpStatusCode.Conflict);
        early.Text("code").ShouldBe("step-not-open");
        await mia.SendAsync(HttpMethod.Delete, $"/api/connections/{cancelled}", null, HttpStatusCode.Accepted);
        await mia.UntilAsync(cancelled, "cancelled");
        (await mia.PostAsync($"/api/connections/{cancelled}/confirmations/trust-policy", null, HttpStatusCode.Conflict))
            .Text("code")
            .ShouldBe("step-not-open");
        (await mia.SendAsync(HttpMethod.Delete, $"/api/connections/{cancelled}", null, HttpStatusCode.Conflict))
            .Text("code")
            .ShouldBe("step-not-open");

        foreach (var id in new[] { key, trust.Text("id"), policy })
        {
            var expired = await mia.UntilAsync(id, "expired");
            expired["problem"]!.Text("code").ShouldBe("expired");
            (await mia.PostAsync($"/api/connections/{id}/confirmations/trust-policy", null, HttpStatusCode.Conflict))
                .Text("code")
                .ShouldBe("step-not-open");
            (await mia.PostAsync($"/api/connections/{id}/confirmations/bucket-policy", null, HttpStatusCode.Conflict))
                .Text("code")
                .ShouldBe("step-not-open");
            (await mia.SendAsync(HttpMethod.Put, $"/api/connections/{id}/configuration", wrong, HttpStatusCode.Conflict))
                .Text("code")
                .ShouldBe("step-not-open");
        }

        foreach (var role in new[] { trust, offered })
            await mia.GetAsync($"/api/roles/{role["authentication"]!.Text("roleId")}", HttpStatusCode.NotFound);
        (await mia.GetAsync("/api/roles", HttpStatusCode.OK))["items"]!.AsArray().ShouldBeEmpty();
        LiveSecrets(app).ShouldBe(0);
        foreach (var name in new[] { keyName, trustName, policyName, cancelledName })
            await mia.PostAsync("/api/connections", Connections.StartBody("accessKey", name), HttpStatusCode.Accepted);
    }

    /// <summary>Those that the vault would still hand out; the deleted ones wait there for their purge, as Key Vault has it.</summary>
    private static int LiveSecrets(EmbeddedApp app) => EmbeddedVault.Read(app.DataFolder).Count(secret => !secret.IsDeleted);
}
