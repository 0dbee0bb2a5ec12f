using System.Net;
using System.Text.Json.Nodes;
using ServerlessDrives.Tests.Integration.Connecting;
using ServerlessDrives.Tests.Integration.Files;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Integrations;

/// <summary>New files on a drive, as a receiver hears of them.</summary>
[Collection(WatchingApp.Name)]
public sealed class UpstreamScenarios(WatchingApp running)
{
    private static JsonNode Everything =>
        JsonNode.Parse("""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}""")!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_version_of_a_file_that_matches_is_told_of_once_in_order_and_nothing_else()
    {
        var (drive, folder) = (await TestDrive.SharedAsync(running.App), Connections.Unique("in"));
        using var ada = await running.App.SignInAsync("ada");
        using var receiver = new EventReceiver();
        using var witness = new EventReceiver();
        var webhook = await WebhookAsync(ada, receiver);
        await PutAsync(drive, $"{folder}/before.pdf", "there before");
        var integration = (await MakeAsync(drive, folder, "**/*.pdf", webhook)).Text("id");
        var everything = (await MakeAsync(drive, folder, null, await WebhookAsync(ada, witness))).Text("id");
        await PutAsync(drive, $"{folder}/a.pdf", "one");
        await PutAsync(drive, $"{folder}/notes.txt", "does not match");
        await PutAsync(drive, $"{folder}-beside/x.pdf", "beside the folder");
        await PutAsync(drive, $"{folder}/b/c.pdf", "below");
        await UntilAsync(receiver, 2);
        await PutAsync(drive, $"{folder}/a.pdf", "another");
        await UntilAsync(receiver, 3);

        receiver.Received.Select(PathOf).ShouldBe([$"{folder}/a.pdf", $"{folder}/b/c.pdf", $"{folder}/a.pdf"]);
        receiver.Received.ShouldAllBe(received => received.Type == "file.arrived" && received.IsSignedWith(webhook.Text("signingSecret")));
        receiver.Received.Select(received => received.Id).ShouldBeUnique();
        var told = receiver.Received[2].Json;
        told.Text("subject").ShouldBe(integration);
        told["data"]!.Text("driveId").ShouldBe(drive.Id);
        told["data"]!["size"]!.GetValue<long>().ShouldBe("another".Length);

        // While it rests nothing comes, which the other one shows by hearing of it; afterwards it is made up for.
        var read = await drive.Http.GetAsync($"/api/integrations/{integration}", Cancellation);
        var etag = read.Headers.ETag!.ToString();
        await drive.Http.SendAsync(
            HttpMethod.Patch,
            $"/api/integrations/{integration}",
            new { paused = true },
            HttpStatusCode.PreconditionFailed,
            ("If-Match", "\"stale\""));
        await drive.Http.SendAsync(
            HttpMethod.Patch,
            $"/api/integrations/{integration}",
            new { paused = true },
            HttpStatusCode.PreconditionFailed,
            ("If-Match", $"W/{etag}"));
        await drive.Http.SendAsync(
            HttpMethod.Patch,
            $"/api/integrations/{integration}",
            new { paused = true },
            HttpStatusCode.OK,
            ("If-Match", etag));
        await drive.Http.SendAsync(
            HttpMethod.Patch,
            $"/api/integrations/{integration}",
            new { paused = false },
            HttpStatusCode.PreconditionFailed,
            ("If-Match", etag));
        await PutAsync(drive, $"{folder}/d.pdf", "while it rested");
        await UntilAsync(witness, received => PathOf(received) == $"{folder}/d.pdf");
        receiver.Received.Count.ShouldBe(3);
        await drive.Http.SendAsync(HttpMethod.Patch, $"/api/integrations/{integration}", new { paused = false }, HttpStatusCode.OK);
        await UntilAsync(receiver, received => PathOf(received) == $"{folder}/d.pdf");
        witness.Received.Select(PathOf).ShouldNotContain($"{folder}/before.pdf");

        // Sent again on request: the same message, of this integration only.
        var delivery = (await DeliveriesAsync(drive.Http, integration, delivery => delivery.Text("status") == "delivered"))[0]!.Text("id");
        await drive.Http.PostAsync($"/api/integrations/{everything}/deliveries/{delivery}/redeliver", null, HttpStatusCode.NotFound);
        await drive.Http.PostAsync($"/api/integrations/{integration}/deliveries/{delivery}/redeliver", null, HttpStatusCode.Accepted);
        await UntilAsync(receiver, 5);
        receiver.Received[4].Id.ShouldBe(receiver.Received[3].Id);
        (await DeliveriesAsync(drive.Http, integration, _ => true)).Count.ShouldBe(4);
    }

