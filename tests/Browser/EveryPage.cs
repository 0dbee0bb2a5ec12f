using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ServerlessDrives.Tests.Browser;

/// <summary>Every page and dialog in both themes and on a phone: looked at by axe, and kept as a picture.</summary>
public sealed class EveryPage(Browsers browsers) : BrowserTests(browsers)
{
    private readonly List<string> _violations = [];

    [Theory]
    [InlineData("light", ColorScheme.Light, Device.Desktop)]
    [InlineData("dark", ColorScheme.Dark, Device.Desktop)]
    [InlineData("phone", ColorScheme.Light, Device.Phone)]
    public async Task Is_accessible_and_fits(string look, ColorScheme theme, Device device)
    {
        var scene = await Scene.SetAsync(App);
        var ada = await ArriveAsync(device, theme);
        await ada.GoAsync("/");
        await ada.SeeAsync(ada.Button("Sign in"));
        await LookAsync("sign-in");
        await ada.Button("Sign in").ClickAsync();
        await ada.SeeAsync(ada.Button(Person.Ada));
        await LookAsync("who-are-you");
        await ada.Button(Person.Ada).ClickAsync();
        await ada.SeeTitleAsync("Drives");
        await ada.LookAtAsync("All that I may see");
        await ada.SeeAsync(ada.Link(scene.DriveName));
        await LookAsync("drives");
        await ada.Button("account and appearance").ClickAsync();
        await ada.SeeAsync(ada.Page.GetByRole(AriaRole.Menuitem, new() { Name = "Sign out" }));
        await LookAsync("drives-account-menu");
        await ada.Page.Keyboard.PressAsync("Escape");

        await ada.GoAsync("/connect");
        await ada.Field("Display name").FillAsync("Q3 claims");
        await LookAsync("add-data-source");
        await ada.Button("Next").ClickAsync();
        await ada.SeeAsync(ada.Radio("Add a new role"));
        await LookAsync("access-to-aws");

        await VisitAsync($"/connections/{scene.AwaitingTrust}", ada.Heading("Let us assume a role in your AWS account"), "trust-policy");
        await ada.Page.GetByRole(AriaRole.Tab, new() { Name = "AWS CLI" }).ClickAsync();
        await ada.ReadAsync("AWS CLI");
        await LookAsync("trust-policy-cli");
        await ada.Button("Hand over to my AWS administrator").ClickAsync();
        await ada.SeeAsync(ada.Button("Make the link"));
        await LookAsync("hand-over");
        await ada.Button("Make the link").ClickAsync();
        await ada.SeeAsync(ada.Field("Callback link"));
        await LookAsync("hand-over-link");
        await ada.Button("Done").ClickAsync();
        await ada.Button("Cancel this connection").ClickAsync();
        await ada.SeeAsync(ada.Button("Keep it"));
        await LookAsync("cancel-connection");

        await VisitAsync($"/connections/{scene.AwaitingBucket}", ada.Heading("The bucket"), "bucket");
        await ada.Button("Next").ClickAsync();
        await ada.SeeTextAsync("Some fields need another look.");
        await LookAsync("bucket-with-problems");
        await VisitAsync($"/connections/{scene.AwaitingPolicies}", ada.Heading("Give the role access to the bucket"), "policies");
        await ada.Button("Merge into my bucket’s policy").ClickAsync();
        await ada.SeeAsync(ada.Field("Present bucket policy"));
        await LookAsync("merge-policy");
        await VisitAsync($"/connections/{scene.Failed}", ada.Page.GetByText("What to change:").First, "failed-verification");
        await VisitAsync($"/connections/{scene.Connected}", ada.Heading("Every check passed"), "connected");

        var drive = $"/drives/{scene.Drive}";
        await VisitAsync(drive, ada.Heading("About this drive"), "drive");
        await ada.Button("Modify configuration").ClickAsync();
        await ada.SeeAsync(ada.Dialog("Modify configuration"));
        await LookAsync("modify-configuration");
        await ada.Button("Cancel", exact: true).ClickAsync();
        await ada.Button("Remove this drive").ClickAsync();
        await ada.SeeAsync(ada.Dialog($"Remove {scene.DriveName}?"));
        await LookAsync("remove-drive");
        await VisitAsync($"{drive}/files", ada.Page.GetByRole(AriaRole.Row, new() { Name = "letter.txt" }), "files");
        await VisitAsync($"{drive}/files?path=empty", ada.Heading("This folder is empty"), "files-empty");
        await VisitAsync($"{drive}/integrations", ada.Page.GetByText(scene.Integration), "drive-integrations");
        await ada.Button("Add integration").ClickAsync();
        await ada.SeeAsync(ada.Dialog("Add integration"));
        await LookAsync("add-integration");
        await VisitAsync($"{drive}/health", ada.Heading("Last 30 days"), "health");
        await VisitAsync($"{drive}/verification", ada.Heading("Prove it again"), "verification");
        await VisitAsync($"{drive}/verification?report={scene.Verification}", ada.Heading("Every check passed"), "verification-report");

        await VisitAsync("/settings/workspaces", ada.Page.GetByText("ws_claims"), "workspaces");
        await ada.Button("Create workspace").ClickAsync();
        await ada.SeeAsync(ada.Dialog("Create workspace"));
        await LookAsync("create-workspace");
        await VisitAsync("/settings/members", ada.Page.GetByRole(AriaRole.Rowheader, new() { Name = "max" }), "members");
        await VisitAsync("/settings/roles", ada.Heading("IAM roles"), "roles");
        await VisitAsync("/settings/integrations", ada.Page.GetByText(scene.Integration), "integrations");
        await VisitAsync("/settings/webhooks", ada.Page.GetByText("Claims system"), "webhooks");
        await ada.Button("Add webhook").ClickAsync();
        await ada.SeeAsync(ada.Dialog("Add webhook"));
        await LookAsync("add-webhook");
        await VisitAsync("/settings/audit", ada.Page.GetByRole(AriaRole.List, new() { Name = "Audit trail" }), "audit-trail");
        await VisitAsync("/nowhere", ada.Heading("There is no such page"), "not-found");
        await VisitAsync($"/drives/{scene.Drive}x", ada.Heading("This drive can’t be shown"), "drive-not-found");

        await VisitAsync(scene.TrustLink, ada.Heading("Please apply a trust policy in AWS"), "callback-trust-policy");
        await VisitAsync(scene.PoliciesLink, ada.Heading("Please apply two policies in AWS"), "callback-policies");
        await VisitAsync("/callback/nothing", ada.Heading("This link can’t be used"), "callback-not-found");

        await ada.GoAsync("/");
        await ada.SignOutAsync();
        await ada.SignInAsync(Person.Eve);
        await VisitAsync("/", ada.Heading("Connect your first bucket"), "no-drives");
        _violations.ShouldBeEmpty();

        async Task VisitAsync(string path, ILocator until, string name)
        {
            await ada.GoAsync(path);
            await ada.SeeAsync(until.First);
            await LookAsync(name);
        }

        async Task LookAsync(string name)
        {
            await Expect(ada.Page.Locator(".skeleton")).ToHaveCountAsync(0);
            await Screenshots.TakeAsync(ada.Page, $"{look}/{name}");
            // The phone shows the same elements, in another order of boxes.
            if (device is Device.Desktop)
            {
                var result = await ada.Page.RunAxe();
                _violations.AddRange(result.Violations.SelectMany(violation => violation.Nodes.Where(node => !IsFocusGuard(node)).Select(node => $"{look}/{name}: {violation.Id}: {violation.Help}: {node.Html} {Why(node)}")));
            }

            if (await ada.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - innerWidth") is > 0 and var excess)
                _violations.Add($"{look}/{name}: {excess} px wider than the window");
        }
    }

    /// <summary>Fluent's guards around an open menu take the focus on purpose, and pass it on at once.</summary>
    private static bool IsFocusGuard(AxeResultNode node) => node.Html.Contains("data-tabster-dummy", StringComparison.Ordinal);

    private static string Why(AxeResultNode node) => string.Join(' ', node.Any.Concat(node.All).Concat(node.None).Select(check => check.Message));
}
