using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ServerlessDrives.Tests.Browser;

/// <summary>What a drive was used for, and an integration from trying its pattern to sending dead letters again.</summary>
public sealed class UsageAndIntegrations(Browsers browsers) : EveryPage(browsers)
{
    [Fact]
    public async Task What_was_asked_of_S3_is_drawn_and_stands_in_numbers_beside_it()
    {
        using var http = await App.SignInAsync("ada");
        var drive = await DriveAsync(http, "Counted");
        await PutAsync(http, drive, "a.txt");
        var before = await RequestsInAsync();
        var ada = await SignedInAsync();
        await ada.GoAsync($"/drives/{drive}/usage");
        await ada.SeeAsync(ada.Page.GetByRole(AriaRole.Img, new() { Name = "Requests by day" }));
        await ada.SeeAsync(ada.Page.GetByRole(AriaRole.Img, new() { Name = "Bytes by day" }));
        var row = ada.Page.GetByRole(AriaRole.Row, new() { Name = "Together" });
        var shown = await row.GetByRole(AriaRole.Cell).AllInnerTextsAsync();
        // A health check may come at any time.
        long.Parse(shown[0], CultureInfo.InvariantCulture).ShouldBeInRange(before, await RequestsInAsync());
        shown[1].ShouldEndWith("bytes");
        await ada.SeeTextAsync("US$");
        await LookAsync(ada, "usage");
        await ada.Page.GetByLabel("Show").SelectOptionAsync(new SelectOptionValue { Label = "90 days" });
        await ada.SeeAsync(row);
        await FitsAsync(ada.Page, "usage of 90 days", 1280);
        NothingIsWrong();

        async Task<long> RequestsInAsync() =>
            (await http.GetAsync($"/api/drives/{drive}/usage", HttpStatusCode.OK))["total"]!["in"]!["requests"]!.GetValue<long>();
    }

    [Fact]
    public async Task A_pattern_is_tried_while_it_is_typed_and_what_was_there_is_sent_and_sent_again()
    {
        using var http = await App.SignInAsync("ada");
        using var receiver = new EventReceiver { Status = 410 };
        var (drive, name, webhook) = (await DriveAsync(http, "Watched"), Unique("Tell the claims system"), Unique("Claims"));
        foreach (var file in (string[])["in/a.pdf", "in/deep/b.pdf", "in/notes.txt"])
            await PutAsync(http, drive, file);
        await http.PostAsync(
            "/api/webhooks",
            new { url = receiver.Url, description = webhook, events = new[] { "file.arrived" } },
            HttpStatusCode.Created);

        var ada = await SignedInAsync();
        await ada.GoAsync($"/drives/{drive}/integrations");
        await ada.Button("Add integration").ClickAsync();
        await ada.Field("Name").FillAsync(name);
        await ada.SeeTextAsync("Would have matched 3 of 3");
        await ada.Field("Folder").FillAsync("in");
        await ada.Field("Pattern").FillAsync("/x");
        await ada.SeeTextAsync("The pattern can’t be tried");
        await ada.Field("Pattern").FillAsync("**/*.pdf");
        await ada.SeeTextAsync("Would have matched 2 of 3");
        await ada.SeeTextAsync("in/deep/b.pdf");
        await ada.Page.GetByRole(AriaRole.Checkbox, new() { Name = "Tell of what is there already" }).CheckAsync();
        await ada.Page.GetByLabel("Webhook", new() { Exact = true }).SelectOptionAsync(new SelectOptionValue { Label = webhook });
        await LookAsync(ada, "add-integration-tried");
        await ada.Button("Add", exact: true).ClickAsync();
        await ada.SeeTextAsync("What was there before was told of as well: 2 of 3 files");

        await ada.Button($"Deliveries of {name}").ClickAsync();
        await ada.SeeTextAsync("2 deliveries were given up.");
        await ada.Button("Show details of file.arrived").First.ClickAsync();
        JsonNode.Parse(await ada.ReadAsync("Body"))!["data"]!.Text("path").ShouldBeOneOf("in/a.pdf", "in/deep/b.pdf");
        await LookAsync(ada, "deliveries");
        receiver.Status = 204;
        await ada.Button("Redeliver all").ClickAsync();
        await ada.SeeTextAsync("2 deliveries are sent again.");
        await Expect(ada.Page.GetByText("Delivered", new() { Exact = true })).ToHaveCountAsync(2);
        await Expect(ada.Button("Redeliver all")).ToHaveCountAsync(0);
        NothingIsWrong();
    }

    private async Task<string> DriveAsync(HttpClient http, string name)
    {
        var connection = await http.PostAsync(
            "/api/connections",
            new
            {
                displayName = Unique(name),
                audience = new { type = "workspace", workspaceId = "ws_claims" },
                authentication = new { method = "accessKey" },
                configuration = new
                {
                    accessKeyId = App.Administrator().DriveUser.Id,
                    secretAccessKey = App.Administrator().DriveUser.Secret,
                    bucket = "acme-documents",
                    region = "us-east-1",
                    path = $"used-{Guid.NewGuid():N}",
                    encryption = new { type = "none" },
                },
            },
            HttpStatusCode.Accepted);
        return (await http.UntilAsync(connection.Text("id"), "connected")).Text("driveId");
    }

    private static async Task PutAsync(HttpClient http, string drive, string path)
    {
        using var stored = await http.PutAsync(
            new Uri($"/api/drives/{drive}/content?path={Uri.EscapeDataString(path)}", UriKind.Relative),
            new StringContent("what the claim says"),
            TestContext.Current.CancellationToken);
        stored.EnsureSuccessStatusCode();
    }
}