    [Fact]
    public async Task A_folder_that_AWS_refuses_to_show_is_explained_in_the_log_and_made_up_for_when_the_key_works_again()
    {
        var (administrator, user, folder) = (running.App.Administrator(), Connections.Unique("user"), Connections.Unique("in"));
        var key = await administrator.CreateUserWithKeyAsync(user, Everything);
        var drive = await TestDrive.ConnectAsync(
            running.App,
            configure: configuration => (configuration["accessKeyId"], configuration["secretAccessKey"]) = key);
        using var ada = await running.App.SignInAsync("ada");
        using var receiver = new EventReceiver();
        var integration = (await MakeAsync(drive, folder, null, await WebhookAsync(ada, receiver))).Text("id");
        await PutAsync(drive, $"{folder}/first", "the key works");
        await UntilAsync(receiver, 1);

        await administrator.IamAsync("UpdateAccessKey", ("UserName", user), ("AccessKeyId", key.Id), ("Status", "Inactive"));
        using (var s3 = administrator.S3())
            await s3.PutObjectAsync(
                new()
                {
                    BucketName = TestDrive.Bucket,
                    Key = $"{drive.Path}/{folder}/second",
                    ContentBody = "by somebody else",
                },
                Cancellation);
        string? said = null;
        await UntilAsync(
            () =>
                (
                    said = running
                        .App.Output.Split('\n')
                        .FirstOrDefault(line => line.Contains($"{integration} could not be polled", StringComparison.Ordinal)))
                    is not null,
            () => "nothing was said");
        said.ShouldNotBeNull();
        said.ShouldContain("access key", Case.Insensitive);
        said.ShouldNotContain("Exception");

        await administrator.IamAsync("UpdateAccessKey", ("UserName", user), ("AccessKeyId", key.Id), ("Status", "Active"));
        await UntilAsync(receiver, 2);
        PathOf(receiver.Received[1]).ShouldBe($"{folder}/second");
    }

    [Fact]
    public async Task Every_version_that_came_between_two_looks_is_told_of_where_the_bucket_keeps_versions_and_the_drive_may_list_them()
    {
        var (administrator, bucket) = (running.App.Administrator(), Connections.Unique("versioned"));
        await administrator.CreateBucketAsync(bucket, versioned: true);
        var key = await administrator.CreateUserWithKeyAsync(Connections.Unique("user"), Everything);
        var drive = await TestDrive.ConnectAsync(
            running.App,
            configure: configuration =>
                (configuration["bucket"], configuration["accessKeyId"], configuration["secretAccessKey"]) = (bucket, key.Id, key.Secret));
        using var ada = await running.App.SignInAsync("ada");
        using var receiver = new EventReceiver();
        var integration = (await MakeAsync(drive, "in", null, await WebhookAsync(ada, receiver))).Text("id");
        await drive.Http.SendAsync(HttpMethod.Patch, $"/api/integrations/{integration}", new { paused = true }, HttpStatusCode.OK);
        foreach (var content in (string[])["one", "two!", "three"])
            await PutAsync(drive, "in/file", content);
        await drive.Http.SendAsync(HttpMethod.Patch, $"/api/integrations/{integration}", new { paused = false }, HttpStatusCode.OK);
        await UntilAsync(receiver, 3);
        receiver.Received.Select(received => received.Json["data"]!["size"]!.GetValue<int>()).ShouldBe([3, 4, 5]);
        receiver.Received.Select(received => received.Json["data"]!.Text("versionId")).ShouldBeUnique();
    }

    [Fact]
    public async Task A_receiver_that_wants_no_more_leaves_a_dead_letter_which_goes_out_when_it_is_back()
    {
        var (drive, folder) = (await TestDrive.SharedAsync(running.App), Connections.Unique("dead"));
        using var ada = await running.App.SignInAsync("ada");
        using var receiver = new EventReceiver { Status = 410 };
        var webhook = await WebhookAsync(ada, receiver);
        var integration = (await MakeAsync(drive, folder, "*", webhook)).Text("id");
        await PutAsync(drive, $"{folder}/letter.txt", "dead");
        var dead = (await DeliveriesAsync(drive.Http, $"{integration}", delivery => delivery.Text("status") == "dead", "?status=dead"))[0]!;
        dead["attempts"]![0]!["status"]!.GetValue<int>().ShouldBe(410);
        dead["nextAttemptAt"].ShouldBeNull();

        receiver.Status = 204;
        await drive.Http.PostAsync(
            $"/api/integrations/{integration}/deliveries/{dead.Text("id")}/redeliver",
            null,
            HttpStatusCode.Accepted);
        await DeliveriesAsync(drive.Http, integration, delivery => delivery.Text("status") == "delivered");
        receiver.Received.Select(received => received.Id).Distinct().Count().ShouldBe(1);
        (await ada.GetAsync("/api/webhooks?limit=500", HttpStatusCode.OK))["items"]!
            .AsArray()
            .Single(known => known!.Text("id") == webhook.Text("id"))!
            .Text("status")
            .ShouldBe("active");
    }

