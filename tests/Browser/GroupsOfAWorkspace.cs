using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ServerlessDrives.Tests.Browser;

public sealed class GroupsOfAWorkspace(Browsers browsers) : BrowserTests(browsers)
{
    private const string Adjusters = "33333333-3333-4333-8333-333333333333";

    [Fact]
    public async Task A_group_is_added_by_its_object_id_changed_and_removed()
    {
        var ada = await SignedInAsync();
        await ada.GoAsync("/settings/members?workspace=ws_loans");
        var groups = ada.Page.GetByRole(AriaRole.Region, new() { Name = "Groups in Loans" });
        await Expect(groups).ToContainTextAsync("It admits no groups.");
        await groups.GetByLabel("Group’s object ID").FillAsync("claims adjusters");
        await ada.Button("Add group").ClickAsync();
        await Expect(groups).ToContainTextAsync("The object ID of a group was expected");
        await groups.GetByLabel("Group’s object ID").FillAsync(Adjusters);
        await ada.Button("Add group").ClickAsync();
        await ada.SeeTextAsync("Whoever is in Claims adjusters is a member of Loans now.");
        await Screenshots.TakeIfWantedAsync(ada.Page, "groups");
        await groups.GetByLabel("Role of the group Claims adjusters").SelectOptionAsync("manager");
        await ada.SeeTextAsync("Whoever is in Claims adjusters is a manager of Loans now.");

        await ada.Button("Remove the group Claims adjusters").ClickAsync();
        await ada.Button("Remove", exact: true).ClickAsync();
        await ada.SeeTextAsync("Removed the group Claims adjusters from Loans.");
        await Expect(groups).ToContainTextAsync("It admits no groups.");

        await ada.GoAsync("/settings/audit");
        var entries = ada.Page.GetByRole(AriaRole.List, new() { Name = "Audit trail" }).GetByRole(AriaRole.Listitem);
        // The other tests' entries come in between.
        await Expect(entries.Filter(new() { HasText = "removed the group Claims adjusters from" }).First).ToBeVisibleAsync();
    }
}
