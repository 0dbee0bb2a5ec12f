using System.Net;
using System.Net.Http.Json;
using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.Azure.Functions.Worker;
using ServerlessDrives.Tests.Integration.Connecting;
using ServerlessDrives.Tests.Integration.Health;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Events;

/// <summary>Who did what: every route that changes something leaves an entry, and none of them a secret.</summary>
public sealed class AuditScenarios(HealthApp health) : IClassFixture<HealthApp>
{
    /// <summary>People's work with files, which S3's own logs tell of, and what changes nothing.</summary>
    private static readonly string[] NotAdministrative =
    [
        "POST api/drives/{driveId}/references",
        "PUT api/drives/{driveId}/files/{*file}",
        "DELETE api/drives/{driveId}/files/{*file}",
        "PUT api/drives/{driveId}/content",
        "DELETE api/drives/{driveId}/content",
        "POST api/drives/{driveId}/uploads",
        "POST api/drives/{driveId}/uploads/{uploadId}/complete",
        "DELETE api/drives/{driveId}/uploads/{uploadId}",
        "POST api/drives/{driveId}/uploads/{uploadId}/links",
        "POST api/drives/{driveId}/download-links",
        "POST api/drives/{driveId}/preview-links",
        "POST api/integrations/{integrationId}/outputs/{*path}",
        "POST api/integrations/trial",
        "POST api/drives/{driveId}/files/{*file}",
        "POST api/connections/{connectionId}/merged-bucket-policy",
        "POST api/callbacks/{token}/merged-bucket-policy",
        "POST api/drives/{driveId}/verifications",
        "POST api/connections/{connectionId}/verification/stop",
        "POST api/notifications/{token}",
        "POST {nothing:maxlength(0)?}",
        "PUT {nothing:maxlength(0)?}",
        "PATCH {nothing:maxlength(0)?}",
        "DELETE {nothing:maxlength(0)?}",
        // Lets a download begin, which is written down when it does.
        "POST api/shares/{token}/unlock",
    ];

    private readonly HashSet<string> _covered = [];

