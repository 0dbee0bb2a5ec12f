using System.Net;
using System.Text.Json.Nodes;
using ServerlessDrives.Tests.Integration.Connecting;
using ServerlessDrives.Tests.Shared;
using Shouldly;

namespace ServerlessDrives.Tests.Integration.Reliability;

/// <summary>A request that creates something which can be counted by its name.</summary>
internal sealed record Creation(string Kind, string Name, string Path, object Body, HttpStatusCode Expected)
{
    public string Key { get; } = Guid.NewGuid().ToString();

    /// <summary>As <see cref="ThingsToCreate.ThereAsync"/> names it.</summary>
    public string ListedAs => $"{Path["/api/".Length..]}/{Name}";

    public Task SendAndLeaveAsync(Uri address, HttpClient http, TimeSpan after) =>
        Departure.SendAndLeaveAsync(address, http, Path, Body, Key, after);

    public Task<JsonNode> RepeatAsync(HttpClient http) => Departure.RepeatAsync(http, Path, Body, Key, Expected);
}

/// <summary>All that a POST with an <c>Idempotency-Key</c> creates, and how many there are of it.</summary>
internal static class ThingsToCreate
{
    public static readonly string[] Kinds = ["connection", "connection-with-key", "role", "webhook", "workspace", "integration"];

    /// <param name="webhook">Whom an upstream integration tells.</param>
    /// <param name="drive">What it watches.</param>
    public static Creation Of(string kind, AwsAdministrator administrator, string webhook, string drive)
    {
        var name = Connections.Unique(kind[..4]);
        return kind switch
        {
            "connection" => new(kind, name, "/api/connections", Connections.StartBody("iamRole", name), HttpStatusCode.Accepted),
            "connection-with-key" => new(kind, name, "/api/connections", WithKey(name, administrator), HttpStatusCode.Accepted),
            "role" => new(
                kind,
                name,
                "/api/roles",
                new { audience = new { type = "workspace", workspaceId = "ws_claims" }, displayName = name },
                HttpStatusCode.Created),
            "webhook" => new(
                kind,
                name,
                "/api/webhooks",
                new
                {
                    url = "https://127.0.0.1:9/",
                    description = name,
                    events = new[] { "drive.removed" },
                },
                HttpStatusCode.Created),
            "workspace" => new(kind, name, "/api/workspaces", new { name }, HttpStatusCode.Created),
            "integration" => new(
                kind,
                name,
                "/api/integrations",
                new
                {
                    kind = "upstream",
                    name,
                    driveId = drive,
                    folder = "in",
                    pattern = "*",
                    webhookId = webhook,
                },
                HttpStatusCode.Created),
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        };
    }

    /// <summary>How often each name is there, over all lists.</summary>
    public static async Task<ILookup<string, JsonNode>> ThereAsync(HttpClient admin)
    {
        var all = new List<(string, JsonNode)>();
        foreach (
            var (path, name) in new[]
            {
                ("connections", "displayName"),
                ("roles", "displayName"),
                ("webhooks", "description"),
                ("workspaces", "name"),
                ("integrations", "name"),
            })
        {
            string? cursor = null;
            do
            {
                var page = await admin.GetAsync($"/api/{path}?limit=500{(cursor is null ? "" : $"&cursor={cursor}")}", HttpStatusCode.OK);
                // A connection by role has a role of its own, which has its name.
                all.AddRange(
                    page["items"]!.AsArray().Where(item => item![name] is not null).Select(item => ($"{path}/{item!.Text(name)}", item!)));
                cursor = page["nextCursor"]?.GetValue<string>();
            }
            while (cursor is not null);
        }

        return all.ToLookup(item => item.Item1, item => item.Item2);
    }

    public static void ShouldBeThereOnce(this ILookup<string, JsonNode> there, IEnumerable<Creation> created)
    {
        foreach (var made in created)
        {
            there[made.ListedAs].Count().ShouldBe(1, $"{made.Kind} {made.Name}");
            if (made.Kind == "connection")
                there[$"roles/{made.Name}"].Count().ShouldBe(1, $"the role of {made.Name}");
        }
    }

    private static JsonObject WithKey(string name, AwsAdministrator administrator)
    {
        var body = System.Text.Json.JsonSerializer.SerializeToNode(Connections.StartBody("accessKey", name))!.AsObject();
        body["configuration"] = Connections.KeyConfiguration(administrator, name);
        return body;
    }
}
