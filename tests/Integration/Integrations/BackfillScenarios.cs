using System.Net;
using System.Text.Json.Nodes;
using ServerlessDrives.Tests.Integration.Connecting;
using ServerlessDrives.Tests.Integration.Files;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Integrations;

/// <summary>What is tried before an integration is made, and what was there when it was made.</summary>
[Collection(WatchingApp.Name)]
public sealed class BackfillScenarios(WatchingApp running)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_there_and_matches_is_told_of_once_each_together_with_what_arrives_at_the_same_moment()
    {
        var (drive, folder) = (await TestDrive.SharedAsync(running.App), Connections.Unique("old"));
        using var ada = await running.App.SignInAsync("ada");
        using var receiver = new EventReceiver();
        foreach (var name in (string[])["a.pdf", "b/c.pdf", "notes.txt", "z.pdf"])
            await PutAsync(drive, $"{folder}/{name}", name);
        var webhook = await ada.PostAsync(
            "/api/webhooks",
            new { url = receiver.Url, events = new[] { "file.arrived" } },
            HttpStatusCode.Created);
        var making = drive.Http.PostAsync(
            "/api/integrations",
            new
            {
                kind = "upstream",
                driveId = drive.Id,
                folder,
                pattern = "**/*.pdf",
                webhookId = webhook.Text("id"),
                backfill = true,
            },
            HttpStatusCode.Created);
        await PutAsync(drive, $"{folder}/meanwhile.pdf", "new");
        var integration = await making;
        integration["backfill"]!.GetValue<bool>().ShouldBeTrue();
        await UntilAsync(receiver, 4);
        var backfill = await CompletedAsync(drive, integration.Text("id"));
        backfill["looked"]!.GetValue<int>().ShouldBeInRange(4, 5);
        backfill["sent"]!.GetValue<int>().ShouldBeInRange(3, 4);

        // A file that comes later shows that nothing else is on its way.
        await PutAsync(drive, $"{folder}/last.pdf", "last");
        await UntilAsync(receiver, 5);
        receiver
            .Received.Select(received => received.Json["data"]!.Text("path"))
            .ShouldBe(
                [.. "a.pdf b/c.pdf z.pdf meanwhile.pdf last.pdf".Split(' ').Select(name => $"{folder}/{name}")],
                ignoreOrder: true);
        receiver.Received.Select(received => received.Id).ShouldBeUnique();
        await drive.Http.GetAsync($"/api/integrations/{integration.Text("id")}x/backfill", HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_pattern_is_tried_against_what_is_there_and_nobody_is_told_of_anything()
    {
        var (drive, folder) = (await TestDrive.SharedAsync(running.App), Connections.Unique("trial"));
        foreach (var name in (string[])["a.pdf", "b/c.pdf", "notes.txt"])
            await PutAsync(drive, $"{folder}/{name}", name);

        var tried = await TryAsync(drive, folder, "**/*.pdf");
        tried["matched"]!.GetValue<int>().ShouldBe(2);
        tried["looked"]!.GetValue<int>().ShouldBe(3);
        tried["isWhole"]!.GetValue<bool>().ShouldBeTrue();
        tried["examples"]!.AsArray().Select(example => example!.GetValue<string>()).ShouldBe([$"{folder}/a.pdf", $"{folder}/b/c.pdf"]);
        (await TryAsync(drive, folder, null))["matched"]!.GetValue<int>().ShouldBe(3);
        (await TryAsync(drive, folder, "*.PDF"))["matched"]!.GetValue<int>().ShouldBe(0);
        (await TryAsync(drive, $"{folder}-none", "*"))["looked"]!.GetValue<int>().ShouldBe(0);

        var refused = await drive.Http.PostAsync(
            "/api/integrations/trial",
            new { driveId = "drv_nobody", folder = "../up", pattern = "/x" },
            HttpStatusCode.UnprocessableEntity);
        refused["errors"]!.AsObject().Select(field => field.Key).Order().ShouldBe(["driveId", "folder", "pattern"]);
        using var leo = await running.App.SignInAsync("leo");
        await leo.PostAsync("/api/integrations/trial", new { driveId = drive.Id }, HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task Dead_letters_go_out_together_once_each_and_show_what_was_sent()
    {
        var (drive, folder) = (await TestDrive.SharedAsync(running.App), Connections.Unique("dead"));
        using var ada = await running.App.SignInAsync("ada");
        using var receiver = new EventReceiver { Status = 410 };
        var webhook = await ada.PostAsync(
            "/api/webhooks",
            new { url = receiver.Url, events = new[] { "file.arrived" } },
            HttpStatusCode.Created);
        var integration = (
            await drive.Http.PostAsync(
                "/api/integrations",
                new
                {
                    kind = "upstream",
                    driveId = drive.Id,
                    folder,
                    webhookId = webhook.Text("id"),
                },
                HttpStatusCode.Created)
        ).Text("id");
        foreach (var name in (string[])["1", "2", "3"])
            await PutAsync(drive, $"{folder}/{name}", name);
        await DeliveriesAsync(drive, integration, "?status=dead", 3);
        receiver.Received.Count.ShouldBeLessThanOrEqualTo(3);
        var before = receiver.Received.Count;
        receiver.Status = 204;

        var (first, second) = (await AgainAsync(drive, integration, "one-key"), await AgainAsync(drive, integration, "one-key"));
        first["queued"]!.GetValue<int>().ShouldBe(3);
        first["mayBeMore"]!.GetValue<bool>().ShouldBeFalse();
        second.ToJsonString().ShouldBe(first.ToJsonString());
        var delivered = await DeliveriesAsync(drive, integration, "?status=delivered", 3);
        var sent = receiver.Received.Skip(before).ToList();
        sent.Select(received => received.Json["data"]!.Text("path"))
            .ShouldBe([$"{folder}/1", $"{folder}/2", $"{folder}/3"], ignoreOrder: true);
        sent.Select(received => received.Id).ShouldBeUnique();
        foreach (var received in sent)
        {
            var shown = delivered.Single(delivery => delivery!.Text("eventId") == received.Id)!;
            shown.Text("body").ShouldBe(System.Text.Encoding.UTF8.GetString(received.Body));
            shown["bodyIsCut"]!.GetValue<bool>().ShouldBeFalse();
        }

        (await AgainAsync(drive, integration, "another-key"))["queued"]!.GetValue<int>().ShouldBe(0);
        (await ada.GetAsync($"/api/audit?resource={integration}", HttpStatusCode.OK))["items"]!
            .AsArray()
            .Count(entry => entry!.Text("action") == "deliveries.redelivered")
            .ShouldBe(1);
    }

    private static async Task<JsonNode> AgainAsync(TestDrive drive, string integration, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/integrations/{integration}/deliveries/redeliver");
        request.Headers.Add("Idempotency-Key", $"{integration}-{key}");
        using var answer = await drive.Http.SendAsync(request, Cancellation);
        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync(Cancellation))!;
    }

    private static Task<JsonNode> TryAsync(TestDrive drive, string folder, string? pattern) =>
        drive.Http.PostAsync("/api/integrations/trial", new { driveId = drive.Id, folder, pattern }, HttpStatusCode.OK);

    private static async Task<JsonNode> CompletedAsync(TestDrive drive, string integration)
    {
        for (var until = DateTime.UtcNow.AddSeconds(90); ; await Task.Delay(100, Cancellation))
        {
            var now = await drive.Http.GetAsync($"/api/integrations/{integration}/backfill", HttpStatusCode.OK);
            if (now.Text("status") == "completed")
                return now;
            DateTime.UtcNow.ShouldBeLessThan(until, now.ToJsonString());
        }
    }

    private static async Task<JsonArray> DeliveriesAsync(TestDrive drive, string integration, string query, int count)
    {
        for (var until = DateTime.UtcNow.AddSeconds(90); ; await Task.Delay(100, Cancellation))
        {
            var path = $"/api/integrations/{integration}/deliveries{query}";
            var listed = (await drive.Http.GetAsync(path, HttpStatusCode.OK))["items"]!.AsArray();
            if (listed.Count == count)
                return listed;
            DateTime.UtcNow.ShouldBeLessThan(until, listed.ToJsonString());
        }
    }

    private static async Task PutAsync(TestDrive drive, string path, string content)
    {
        using var stored = await drive.PutAsync(path, System.Text.Encoding.UTF8.GetBytes(content));
        stored.EnsureSuccessStatusCode();
    }

    private static async Task UntilAsync(EventReceiver receiver, int count)
    {
        for (var until = DateTime.UtcNow.AddSeconds(90); receiver.Received.Count < count; await Task.Delay(100, Cancellation))
            DateTime.UtcNow.ShouldBeLessThan(until, $"{receiver.Received.Count} of {count} came");
    }
}
