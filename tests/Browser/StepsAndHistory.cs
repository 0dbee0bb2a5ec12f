using Microsoft.Playwright;
using Shouldly;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ServerlessDrives.Tests.Browser;

public sealed class StepsAndHistory(Browsers browsers) : BrowserTests(browsers)
{
    [Fact]
    public async Task Back_goes_a_step_back_a_reload_stays_and_name_and_method_can_be_changed_until_something_is_applied()
    {
        var (first, second, administrator, role) = (
            Unique("First name"),
            Unique("Second name"),
            App.Administrator(),
            $"back-{Guid.NewGuid():N}"[..20]);
        var ada = await SignedInAsync();
        await ada.StartConnectingAsync(first, ConnectingSteps.IamRole);
        await ada.SeeAsync(ada.Heading("Let us assume a role in your AWS account"));

        // Nothing is applied yet: back to the method, and to the name, with what was typed.
        await ada.Page.GoBackAsync();
        await ada.SeeAsync(ada.Heading("Access to AWS"));
        await Expect(ada.Radio(ConnectingSteps.IamRole)).ToBeCheckedAsync();
        await ada.Page.ReloadAsync();
        await ada.SeeAsync(ada.Heading("Access to AWS"));
        await ada.Link("Data source", exact: true).ClickAsync();
        await Expect(ada.Field("Display name")).ToHaveValueAsync(first);
        await ada.Field("Display name").FillAsync(second);
        await ada.Button("Next").ClickAsync();
        await ada.Button("Next").ClickAsync();
        await ada.SeeTitleAsync($"Connect {second}");

        var arn = await ada.ApplyTrustPolicyAsync(administrator, role);
        await ada.SeeAsync(ada.Heading("The bucket"));
        await Expect(ada.Heading("The bucket")).ToBeFocusedAsync();
        (await ada.Page.EvaluateAsync<double>("() => scrollY")).ShouldBe(0);
        await ada.Page.GoBackAsync();
        await ada.SeeTextAsync("You have confirmed this step.");
        await ada.Page.ReloadAsync();
        await ada.SeeTextAsync("You have confirmed this step.");
        await ada.Button("Go on").ClickAsync();
        await ada.Field("Role ARN").FillAsync(arn);
        await ada.TypeBucketAsync("acme-archive", "back", "eu-west-1");
        await ada.Page.ReloadAsync();
        await Expect(ada.Field("Role ARN")).ToHaveValueAsync(arn);
        await Expect(ada.Field("Path")).ToHaveValueAsync("back");
        await ada.Button("Next").ClickAsync();
        await ada.SeeAsync(ada.Heading("Give the role access to the bucket"));
        await Expect(ada.Heading("Give the role access to the bucket")).ToBeFocusedAsync();
        await ada.Page.ReloadAsync();
        await ada.SeeAsync(ada.Heading("Give the role access to the bucket"));
        await ada.Page.GoBackAsync();
        await Expect(ada.Field("Path")).ToHaveValueAsync("back");
        await ada.Link("Role and bucket policy", exact: true).ClickAsync();
        await ada.SeeAsync(ada.Heading("Give the role access to the bucket"));

        // The first one is gone, and its name with it.
        await ada.GoAsync("/");
        await ada.SeeAsync(ada.Link($"Continue connecting {second}"));
        await Expect(ada.Link($"Continue connecting {first}")).ToHaveCountAsync(0);
        await ada.SeeTextAsync($"by {Person.Ada}");
    }

    [Fact]
    public async Task The_focus_is_on_the_heading_after_a_step_a_dialog_and_a_deletion()
    {
        var (name, user) = (Unique("Focus"), App.Administrator().DriveUser);
        var ada = await SignedInAsync();
        await ada.GoAsync("/connect");
        await ada.Field("Display name").FillAsync(name);
        await ada.Button("Next").ClickAsync();
        await Expect(ada.Heading("Access to AWS")).ToBeFocusedAsync();
        await Expect(ada.Page.GetByRole(AriaRole.Status).Filter(new() { HasText = "Step 2 of" })).ToHaveCountAsync(1);
        await ada.ConnectByKeyAsync(name, user, $"focus-{Guid.NewGuid():N}");
        await ada.Link("Open the drive").ClickAsync();
        await Expect(ada.Heading(name)).ToBeFocusedAsync();
        var chooser = await ada.Page.RunAndWaitForFileChooserAsync(() => ada.Button("Upload files").ClickAsync());
        await chooser.SetFilesAsync(new FilePayload { Name = "invoice\u202Efdp.exe", MimeType = "text/plain", Buffer = [1] });
        await ada.SeeAsync(ada.Page.GetByRole(AriaRole.Row, new() { Name = "invoice⟨U+202E⟩fdp.exe" }));
        await ada.Button("More for invoice").ClickAsync();
        await ada.Page.GetByRole(AriaRole.Menuitem, new() { Name = "Delete" }).ClickAsync();
        await ada.Button("Delete the file").ClickAsync();
        await ada.SeeTextAsync("There are no files yet");
        await ada.Page.WaitForFunctionAsync(
            "() => document.activeElement !== document.body && /^H[123]$/.test(document.activeElement.tagName)");

        // What is said of it covers no button.
        (await ada.Page.EvaluateAsync<int>(
            """
            () => [...document.querySelectorAll('main button, main a, header button, header a')].filter((element) => {
              const box = element.getBoundingClientRect();
              const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
              return box.width > 0 && top?.closest('.notice');
            }).length
            """)).ShouldBe(0);
    }
}
