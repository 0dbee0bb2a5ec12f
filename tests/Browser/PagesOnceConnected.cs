using Microsoft.Playwright;
using Xunit;

namespace ServerlessDrives.Tests.Browser;

/// <summary>The pages once there is a drive: the list, the drive itself, and the settings.</summary>
public sealed class PagesOnceConnected(Browsers browsers) : EveryPage(browsers)
{
    [Fact]
    public async Task Every_page_of_a_drive_is_accessible_and_fits()
    {
        var (scene, ada) = (await SceneAsync(), await SignedInAsync());
        await ada.LookAtAsync("All workspaces");
        await ada.SeeAsync(ada.Link(scene.DriveName));
        await LookAsync(ada, "drives");

        var drive = $"/drives/{scene.Drive}";
        await VisitAsync(ada, drive, ada.Heading("About this drive"), "drive");
        await ada.Button("Modify configuration").ClickAsync();
        await ada.SeeAsync(ada.Dialog("Modify configuration"));
        await LookAsync(ada, "modify-configuration");
        await ada.Button("Cancel", exact: true).ClickAsync();
        await ada.Button("Remove this drive").ClickAsync();
        await ada.SeeAsync(ada.Dialog($"Remove {scene.DriveName}?"));
        await LookAsync(ada, "remove-drive");
        await VisitAsync(ada, $"{drive}/files", ada.Page.GetByRole(AriaRole.Row, new() { Name = "letter.txt" }), "files");
        await VisitAsync(ada, $"{drive}/files?path=empty", ada.Heading("This folder is empty"), "files-empty");
        await VisitAsync(ada, $"{drive}/integrations", ada.Page.GetByText(scene.Integration), "drive-integrations");
        await ada.Button($"S3 notifications for {scene.Integration}").ClickAsync();
        await ada.ReadAsync("AWS CLI");
        await LookAsync(ada, "integration-setup");
        await ada.Button("Close").ClickAsync();
        await ada.Button("Add integration").ClickAsync();
        await ada.SeeAsync(ada.Dialog("Add integration"));
        await LookAsync(ada, "add-integration");
        await VisitAsync(ada, $"{drive}/health", ada.Heading("Last 30 days"), "health");
        await VisitAsync(ada, $"{drive}/verification", ada.Heading("Every check passed"), "verification");
        await VisitAsync(
            ada,
            $"{drive}/verification?report={scene.Verification}",
            ada.Heading("Every check passed"),
            "verification-report");
        await VisitAsync(ada, $"/drives/{scene.Drive}x", ada.Heading("This drive can’t be shown"), "drive-not-found");
        NothingIsWrong();
    }

    [Fact]
    public async Task Every_page_of_the_settings_is_accessible_and_fits()
    {
        var (scene, ada) = (await SceneAsync(), await SignedInAsync());
        await ada.Button("account and appearance").ClickAsync();
        await ada.SeeAsync(ada.Page.GetByRole(AriaRole.Menuitem, new() { Name = "Sign out" }));
        await LookAsync(ada, "drives-account-menu");
        await VisitAsync(ada, "/settings/workspaces", ada.Page.GetByText("ws_claims"), "workspaces");
        await ada.Button("Create workspace").ClickAsync();
        await ada.SeeAsync(ada.Dialog("Create workspace"));
        await LookAsync(ada, "create-workspace");
        await VisitAsync(ada, "/settings/members", ada.Page.GetByRole(AriaRole.Rowheader, new() { Name = "max" }), "members");
        await VisitAsync(ada, "/settings/roles", ada.Heading("IAM roles"), "roles");
        await VisitAsync(ada, "/settings/integrations", ada.Page.GetByText(scene.Integration), "integrations");
        await VisitAsync(ada, "/settings/webhooks", ada.Page.GetByText("Claims system"), "webhooks");
        await ada.Button("Add webhook").ClickAsync();
        await ada.SeeAsync(ada.Dialog("Add webhook"));
        await LookAsync(ada, "add-webhook");
        await VisitAsync(ada, "/settings/audit", ada.Page.GetByRole(AriaRole.List, new() { Name = "Audit trail" }), "audit-trail");
        await VisitAsync(ada, "/nowhere", ada.Heading("There is no such page"), "not-found");

        // Another organization, in which nothing has happened yet.
        var eve = await ArriveAsync();
        await eve.GoAsync("/");
        await eve.Button("Sign in").ClickAsync();
        await eve.SeeAsync(eve.Button(Person.Eve));
        await LookAsync(eve, "who-are-you");
        await eve.Button(Person.Eve).ClickAsync();
        await eve.SeeAsync(eve.Heading("Connect your first bucket"));
        await LookAsync(eve, "no-drives");
        NothingIsWrong();
    }
}