    [Fact]
    public async Task What_arrives_without_anybody_to_tell_waits_for_another_webhook()
    {
        var (drive, folder) = (await TestDrive.SharedAsync(running.App), Connections.Unique("orphan"));
        using var ada = await running.App.SignInAsync("ada");
        using var first = new EventReceiver();
        using var second = new EventReceiver();
        var webhook = (await WebhookAsync(ada, first)).Text("id");
        var integration = (await MakeAsync(drive, folder, "*", await WebhookAsync(ada, first))).Text("id");
        await drive.Http.SendAsync(HttpMethod.Patch, $"/api/integrations/{integration}", new { webhookId = webhook }, HttpStatusCode.OK);
        await ada.SendAsync(HttpMethod.Delete, $"/api/webhooks/{webhook}", null, HttpStatusCode.NoContent);
        await drive.Http.SendAsync(
            HttpMethod.Patch,
            $"/api/integrations/{integration}",
            new { webhookId = webhook },
            HttpStatusCode.UnprocessableEntity);
        await PutAsync(drive, $"{folder}/a.txt", "nobody hears");
        await drive.Http.SendAsync(
            HttpMethod.Patch,
            $"/api/integrations/{integration}",
            new { webhookId = (await WebhookAsync(ada, second)).Text("id") },
            HttpStatusCode.OK);
        await UntilAsync(second, 1);
        first.Received.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_cannot_be_is_refused_with_every_field_at_once()
    {
        var drive = await TestDrive.SharedAsync(running.App);
        var refused = await drive.Http.PostAsync(
            "/api/integrations",
            new
            {
                kind = "upstream",
                name = "",
                driveId = "drv_nobody",
                folder = "../up",
                pattern = "/x",
                webhookId = "whk_nobody",
            },
            HttpStatusCode.UnprocessableEntity);
        refused.Text("code").ShouldBe("invalid");
        refused["errors"]!.AsObject().Select(field => field.Key).Order().ShouldBe(["driveId", "folder", "name", "pattern", "webhookId"]);
        using var leo = await running.App.SignInAsync("leo");
        var foreign = await leo.PostAsync(
            "/api/integrations",
            new
            {
                kind = "downstream",
                driveId = drive.Id,
                workspaceId = "ws_claims",
            },
            HttpStatusCode.UnprocessableEntity);
        foreign["errors"]!.AsObject().Select(field => field.Key).Order().ShouldBe(["driveId", "workspaceId"]);
    }

    private static string PathOf(ReceivedEvent received) => received.Json["data"]!.Text("path");

    private static Task<JsonNode> WebhookAsync(HttpClient ada, EventReceiver receiver) =>
        ada.PostAsync("/api/webhooks", new { url = receiver.Url, events = new[] { "file.arrived" } }, HttpStatusCode.Created);

    private static Task<JsonNode> MakeAsync(TestDrive drive, string folder, string? pattern, JsonNode webhook) =>
        drive.Http.PostAsync(
            "/api/integrations",
            new
            {
                kind = "upstream",
                driveId = drive.Id,
                folder,
                pattern,
                webhookId = webhook.Text("id"),
            },
            HttpStatusCode.Created);

    private static async Task PutAsync(TestDrive drive, string path, string content)
    {
        using var stored = await drive.PutAsync(path, System.Text.Encoding.UTF8.GetBytes(content));
        stored.EnsureSuccessStatusCode();
    }

    private Task UntilAsync(EventReceiver receiver, int count) =>
        UntilAsync(
            () => receiver.Received.Count >= count,
            () => $"{receiver.Received.Count} of {count} came; the app's last lines:\n"
                + $"{running.App.Output[^Math.Min(running.App.Output.Length, 4_000)..]}"
        );

    private static Task UntilAsync(EventReceiver receiver, Func<ReceivedEvent, bool> came) =>
        UntilAsync(() => receiver.Received.Any(came), () => string.Join(", ", receiver.Received.Select(PathOf)));

    private static async Task UntilAsync(Func<bool> holds, Func<string> otherwise)
    {
        for (var until = DateTime.UtcNow.AddSeconds(90); !holds(); await Task.Delay(100, Cancellation))
            DateTime.UtcNow.ShouldBeLessThan(until, otherwise());
    }

    /// <summary>The deliveries, once one of them is so.</summary>
    private static async Task<JsonArray> DeliveriesAsync(HttpClient http, string integration, Func<JsonNode, bool> so, string query = "")
    {
        for (var until = DateTime.UtcNow.AddSeconds(90); ; await Task.Delay(100, Cancellation))
        {
            var listed = (await http.GetAsync($"/api/integrations/{integration}/deliveries{query}", HttpStatusCode.OK))["items"]!.AsArray();
            if (listed.Any(delivery => so(delivery!)))
                return listed;
            DateTime.UtcNow.ShouldBeLessThan(until, listed.ToJsonString());
        }
    }
}
