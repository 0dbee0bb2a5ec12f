using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ServerlessDrives.Tests.Browser;

public sealed class KeyboardAlone(Browsers browsers) : BrowserTests(browsers)
{
    [Fact]
    public async Task An_access_key_drive_is_connected_looked_at_and_removed_and_the_person_signs_out()
    {
        var (name, user) = (Unique("Typed"), App.Administrator().DriveUser);
        var (ada, keys) = await SignInAsync();
        await StartAsync(ada, keys, name);
        await keys.ChooseAsync(
            ada.Page.GetByRole(AriaRole.Group, new() { Name = "How do we get into your AWS account?" }),
            ada.Radio(ConnectingSteps.AccessKey));
        await keys.PressAsync(ada.Button("Next"));
        await ada.SeeTitleAsync($"Connect {name}");
        await keys.TypeAsync(ada.Field("Access key ID"), user.Id);
        await keys.TypeAsync(ada.Secret("Secret access key"), user.Secret);
        await TypeBucketAsync(ada, keys, "acme-documents", "typed");
        await keys.PressAsync(ada.Button("Verify and connect"));
        await ada.SeeConnectedAsync(name);
        await keys.PressAsync(ada.Link("Open the drive"));
        await ada.SeeTextAsync("There are no files yet");
        await keys.PressAsync(ada.Link("Overview"));
        await keys.PressAsync(ada.Button("Remove this drive"), "Space");
        await keys.TypeAsync(ada.Dialog($"Remove {name}?").GetByRole(AriaRole.Textbox), name);
        await keys.PressAsync(ada.Button("Remove the drive", exact: true));
        await ada.SeeTextAsync($"Removed {name}.");
        await keys.PressAsync(ada.Button("account and appearance"));
        await Expect(ada.Page.GetByRole(AriaRole.Menuitemradio, new() { Name = "Appearance of the system" })).ToBeFocusedAsync();
        await ada.Page.Keyboard.PressAsync("Escape");
        await Expect(ada.Button("account and appearance")).ToBeFocusedAsync();
        await ada.Page.Keyboard.PressAsync("Enter");
        await Expect(ada.Page.GetByRole(AriaRole.Menuitemradio, new() { Name = "Appearance of the system" })).ToBeFocusedAsync();
        await ada.Page.Keyboard.PressAsync("ArrowUp");
        await Expect(ada.Page.GetByRole(AriaRole.Menuitem, new() { Name = "Sign out" })).ToBeFocusedAsync();
        await ada.Page.Keyboard.PressAsync("Enter");
        await ada.SeeAsync(ada.Button("Sign in"));
    }

    [Fact]
    public async Task A_role_drive_is_connected_and_its_bucket_step_handed_over()
    {
        var (name, role, bucket, administrator) = (
            Unique("Tabbed"),
            $"tabbed-{Guid.NewGuid():N}"[..20],
            $"tabbed-{Guid.NewGuid():N}"[..20],
            App.Administrator());
        await administrator.CreateBucketAsync(bucket);
        var (ada, keys) = await SignInAsync();
        await StartAsync(ada, keys, name);
        await keys.PressAsync(ada.Button("Next"));
        await ada.SeeTitleAsync($"Connect {name}");
        var arn = await administrator.CreateRoleAsync(role, JsonNode.Parse(await ada.ReadAsync("Custom trust policy"))!);
        await keys.PressAsync(ada.Button("Copy the trust policy"), "Space");
        await keys.PressAsync(ada.Button("I have applied it"), "Space");
        await keys.TypeAsync(ada.Field("Role ARN"), arn);
        await TypeBucketAsync(ada, keys, bucket, "inbox");
        await keys.PressAsync(ada.Button("Next"));

        await keys.PressAsync(ada.Button("Hand over to my AWS administrator"));
        await keys.PressAsync(ada.Button("Make the link"));
        var link = await ada.Field("Callback link").InputValueAsync();
        await keys.PressAsync(ada.Button("Done"));
        // The focus is back where it was before the question.
        await Expect(ada.Button("Hand over to my AWS administrator")).ToBeFocusedAsync();

        var other = await ArriveAsync();
        var otherKeys = new Keyboard(other);
        await other.Page.GotoAsync(link);
        await other.ApplyPoliciesAsync(administrator, role, bucket);
        await otherKeys.TypeAsync(other.Field("Your name or e-mail address"), "Ops");
        await otherKeys.PressAsync(other.Button("I have applied both"));
        await other.SeeTitleAsync("Thank you, that’s all");
        await ada.SeeConnectedAsync(name);
    }

    private async Task<(Person, Keyboard)> SignInAsync()
    {
        var ada = await ArriveAsync();
        var keys = new Keyboard(ada);
        await ada.GoAsync("/");
        await keys.PressAsync(ada.Button("Sign in"));
        await keys.PressAsync(ada.Button(Person.Ada), "Space");
        await ada.SeeTitleAsync("Drives");
        return (ada, keys);
    }

    private static async Task StartAsync(Person ada, Keyboard keys, string name)
    {
        await keys.PressAsync(ada.Link("Add data source"));
        await ada.SeeTitleAsync("Add data source");
        await keys.TypeAsync(ada.Field("Display name"), name);
        await keys.PressAsync(ada.Button("Next"));
    }

    private static async Task TypeBucketAsync(Person ada, Keyboard keys, string bucket, string path)
    {
        await keys.TypeAsync(ada.Field("Bucket name"), bucket);
        await keys.TypeAsync(ada.Page.GetByLabel("Region"), "us-east-1");
        await keys.TypeAsync(ada.Field("Path"), path);
    }
}