    [Fact]
    public async Task Every_administrative_act_is_written_down_with_who_what_before_and_after_and_no_secret()
    {
        using var ada = await health.App.SignInAsync("ada");
        using var receiver = new EventReceiver();
        var me = (await ada.GetAsync("/api/me", HttpStatusCode.OK))["user"]!.Text("id");
        var (_, keyId, secret) = await health.CreateUserAsync();

        var workspace = (
            await DoAsync(ada, "POST api/workspaces", "/api/workspaces", new { name = Connections.Unique("room") }, HttpStatusCode.Created)
        ).Text("id");
        await ExpectAsync(ada, me, workspace, "workspace.created", before: false, after: true);
        await DoAsync(
            ada,
            "PATCH api/workspaces/{workspaceId}",
            $"/api/workspaces/{workspace}",
            new { name = Connections.Unique("hall") },
            HttpStatusCode.OK);
        await ExpectAsync(ada, me, workspace, "workspace.renamed", before: true, after: true);
        await DoAsync(
            ada,
            "PUT api/workspaces/{workspaceId}/members/{userId}",
            $"/api/workspaces/{workspace}/members/leo",
            new { role = "member" },
            null);
        await ExpectAsync(ada, me, workspace, "member.added", before: false, after: true);
        await DoAsync(
            ada,
            "DELETE api/workspaces/{workspaceId}/members/{userId}",
            $"/api/workspaces/{workspace}/members/leo",
            null,
            HttpStatusCode.NoContent);
        await ExpectAsync(ada, me, workspace, "member.removed", before: true, after: false);
        const string groups = "api/workspaces/{workspaceId}/groups/{groupId}";
        var group = $"/api/workspaces/{workspace}/groups/{Guid.NewGuid()}";
        await DoAsync(ada, $"PUT {groups}", group, new { role = "member" }, null);
        await ExpectAsync(ada, me, workspace, "group.added", before: false, after: true);
        await DoAsync(ada, $"PUT {groups}", group, new { role = "member", name = "Auditors" }, null);
        await ExpectAsync(ada, me, workspace, "group.changed", before: true, after: true);
        await DoAsync(ada, $"DELETE {groups}", group, null, HttpStatusCode.NoContent);
        await ExpectAsync(ada, me, workspace, "group.removed", before: true, after: false);

        var role = (
            await DoAsync(
                ada,
                "POST api/roles",
                "/api/roles",
                new { audience = new { type = "organization" }, displayName = "ahead" },
                HttpStatusCode.Created)
        ).Text("id");
        await ExpectAsync(ada, me, role, "role.created", before: false, after: true);
        await DoAsync(ada, "DELETE api/roles/{roleId}", $"/api/roles/{role}", null, HttpStatusCode.NoContent);
        await ExpectAsync(ada, me, role, "role.deleted", before: true, after: false);

        var byRole = (
            await DoAsync(
                ada,
                "POST api/connections",
                "/api/connections",
                Connections.StartBody("iamRole", workspace: workspace),
                HttpStatusCode.Accepted)
        ).Text("id");
        await ExpectAsync(ada, me, byRole, "connection.started", before: false, after: true);
        await ada.UntilAsync(byRole, "awaitingTrustPolicy");
        var link = await DoAsync(
            ada,
            "POST api/connections/{connectionId}/callback-links",
            $"/api/connections/{byRole}/callback-links",
            new { step = "trust-policy" },
            HttpStatusCode.Created);
        await ExpectAsync(ada, me, byRole, "connection.callback-link-made", before: false, after: true);
        await DoAsync(ada, "DELETE api/connections/{connectionId}/callback-links", $"/api/connections/{byRole}/callback-links", null, null);
        await ExpectAsync(ada, me, byRole, "connection.callback-links-revoked", before: null, after: null);
        await DoAsync(
            ada,
            "POST api/connections/{connectionId}/confirmations/trust-policy",
            $"/api/connections/{byRole}/confirmations/trust-policy",
            null,
            HttpStatusCode.Accepted);
        await ExpectAsync(ada, me, byRole, "connection.confirmed", before: null, after: true);
        await DoAsync(ada, "DELETE api/connections/{connectionId}", $"/api/connections/{byRole}", null, null);
        await ExpectAsync(ada, me, byRole, "connection.cancel-requested", before: null, after: null);
        await ada.UntilAsync(byRole, "cancelled");
        // The bucket policy's confirmation also goes through ConfirmStep; that by a callback is covered by the tests of callback links.
        _covered.UnionWith(["POST api/connections/{connectionId}/confirmations/bucket-policy", "POST api/callbacks/{token}"]);

        var byKey = (
            await ada.PostAsync("/api/connections", Connections.StartBody("accessKey", workspace: workspace), HttpStatusCode.Accepted)
        ).Text("id");
        var configuration = Connections.KeyConfiguration(health.App.Administrator(), "audited");
        (configuration["accessKeyId"], configuration["secretAccessKey"]) = (keyId, secret);
        var bucket = Connections.Unique("audited");
        await health.App.Administrator().CreateBucketAsync(bucket, versioned: true);
        configuration["bucket"] = bucket;
        await DoAsync(
            ada,
            "PUT api/connections/{connectionId}/configuration",
            $"/api/connections/{byKey}/configuration",
            configuration,
            HttpStatusCode.Accepted);
        await ExpectAsync(ada, me, byKey, "connection.configured", before: null, after: true);
        var connected = await ada.UntilAsync(byKey, "connected");
        var drive = connected.Text("driveId");
        await ExpectAsync(ada, me, drive, "drive.connected", before: false, after: true);

        var file = $"/api/drives/{drive}/content?path=audited.txt";
        using (var stored = await ada.PutAsync(file, new StringContent("text"), TestContext.Current.CancellationToken))
        {
            var version = (await stored.Content.ReadFromJsonAsync<JsonNode>(TestContext.Current.CancellationToken))!.Text("versionId");
            await DoAsync(
                ada,
                "POST api/drives/{driveId}/versions/{versionId}/restore",
                $"/api/drives/{drive}/versions/{version}/restore?path=audited.txt",
                null,
                HttpStatusCode.OK);
            await ExpectAsync(ada, me, drive, "file.version-restored", before: false, after: true);
        }

        await OperationsAsync(ada, me, drive);
        var shares = $"/api/drives/{drive}/shares";
        var toShare = new { path = "audited.txt" };
        var share = await DoAsync(ada, "POST api/drives/{driveId}/shares", shares, toShare, HttpStatusCode.Created);
        await ExpectAsync(ada, me, share.Text("id"), "share.made", before: false, after: true);
        await DoAsync(
            ada,
            "DELETE api/drives/{driveId}/shares/{shareId}",
            $"{shares}/{share.Text("id")}",
            null,
            HttpStatusCode.NoContent);
        await ExpectAsync(ada, me, share.Text("id"), "share.revoked", before: true, after: false);
        var second = (await ada.PostAsync(shares, toShare, HttpStatusCode.Created)).Text("id");
        await DoAsync(ada, "DELETE api/drives/{driveId}/shares", shares, null, HttpStatusCode.NoContent);
        await ExpectAsync(ada, me, second, "share.revoked", before: true, after: false);
        var organization = (await ada.GetAsync("/api/me", HttpStatusCode.OK))["organization"]!.Text("id");
        foreach (var allowed in new[] { false, true })
        {
            await DoAsync(ada, "PUT api/organization/sharing", "/api/organization/sharing", new { allowed }, HttpStatusCode.OK);
            await ExpectAsync(ada, me, organization, "organization.sharing-changed", before: true, after: true);
        }

        (await ada.DeleteAsync(file, TestContext.Current.CancellationToken)).Dispose();
        await DoAsync(
            ada,
            "POST api/drives/{driveId}/undelete",
            $"/api/drives/{drive}/undelete?path=audited.txt",
            null,
            HttpStatusCode.OK);
        await ExpectAsync(ada, me, drive, "file.undeleted", before: false, after: true);
        await DoAsync(
            ada,
            "PUT api/workspaces/{workspaceId}/default-drive",
            $"/api/workspaces/{workspace}/default-drive",
            new { driveId = drive },
            HttpStatusCode.OK);
        await ExpectAsync(ada, me, workspace, "default-drive.changed", before: false, after: true);
        await DoAsync(
            ada,
            "DELETE api/workspaces/{workspaceId}/default-drive",
            $"/api/workspaces/{workspace}/default-drive",
            null,
            HttpStatusCode.NoContent);
        await ExpectAsync(ada, me, workspace, "default-drive.changed", before: true, after: false);
        _covered.Add("PUT api/organization/default-drive");

        var webhook = (
            await DoAsync(
                ada,
                "POST api/webhooks",
                "/api/webhooks",
                new { url = receiver.Url, events = new[] { "drive.removed" } },
                HttpStatusCode.Created)
        ).Text("id");
        await ExpectAsync(ada, me, webhook, "webhook.created", before: false, after: true);
        await DoAsync(ada, "POST api/webhooks/{webhookId}/test", $"/api/webhooks/{webhook}/test", null, HttpStatusCode.Accepted);
        await ExpectAsync(ada, me, webhook, "webhook.tested", before: null, after: true);
        await health.SendAsync();
        var delivery = (await ada.GetAsync($"/api/webhooks/{webhook}/deliveries", HttpStatusCode.OK))["items"]![0]!.Text("id");
        await DoAsync(
            ada,
            "POST api/webhooks/{webhookId}/deliveries/{deliveryId}/redeliver",
            $"/api/webhooks/{webhook}/deliveries/{delivery}/redeliver",
            null,
            HttpStatusCode.Accepted);
        await ExpectAsync(ada, me, delivery, "delivery.redelivered", before: true, after: true);
        _covered.Add("POST api/integrations/{integrationId}/deliveries/{deliveryId}/redeliver");
        receiver.Status = 410;
        // What is sent again is due at the app's time.
        health.Clock.Advance(DateTimeOffset.UtcNow - health.Clock.GetUtcNow() + TimeSpan.FromSeconds(1));
        await health.SendAsync();
        receiver.Status = 204;
        var queued = await DoAsync(
            ada,
            "POST api/webhooks/{webhookId}/deliveries/redeliver",
            $"/api/webhooks/{webhook}/deliveries/redeliver",
            null,
            HttpStatusCode.Accepted);
        queued["queued"]!.GetValue<int>().ShouldBe(1);
        await ExpectAsync(ada, me, webhook, "deliveries.redelivered", before: true, after: true);
        _covered.Add("POST api/integrations/{integrationId}/deliveries/redeliver");

        var integration = (
            await DoAsync(
                ada,
                "POST api/integrations",
                "/api/integrations",
                new
                {
                    kind = "downstream",
                    name = "out",
                    driveId = drive,
                    workspaceId = workspace,
                    folder = "out",
                },
                HttpStatusCode.Created)
        ).Text("id");
        await ExpectAsync(ada, me, integration, "integration.created", before: false, after: true);
        await DoAsync(
            ada,
            "PATCH api/integrations/{integrationId}",
            $"/api/integrations/{integration}",
            new { paused = true },
            HttpStatusCode.OK);
        await ExpectAsync(ada, me, integration, "integration.changed", before: true, after: true);
        await DoAsync(ada, "DELETE api/integrations/{integrationId}", $"/api/integrations/{integration}", null, HttpStatusCode.NoContent);
        await ExpectAsync(ada, me, integration, "integration.deleted", before: true, after: false);
        var upstream = (
            await ada.PostAsync(
                "/api/integrations",
                new
                {
                    kind = "upstream",
                    name = "in",
                    driveId = drive,
                    folder = "in",
                    webhookId = webhook,
                },
                HttpStatusCode.Created)
        ).Text("id");
        using (
            var setup = await ada.GetAsync(
                new Uri($"/api/integrations/{upstream}/setup?format=aws-cli", UriKind.Relative),
                TestContext.Current.CancellationToken))
            setup.StatusCode.ShouldBe(HttpStatusCode.OK);
        await ExpectAsync(ada, me, upstream, "integration.notifications-offered", before: false, after: true);
        await DoAsync(
            ada,
            "DELETE api/integrations/{integrationId}/notifications",
            $"/api/integrations/{upstream}/notifications",
            null,
            HttpStatusCode.NoContent);
        await ExpectAsync(ada, me, upstream, "integration.notifications-revoked", before: true, after: false);
        await ada.SendAsync(HttpMethod.Delete, $"/api/integrations/{upstream}", null, HttpStatusCode.NoContent);
        await DoAsync(ada, "DELETE api/webhooks/{webhookId}", $"/api/webhooks/{webhook}", null, HttpStatusCode.NoContent);
        await ExpectAsync(ada, me, webhook, "webhook.deleted", before: true, after: false);

        await DoAsync(
            ada,
            "PATCH api/drives/{driveId}/credentials",
            $"/api/drives/{drive}/credentials",
            new { accessKeyId = keyId, secretAccessKey = secret },
            HttpStatusCode.OK);
        await ExpectAsync(ada, me, drive, "drive.credentials-replaced", before: true, after: true);
        var name = (await ada.GetAsync($"/api/drives/{drive}", HttpStatusCode.OK)).Text("displayName");
        await DoAsync(ada, "DELETE api/drives/{driveId}", $"/api/drives/{drive}", new { confirmation = name }, HttpStatusCode.Accepted);
        await ExpectAsync(ada, me, drive, "drive.removed", before: true, after: false);
        for (var until = DateTime.UtcNow.AddSeconds(60); ; await Task.Delay(100, TestContext.Current.CancellationToken))
        {
            using var gone = await ada.DeleteAsync($"/api/workspaces/{workspace}", TestContext.Current.CancellationToken);
            if (gone.StatusCode is HttpStatusCode.NoContent)
                break;
            DateTime.UtcNow.ShouldBeLessThan(until, $"{gone.StatusCode}");
        }

        _covered.Add("DELETE api/workspaces/{workspaceId}");
        await ExpectAsync(ada, me, workspace, "workspace.deleted", before: true, after: false);

        Changing()
            .Except(NotAdministrative)
            .Except(_covered)
            .ShouldBeEmpty("each route that changes something is audited, or named as one that isn't administrative");
        var everything = await AllAsync(ada, "limit=500");
        everything.ShouldAllBe(entry =>
            !entry.ToJsonString().Contains(secret, StringComparison.Ordinal)
            && !entry.ToJsonString().Contains("whsec_", StringComparison.Ordinal));
        everything.ShouldAllBe(entry => !entry.ToJsonString().Contains(link.Text("url"), StringComparison.Ordinal));
        await FiltersAsync(ada, me, workspace, everything);
    }

