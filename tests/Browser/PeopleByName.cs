using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ServerlessDrives.Tests.Browser;

public sealed class PeopleByName(Browsers browsers) : BrowserTests(browsers)
{
    [Fact]
    public async Task Whoever_has_signed_in_is_shown_added_and_looked_for_by_name()
    {
        var name = Unique("From Max");
        var max = await SignedInAsync(Person.Max);
        await max.ConnectByKeyAsync(name, App.Administrator().DriveUser, "from-max");

        var ada = await SignedInAsync();
        await ada.OpenDriveAsync(name);
        await ada.SeeTextAsync($"by {Person.Max}");

        await ada.GoAsync("/settings/members?workspace=ws_loans");
        await ada.Choice("User").FillAsync("max okafor");
        await ada.SeeTextAsync($"{Person.Max} (max@example.com)");
        await Screenshots.TakeIfWantedAsync(ada.Page, "add-member");
        await ada.Button("Add member").ClickAsync();
        await ada.SeeTextAsync($"{Person.Max} is a member of Loans now.");

        await ada.GoAsync("/settings/audit");
        await ada.Choice("Who").FillAsync("max@example.com");
        await ada.Button("Filter").ClickAsync();
        var entries = ada.Page.GetByRole(AriaRole.List, new() { Name = "Audit trail" }).GetByRole(AriaRole.Listitem);
        await Expect(entries.First).ToContainTextAsync(Person.Max);
        await Expect(entries.Filter(new() { HasNotText = Person.Max })).ToHaveCountAsync(0);
        await Screenshots.TakeIfWantedAsync(ada.Page, "audit-trail-of-max");

        await ada.GoAsync("/settings/members?workspace=ws_loans");
        await ada.Button($"Remove {Person.Max}").ClickAsync();
        await ada.Button("Remove", exact: true).ClickAsync();
        await ada.SeeTextAsync($"Removed {Person.Max} from Loans.");
    }
}
