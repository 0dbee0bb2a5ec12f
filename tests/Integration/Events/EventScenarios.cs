using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using ServerlessDrives.Events.Webhooks;
using ServerlessDrives.Tests.Integration.Health;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Events;

/// <summary>Webhooks as a receiver sees them, with sending and its time by hand.</summary>
public sealed class EventScenarios(HealthApp health) : IClassFixture<HealthApp>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_test_event_arrives_as_a_CloudEvent_with_a_signature_of_the_Standard_Webhooks()
    {
        using var ada = await health.App.SignInAsync("ada");
        using var receiver = new EventReceiver();
        var webhook = await MakeAsync(ada, receiver);
        var asked = await ada.PostAsync($"/api/webhooks/{webhook.Text("id")}/test", null, HttpStatusCode.Accepted);
        await health.SendAsync();

        var received = receiver.Received.ShouldHaveSingleItem();
        received.IsSignedWith(webhook.Text("signingSecret")).ShouldBeTrue();
        received.IsSignedWith("whsec_" + Convert.ToBase64String(new byte[24])).ShouldBeFalse();
        received.ContentType.ShouldStartWith("application/cloudevents+json");
        received.Id.ShouldBe(asked.Text("eventId"));
        Math.Abs(long.Parse(received.Timestamp) - health.Clock.GetUtcNow().ToUnixTimeSeconds()).ShouldBeLessThan(60);
        var json = received.Json;
        json.Text("specversion").ShouldBe("1.0");
        json.Text("id").ShouldBe(received.Id);
        json.Text("type").ShouldBe("webhook.test");
        json.Text("subject").ShouldBe(webhook.Text("id"));
        json.Text("source").ShouldStartWith("urn:serverless-drives:");
        DateTimeOffset.TryParse(json.Text("time"), out _).ShouldBeTrue();
        (await ada.GetAsync("/api/webhooks", HttpStatusCode.OK)).ToJsonString().ShouldNotContain(webhook.Text("signingSecret"));
        await ada.SendAsync(HttpMethod.Delete, $"/api/webhooks/{webhook.Text("id")}", null, HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task A_receiver_that_fails_is_tried_for_a_day_with_growing_pauses_then_disabled_and_said_to_be()
    {
        using var ada = await health.App.SignInAsync("ada");
        using var receiver = new EventReceiver { Status = 500 };
        using var other = new EventReceiver();
        var (webhook, witness) = (await MakeAsync(ada, receiver), await MakeAsync(ada, other, "webhook.disabled"));
        await ada.PostAsync($"/api/webhooks/{webhook.Text("id")}/test", null, HttpStatusCode.Accepted);
        var began = health.Clock.GetUtcNow();
        var tries = new List<TimeSpan>();
        while (await StatusAsync(ada, webhook) is not "disabled")
        {
            var before = receiver.Received.Count;
            await health.SendAsync();
            if (receiver.Received.Count > before)
                tries.Add(health.Clock.GetUtcNow() - began);
            (health.Clock.GetUtcNow() - began).ShouldBeLessThan(TimeSpan.FromHours(26));
            health.Clock.Advance(tries.Count < 5 ? TimeSpan.FromSeconds(30) : TimeSpan.FromMinutes(20));
        }

        tries.Count.ShouldBeGreaterThan(10);
        tries[^1].ShouldBeGreaterThanOrEqualTo(TimeSpan.FromHours(23.5));
        receiver.Received.Select(received => received.Id).Distinct().Count().ShouldBe(1, "every try is the same message");
        receiver.Received.ShouldAllBe(received => received.IsSignedWith(webhook.Text("signingSecret")));
        var pauses = tries.Zip(tries.Skip(1), (one, next) => next - one).ToList();
        pauses[^2].ShouldBeGreaterThan(pauses[0] * 10);

        await health.SendAsync();
        var told = other.Of("webhook.disabled").ShouldHaveSingleItem();
        told.Json.Text("subject").ShouldBe(webhook.Text("id"));
        var entry = (await ada.GetAsync($"/api/audit?resource={webhook.Text("id")}", HttpStatusCode.OK))["items"]!.AsArray()[0]!;
        entry.Text("action").ShouldBe("webhook.disabled");
        entry["actor"]!.Text("kind").ShouldBe("system");
        await ada.SendAsync(HttpMethod.Delete, $"/api/webhooks/{webhook.Text("id")}", null, HttpStatusCode.NoContent);
        await ada.SendAsync(HttpMethod.Delete, $"/api/webhooks/{witness.Text("id")}", null, HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task A_redirect_is_not_followed_and_a_receiver_that_asks_for_time_is_given_it()
    {
        using var ada = await health.App.SignInAsync("ada");
        using var elsewhere = new EventReceiver();
        using var receiver = new EventReceiver { Status = 307, Header = ("Location", elsewhere.Url.AbsoluteUri) };
        var webhook = await MakeAsync(ada, receiver);
        await ada.PostAsync($"/api/webhooks/{webhook.Text("id")}/test", null, HttpStatusCode.Accepted);
        await health.SendAsync();
        receiver.Received.Count.ShouldBe(1);
        elsewhere.Received.ShouldBeEmpty();

        (receiver.Status, receiver.Header) = (429, ("Retry-After", "600"));
        health.Clock.Advance(TimeSpan.FromSeconds(30));
        await health.SendAsync();
        receiver.Received.Count.ShouldBe(2);
        health.Clock.Advance(TimeSpan.FromMinutes(9));
        await health.SendAsync();
        receiver.Received.Count.ShouldBe(2);
        receiver.Status = 204;
        health.Clock.Advance(TimeSpan.FromMinutes(2));
        await health.SendAsync();
        receiver.Received.Count.ShouldBe(3);
        (await StatusAsync(ada, webhook)).ShouldBe("active");
        await ada.SendAsync(HttpMethod.Delete, $"/api/webhooks/{webhook.Text("id")}", null, HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task Private_addresses_are_neither_taken_nor_connected_to()
    {
        await using var app = await InProcessApp.StartAsync();
        using var ada = await app.SignInAsync("ada");
        foreach (
            var url in new[]
            {
                "http://example.com/",
                "https://127.0.0.1/",
                "https://[::1]/",
                "https://169.254.169.254/latest",
                "https://user:word@example.com/",
                "ftp://example.com/",
                "https://0x7f.1/",
            })
            await ada.PostAsync("/api/webhooks", new { url }, HttpStatusCode.UnprocessableEntity);

        // A name that turns out to be private when it is connected to.
        using var receiver = new EventReceiver();
        await ada.PostAsync(
            "/api/webhooks",
            new { url = $"https://localhost:{receiver.Url.Port}/hook/" },
            HttpStatusCode.UnprocessableEntity);
        using var sender = app.Services.GetRequiredService<IHttpClientFactory>().CreateClient(WebhookSender.ClientName);
        var refused = await Should.ThrowAsync<HttpRequestException>(() =>
            sender.GetAsync(new Uri($"https://localhost:{receiver.Url.Port}/hook/"), Cancellation));
        refused.ToString().ShouldContain("not a public address");
        receiver.Received.ShouldBeEmpty();
    }

    [Fact]
    public async Task Every_event_of_the_contract_is_sent()
    {
        using var ada = await health.App.SignInAsync("ada");
        using var receiver = new EventReceiver();
        var webhook = await MakeAsync(ada, receiver);
        var (user, id, secret) = await health.CreateUserAsync();
        var (drive, second) = (await health.ConnectAsync(ada, id, secret), await health.ConnectAsync(ada, id, secret));
        await Connecting.Connections.StartAsync(ada, "iamRole");
        await ada.SendAsync(HttpMethod.Put, "/api/workspaces/ws_claims/default-drive", new { driveId = drive }, HttpStatusCode.OK);
        var upstream = await ada.PostAsync(
            "/api/integrations",
            new
            {
                kind = "upstream",
                name = "in",
                driveId = drive,
                folder = "in",
                pattern = "**",
                webhookId = webhook.Text("id"),
            },
            HttpStatusCode.Created);
        var downstream = await ada.PostAsync(
            "/api/integrations",
            new
            {
                kind = "downstream",
                name = "out",
                driveId = drive,
                workspaceId = "ws_claims",
                folder = "out",
            },
            HttpStatusCode.Created);
        await ada.PostAsync($"/api/integrations/{downstream.Text("id")}/outputs/a.txt", "\"an output\"", HttpStatusCode.Created);
        using (var put = await ada.PutAsync($"/api/drives/{drive}/files/in/b.txt", new StringContent("a file"), Cancellation))
            put.StatusCode.ShouldBe(HttpStatusCode.Created);
        for (var until = DateTime.UtcNow.AddSeconds(60); receiver.Of("file.arrived").Count == 0; await Task.Delay(200, Cancellation))
        {
            await health.SendAsync();
            DateTime.UtcNow.ShouldBeLessThan(until, "the file never arrived");
        }

        await health.RoundAsync();
        await health.App.Administrator().IamAsync("UpdateAccessKey", ("UserName", user), ("AccessKeyId", id), ("Status", "Inactive"));
        for (var look = 0; look < 3; look++)
            await health.RoundAsync();
        var name = (await ada.GetAsync($"/api/drives/{second}", HttpStatusCode.OK)).Text("displayName");
        await ada.SendAsync(HttpMethod.Delete, $"/api/drives/{second}", new { confirmation = name }, HttpStatusCode.Accepted);

        string[] expected =
        [
            "connection.step-opened",
            "connection.connected",
            "default-drive.changed",
            "file.arrived",
            "output.stored",
            "drive.health-changed",
            "drive.removed",
        ];
        for (var until = DateTime.UtcNow.AddSeconds(90); ; await Task.Delay(500, Cancellation))
        {
            await health.SendAsync();
            var missing = expected.Except(receiver.Received.Select(received => received.Type)).ToList();
            if (missing.Count == 0)
                break;
            DateTime.UtcNow.ShouldBeLessThan(until, $"never came: {string.Join(", ", missing)}");
        }

        receiver.Received.ShouldAllBe(received =>
            received.IsSignedWith(webhook.Text("signingSecret")) && !Encoded(received).Contains(secret, StringComparison.Ordinal));
        receiver.Received.GroupBy(received => received.Id).ShouldAllBe(same => same.Count() == 1);
        await ada.SendAsync(HttpMethod.Delete, $"/api/integrations/{upstream.Text("id")}", null, HttpStatusCode.NoContent);
        await ada.SendAsync(HttpMethod.Delete, $"/api/webhooks/{webhook.Text("id")}", null, HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task A_connection_that_expires_is_told_of()
    {
        await using var app = await InProcessApp.StartAsync(
            new() { ["ServerlessDrives:Connection:ExpiresAfter"] = "00:00:02", ["ServerlessDrives:Webhooks:AllowPrivateTargets"] = "true" }
        );
        using var ada = await app.SignInAsync("ada");
        using var receiver = new EventReceiver();
        await ada.PostAsync("/api/webhooks", new { url = receiver.Url, events = new[] { "connection.expired" } }, HttpStatusCode.Created);
        var connection = await Connecting.Connections.StartAsync(ada, "iamRole");
        for (var until = DateTime.UtcNow.AddSeconds(60); receiver.Received.Count == 0; await Task.Delay(200, Cancellation))
            DateTime.UtcNow.ShouldBeLessThan(until);
        receiver.Received[0].Json.Text("subject").ShouldBe(connection.Text("id"));
        (await ada.GetAsync($"/api/audit?resource={connection.Text("id")}", HttpStatusCode.OK))["items"]!
            .AsArray()
            .Select(entry => entry!.Text("action"))
            .ShouldContain("connection.expired");
    }

    private static string Encoded(ReceivedEvent received) => System.Text.Encoding.UTF8.GetString(received.Body);

    private static async Task<string> StatusAsync(HttpClient http, JsonNode webhook) =>
        (await http.GetAsync("/api/webhooks?limit=500", HttpStatusCode.OK))["items"]!
            .AsArray()
            .Single(known => known!.Text("id") == webhook.Text("id"))!
            .Text("status");

    private static Task<JsonNode> MakeAsync(HttpClient http, EventReceiver receiver, params string[] events) =>
        http.PostAsync("/api/webhooks", new { url = receiver.Url, events }, HttpStatusCode.Created);
}