    [Fact]
    public async Task An_entry_names_the_people_that_it_tells_of_once_they_have_signed_in()
    {
        using var ada = await health.App.SignInAsync("ada");
        var workspace = (await ada.PostAsync("/api/workspaces", new { name = Connections.Unique("named") }, HttpStatusCode.Created)).Text(
            "id");
        await ada.SendAsync(HttpMethod.Put, $"/api/workspaces/{workspace}/members/leo", new { role = "member" }, HttpStatusCode.OK);
        await ada.SendAsync(HttpMethod.Put, $"/api/workspaces/{workspace}/members/nobody-yet", new { role = "member" }, HttpStatusCode.OK);
        using var leo = await health.App.SignInAsync("leo");
        await leo.GetAsync("/api/me", HttpStatusCode.OK);

        // The newest first: nobody-yet, leo, the workspace.
        var entries = await AllAsync(ada, $"resource={workspace}");
        entries
            .Select(entry => string.Join(", ", entry["people"]!.AsArray().Select(person => person!.Text("name"))))
            .ShouldBe(["Ada Lind", "Ada Lind, Leo Marques", "Ada Lind"]);
    }

    private static async Task FiltersAsync(HttpClient ada, string me, string workspace, IReadOnlyList<JsonNode> everything)
    {
        everything.Select(entry => DateTimeOffset.Parse(entry.Text("at"))).ShouldBeInOrder(SortDirection.Descending);
        var (byPages, cursor) = (new List<string>(), "");
        do
        {
            var page = await ada.GetAsync($"/api/audit?resource={workspace}&limit=3{cursor}", HttpStatusCode.OK);
            byPages.AddRange(page["items"]!.AsArray().Select(entry => entry!.Text("id")));
            cursor = page["nextCursor"] is { } next ? $"&cursor={Uri.EscapeDataString(next.GetValue<string>())}" : "";
        }
        while (cursor.Length > 0);
        byPages.ShouldBe(everything.Where(entry => entry.Text("resource") == workspace).Select(entry => entry.Text("id")));

        var from = DateTimeOffset.Parse(everything[4].Text("at"));
        var since = await AllAsync(ada, $"limit=500&from={Uri.EscapeDataString(from.ToString("O"))}");
        since
            .Select(entry => entry.Text("id"))
            .ShouldBe(everything.Where(entry => DateTimeOffset.Parse(entry.Text("at")) >= from).Select(entry => entry.Text("id")));
        (await AllAsync(ada, $"limit=500&actor={me}")).ShouldAllBe(entry => entry["actor"]!.Text("id") == me);
        (await AllAsync(ada, "actor=nobody")).ShouldBeEmpty();
        await ada.GetAsync("/api/audit?from=yesterday", HttpStatusCode.UnprocessableEntity);
    }

