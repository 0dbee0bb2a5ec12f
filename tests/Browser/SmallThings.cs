using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ServerlessDrives.Tests.Browser;

/// <summary>What people stumbled over, one after the other.</summary>
public sealed class SmallThings(Browsers browsers) : BrowserTests(browsers)
{
    [Fact]
    public async Task A_drive_that_has_integrations_is_removed_with_them_once_that_is_said()
    {
        var (name, integration) = (Unique("Held"), Unique("Holds it"));
        var ada = await SignedInAsync();
        await ada.ConnectByKeyAsync(name, App.Administrator().DriveUser, $"held-{Guid.NewGuid():N}");
        using var api = await App.SignInAsync("ada");
        var drive = (await DriveAsync(api, name)).Text("id");
        await api.PostAsync(
            "/api/integrations",
            new
            {
                kind = "downstream",
                name = integration,
                driveId = drive,
                workspaceId = "ws_claims",
                folder = "out",
            },
            HttpStatusCode.Created);
        var webhook = (
            await api.PostAsync(
                "/api/webhooks",
                new { url = "https://127.0.0.1:9/held", events = new[] { "file.arrived" } },
                HttpStatusCode.Created)
        ).Text("id");
        await api.PostAsync(
            "/api/integrations",
            new
            {
                kind = "upstream",
                name = Unique("Tells"),
                driveId = drive,
                folder = "in",
                webhookId = webhook,
            },
            HttpStatusCode.Created);

        // Whoever may not see webhooks sees where this one leads, and no id.
        var max = await SignedInAsync(Person.Max);
        await max.GoAsync($"/drives/{drive}/integrations");
        await max.SeeTextAsync("are told to the webhook 127.0.0.1");
        await Expect(max.Page.GetByText(webhook)).ToHaveCountAsync(0);

        // From the card's own menu.
        await ada.LookAtAsync("Claims");
        await ada.Button($"More for {name}").ClickAsync();
        await ada.Page.GetByRole(AriaRole.Menuitem, new() { Name = "Remove" }).ClickAsync();
        await ada.Dialog($"Remove {name}?").GetByRole(AriaRole.Textbox).FillAsync(name);
        await ada.Button("Remove the drive", exact: true).ClickAsync();
        await Expect(ada.Dialog($"Remove {name}?").GetByRole(AriaRole.Alert)).ToContainTextAsync(integration);
        await ada.Page.GetByRole(AriaRole.Checkbox, new() { Name = "Remove them with it" }).CheckAsync();
        await ada.Button("Remove the drive", exact: true).ClickAsync();
        await ada.SeeTextAsync($"Removed {name}.");
    }

    [Fact]
    public async Task A_verification_that_fails_is_a_change_of_the_health_and_the_statement_to_add_stands_apart()
    {
        var (name, user, administrator) = (Unique("Degrades"), $"degrades-{Guid.NewGuid():N}", App.Administrator());
        using var api = await App.SignInAsync("ada");
        var policy = await api.GetAsync($"/api/buckets/acme-documents/user-policy?path={user}", HttpStatusCode.OK);
        var key = await administrator.CreateUserWithKeyAsync(user, policy);
        var ada = await SignedInAsync();
        await ada.ConnectByKeyAsync(name, key, user);
        await ada.OpenDriveAsync(name);

        var less = policy.ToJsonString().Replace("\"s3:PutObject\"", "\"s3:GetObjectTagging\"", StringComparison.Ordinal);
        await administrator.PutUserPolicyAsync(user, "drive", JsonNode.Parse(less)!);
        await ada.Button("Verify again").ClickAsync();
        await ada.SeeTextAsync("No file can be written below the path, encrypted as asked.");
        await ada.Link("Overview", exact: true).ClickAsync();
        await ada.SeeTextAsync("Something is wrong with the bucket");
        (await ada.ReadAsync("Statement")).ShouldContain("s3:PutObject");
        await ada.Link("Health", exact: true).ClickAsync();
        await Expect(ada.Page.GetByRole(AriaRole.Region, new() { Name = "Changes" })).ToContainTextAsync("Degraded");
    }

