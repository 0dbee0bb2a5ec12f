using System.Net;
using System.Text.Json.Nodes;
using ServerlessDrives.Tests.Integration.Connecting;
using ServerlessDrives.Tests.Shared;
using Shouldly;

namespace ServerlessDrives.Tests.Integration.Reliability;

/// <summary>What holds after any number of kills, once the timers have had their time.</summary>
internal static class Invariants
{
    /// <summary>The vault holds as many secrets as there are connections, drives and webhooks that have one.</summary>
    public static async Task EverySecretHasAnOwnerAsync(EmbeddedApp app, HttpClient admin, TimeSpan patience)
    {
        for (var until = DateTime.UtcNow + patience; ; await Task.Delay(1000))
        {
            var (held, there) = (await OwnersAsync(admin), EmbeddedVault.Read(app.DataFolder).Count(secret => !secret.IsDeleted));
            if (there == held)
                return;
            DateTime.UtcNow.ShouldBeLessThan(until, $"the vault has {there} secrets for {held} owners");
        }
    }

    private static async Task<int> OwnersAsync(HttpClient admin)
    {
        var keys = 0;
        foreach (var connection in await AllAsync(admin, "connections"))
        {
            if (
                connection.Text("status") is not ("cancelled" or "expired" or "failed" or "connected")
                && connection["configuration"]?["accessKeyId"] is not null)
                keys++;
        }

        keys += (await AllAsync(admin, "drives")).Count(drive => drive["authentication"]!.Text("method") == "accessKey");
        return keys + (await AllAsync(admin, "webhooks")).Count;
    }

    public static async Task<IReadOnlyList<JsonNode>> AllAsync(HttpClient admin, string path)
    {
        var (all, cursor) = (new List<JsonNode>(), (string?)null);
        do
        {
            var page = await admin.GetAsync($"/api/{path}?limit=500{(cursor is null ? "" : $"&cursor={cursor}")}", HttpStatusCode.OK);
            all.AddRange(page["items"]!.AsArray().Select(item => item!));
            cursor = page["nextCursor"]?.GetValue<string>();
        }
        while (cursor is not null);
        return all;
    }
}