    private async Task<JsonNode> DoAsync(HttpClient http, string route, string path, object? body, HttpStatusCode? expected)
    {
        _covered.Add(route);
        var method = new HttpMethod(route[..route.IndexOf(' ', StringComparison.Ordinal)]);
        if (expected is not null)
            return await http.SendAsync(method, path, body, expected.Value);
        using var request = new HttpRequestMessage(method, path)
        {
            Content = body is null ? null : System.Net.Http.Json.JsonContent.Create(body),
        };
        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        answer.IsSuccessStatusCode.ShouldBeTrue($"{route}: {text}");
        return text.Length == 0 ? new JsonObject() : JsonNode.Parse(text)!;
    }

    /// <summary>The entry, as soon as it is there; what a flow does on somebody's behalf takes a moment.</summary>
    private async Task OperationsAsync(HttpClient ada, string me, string drive)
    {
        var root = $"/api/drives/{drive}";
        await DoAsync(ada, "POST api/drives/{driveId}/folders", $"{root}/folders", new { path = "folder" }, HttpStatusCode.Created);
        await ExpectAsync(ada, me, drive, "folder.created", before: false, after: true);
        var copy = new { from = "audited.txt", to = "folder/copied.txt" };
        var copied = await DoAsync(ada, "POST api/drives/{driveId}/copies", $"{root}/copies", copy, HttpStatusCode.Accepted);
        await ExpectAsync(ada, me, drive, "files.copy-started", before: false, after: true);
        for (
            var until = DateTime.UtcNow.AddSeconds(60);
            (await ada.GetAsync($"{root}/operations/{copied.Text("id")}", HttpStatusCode.OK)).Text("status") == "running";
            await Task.Delay(100, TestContext.Current.CancellationToken))
            DateTime.UtcNow.ShouldBeLessThan(until);
        var move = new { from = "folder", to = "moved" };
        await health.App.Anonymous().SendAsync(HttpMethod.Post, "/embedded/faults", new { latencyMs = 1500 }, HttpStatusCode.NoContent);
        var moved = await DoAsync(ada, "POST api/drives/{driveId}/moves", $"{root}/moves", move, HttpStatusCode.Accepted);
        await ExpectAsync(ada, me, drive, "files.move-started", before: false, after: true);
        await DoAsync(
            ada,
            "DELETE api/drives/{driveId}/operations/{operationId}",
            $"{root}/operations/{moved.Text("id")}",
            null,
            HttpStatusCode.OK);
        await ExpectAsync(ada, me, drive, "files.operation-cancelled", before: false, after: true);
        (await health.App.Anonymous().DeleteAsync("/embedded/faults", TestContext.Current.CancellationToken)).Dispose();
        await ada.PostAsync($"{root}/folders", new { path = "typed" }, HttpStatusCode.Created);
        var deletion = new { path = "typed", confirmation = "typed" };
        await DoAsync(ada, "POST api/drives/{driveId}/deletions", $"{root}/deletions", deletion, HttpStatusCode.Accepted);
        await ExpectAsync(ada, me, drive, "files.deletion-started", before: false, after: true);
    }