    [Fact]
    public async Task Offline_is_said_a_second_tab_is_signed_in_and_the_report_and_policies_stay_on_the_drive()
    {
        var name = Unique("Offline");
        var ada = await SignedInAsync();
        await ada.StartConnectingAsync(name, ConnectingSteps.AccessKey);
        await ada.TypeKeyAsync(App.Administrator().DriveUser);
        await ada.TypeBucketAsync("acme-documents", $"offline-{Guid.NewGuid():N}");
        await ada.Page.WaitForTimeoutAsync(1000);
        await ada.Page.Context.SetOfflineAsync(true);
        await ada.Button("Verify and connect").ClickAsync();
        await ada.SeeTextAsync("The server can’t be reached");
        await ada.Page.Context.SetOfflineAsync(false);
        await ada.Button("Verify and connect").ClickAsync();
        await ada.SeeConnectedAsync(name);

        var tab = await ada.Page.Context.NewPageAsync();
        await tab.GotoAsync(new Uri(App.Address, "/").AbsoluteUri);
        await Expect(tab.GetByRole(AriaRole.Button, new() { Name = "account and appearance" })).ToBeVisibleAsync();

        await ada.Link("Open the drive").ClickAsync();
        await ada.Link("Verification", exact: true).ClickAsync();
        await ada.SeeAsync(ada.Heading("Every check passed"));
        await Expect(ada.Page.GetByText("Not applicable", new() { Exact = true })).ToHaveCountAsync(0);
        await ada.Button("skipped, and why").ClickAsync();
        await Expect(ada.Page.GetByText("Not applicable", new() { Exact = true }).First).ToBeVisibleAsync();

        // Signing out in one tab ends it in the other.
        await ada.SignOutAsync();
        await Expect(tab.GetByRole(AriaRole.Button, new() { Name = "Sign in" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_script_is_looked_at_without_a_link_being_made_and_the_audit_trail_is_searched_by_a_part_of_a_name()
    {
        var name = Unique("Searchable");
        var ada = await SignedInAsync();
        await ada.StartConnectingAsync(name, ConnectingSteps.IamRole);
        await ada.Page.GetByRole(AriaRole.Tab, new() { Name = "AWS CLI" }).ClickAsync();
        (await ada.ReadAsync("AWS CLI")).ShouldContain("MADE-WHEN-COPIED");
        (await LinksMadeAsync()).ShouldBe(0);
        await ada.Button("Copy the AWS CLI text").ClickAsync();
        await ada.SeeTextAsync("Copied the AWS CLI text.");
        (await ada.Page.EvaluateAsync<string>("() => navigator.clipboard.readText()")).ShouldNotContain("MADE-WHEN-COPIED");
        (await LinksMadeAsync()).ShouldBe(1);

        await ada.GoAsync("/settings/audit");
        await ada.Field("What").FillAsync(name["Search".Length..].ToUpperInvariant());
        await ada.Choice("Who").FillAsync("ada li");
        await ada.Button("Filter").ClickAsync();
        var entries = ada.Page.GetByRole(AriaRole.List, new() { Name = "Audit trail" }).GetByRole(AriaRole.Listitem);
        await Expect(entries).ToHaveCountAsync(2);
        await Expect(entries.First).ToContainTextAsync("made a callback link for the connection");

        async Task<int> LinksMadeAsync()
        {
            using var api = await App.SignInAsync("ada");
            var page = await api.GetAsync($"/api/audit?about={Uri.EscapeDataString(name)}", HttpStatusCode.OK);
            return page["items"]!.AsArray().Count(entry => entry!["action"]!.GetValue<string>() == "connection.callback-link-made");
        }
    }

    [Fact]
    public async Task Nobody_is_added_by_a_slip_and_a_webhook_works_once_something_was_delivered()
    {
        var stranger = Unique("nobody").Replace(' ', '-');
        var ada = await SignedInAsync();
        await ada.GoAsync("/settings/members?workspace=ws_loans");
        await ada.Choice("User").FillAsync(stranger);
        await ada.Button("Add member").ClickAsync();
        await ada.SeeAsync(ada.Dialog($"Nobody here is called “{stranger}”"));
        await ada.Button("Change it").ClickAsync();
        await Expect(ada.Page.GetByRole(AriaRole.Rowheader, new() { Name = stranger })).ToHaveCountAsync(0);

        using var api = await App.SignInAsync("ada");
        var description = Unique("Badge");
        var webhook = (
            await api.PostAsync(
                "/api/webhooks",
                new
                {
                    url = "https://127.0.0.1:9/badge",
                    description,
                    events = new[] { "drive.removed" },
                },
                HttpStatusCode.Created)
        ).Text("id");
        await ada.GoAsync("/settings/webhooks");
        await Expect(ada.Heading(description)).ToContainTextAsync("Nothing delivered yet");
        await api.SendAsync(HttpMethod.Delete, $"/api/webhooks/{webhook}", null, HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task Long_names_fit_and_every_dead_end_has_a_way_back()
    {
        var name = $"{Guid.NewGuid():N}{Guid.NewGuid():N}{Guid.NewGuid():N}"[..94] + "LONGER";
        var ada = await SignedInAsync(device: Device.Phone);
        await ada.StartConnectingAsync(name, ConnectingSteps.IamRole);
        await FitsAsync();
        await ada.GoAsync("/");
        await ada.LookAtAsync("Claims");
        await ada.SeeAsync(ada.Link($"Continue connecting {name}"));
        await FitsAsync();

        foreach (
            var (path, heading) in new[]
            {
                ("/connections/con_nothing", "This connection can’t be shown"),
                ("/drives/drv_nothing", "This drive can’t be shown"),
                ("/nowhere", "There is no such page"),
            })
        {
            await ada.GoAsync(path);
            await ada.SeeAsync(ada.Heading(heading));
            await ada.SeeAsync(ada.Page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Link).First);
        }

        await ada.GoAsync("/settings/nothing");
        await ada.SeeAsync(ada.Heading("There are no such settings"));
        // The page scrolls, or could: nothing is kept free beside it that the page's bar can't paint.
        (await ada.Page.EvaluateAsync<string>("() => getComputedStyle(document.documentElement).scrollbarGutter")).ShouldBe("auto");

        async Task FitsAsync() =>
            await ada.Page.WaitForFunctionAsync("() => document.documentElement.scrollWidth <= innerWidth", null, new() { Timeout = 5000 });
    }

    private static async Task<JsonNode> DriveAsync(HttpClient api, string name) =>
        (await api.GetAsync("/api/drives?limit=500", HttpStatusCode.OK))["items"]!
            .AsArray()
            .Single(drive => drive!["displayName"]!.GetValue<string>() == name)!;
}