    private static async Task ExpectAsync(HttpClient http, string actor, string resource, string action, bool? before, bool? after)
    {
        for (var until = DateTime.UtcNow.AddSeconds(60); ; await Task.Delay(100, TestContext.Current.CancellationToken))
        {
            var entries = await AllAsync(http, $"resource={resource}");
            if (
                entries.FirstOrDefault(entry =>
                    entry.Text("action") == action
                    && (before is null || entry["before"] is not null == before)
                    && (after is null || entry["after"] is not null == after)
                ) is
                { } entry)
            {
                entry["actor"]!.Text("id").ShouldBe(actor, action);
                entry["actor"]!.Text("kind").ShouldBe("user", action);
                (DateTimeOffset.UtcNow - DateTimeOffset.Parse(entry.Text("at"))).ShouldBeLessThan(TimeSpan.FromMinutes(5));
                return;
            }

            DateTime.UtcNow.ShouldBeLessThan(
                until,
                $"{action} of {resource} among {string.Join(", ", entries.Select(entry => entry.ToJsonString()))}");
        }
    }

    private static async Task<IReadOnlyList<JsonNode>> AllAsync(HttpClient http, string query) =>
        [.. (await http.GetAsync($"/api/audit?{query}", HttpStatusCode.OK))["items"]!.AsArray().Select(entry => entry!)];

    private static IEnumerable<string> Changing() =>
        from type in typeof(ServerlessDrivesApplication).Assembly.GetTypes()
        from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
        from parameter in method.GetParameters()
        let trigger = parameter.GetCustomAttribute<HttpTriggerAttribute>()
        where trigger?.Route is not null && trigger.Route.StartsWith("api/", StringComparison.Ordinal)
        from verb in trigger.Methods ?? []
        where !verb.Equals("get", StringComparison.OrdinalIgnoreCase) && !verb.Equals("head", StringComparison.OrdinalIgnoreCase)
        select $"{verb.ToUpperInvariant()} {trigger.Route}";
}
