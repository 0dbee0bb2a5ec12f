using Microsoft.Playwright;
using Xunit;

namespace ServerlessDrives.Tests.Browser;

/// <summary>The pages up to a drive: signing in, the drives, each step of the wizard, and what an administrator gets by a link.</summary>
public sealed class PagesOnTheWay(Browsers browsers) : EveryPage(browsers)
{
    [Fact]
    public async Task Every_step_of_the_wizard_is_accessible_and_fits()
    {
        var (scene, ada) = (await SceneAsync(), await SignedInAsync());
        await ada.GoAsync("/connect");
        await ada.Field("Display name").FillAsync("Q3 claims");
        await LookAsync(ada, "add-data-source");
        await ada.Button("Next").ClickAsync();
        await ada.SeeAsync(ada.Radio("Add a new role"));
        await LookAsync(ada, "access-to-aws");

        await VisitAsync(
            ada,
            $"/connections/{scene.AwaitingTrust}",
            ada.Heading("Let us assume a role in your AWS account"),
            "trust-policy");
        await ada.Page.GetByRole(AriaRole.Tab, new() { Name = "AWS CLI" }).ClickAsync();
        await ada.ReadAsync("AWS CLI");
        await LookAsync(ada, "trust-policy-cli");
        await ada.Button("Hand over to my AWS administrator").ClickAsync();
        await ada.SeeAsync(ada.Button("Make the link"));
        await LookAsync(ada, "hand-over");
        await ada.Button("Make the link").ClickAsync();
        await ada.SeeAsync(ada.Field("Callback link"));
        await LookAsync(ada, "hand-over-link");
        await ada.Button("Done").ClickAsync();
        await ada.Button("Cancel this connection").ClickAsync();
        await ada.SeeAsync(ada.Button("Keep it"));
        await LookAsync(ada, "cancel-connection");

        await VisitAsync(ada, $"/connections/{scene.AwaitingBucket}", ada.Heading("The bucket"), "bucket");
        await ada.Button("Next").ClickAsync();
        await ada.SeeTextAsync("Some fields need another look.");
        await LookAsync(ada, "bucket-with-problems");
        await VisitAsync(
            ada,
            $"/connections/{scene.AwaitingPolicies}",
            ada.Page.GetByRole(AriaRole.Tab, new() { Name = "AWS CLI", Selected = true }),
            "policies-cli");
        // The way that was chosen at the step before is chosen here, too.
        await ada.Page.GetByRole(AriaRole.Tab, new() { Name = "AWS console" }).ClickAsync();
        await ada.ReadAsync("Bucket policy");
        await LookAsync(ada, "policies");
        await ada.Button("Merge into my bucket’s policy").ClickAsync();
        await ada.SeeAsync(ada.Field("Present bucket policy"));
        await LookAsync(ada, "merge-policy");
        await VisitAsync(ada, $"/connections/{scene.Failed}", ada.Page.GetByText("What to change:").First, "failed-verification");
        await VisitAsync(ada, $"/connections/{scene.Connected}", ada.Heading("Every check passed"), "connected");
        NothingIsWrong();
    }

    [Fact]
    public async Task What_one_sees_without_an_account_is_accessible_and_fits()
    {
        var (scene, somebody) = (await SceneAsync(), await ArriveAsync());
        await VisitAsync(somebody, "/", somebody.Button("Sign in"), "sign-in");
        await VisitAsync(somebody, scene.TrustLink, somebody.Heading("Please apply a trust policy in AWS"), "callback-trust-policy");
        await VisitAsync(somebody, scene.PoliciesLink, somebody.Heading("Please apply two policies in AWS"), "callback-policies");
        await VisitAsync(somebody, "/callback/nothing", somebody.Heading("This link can’t be used"), "callback-not-found");
        NothingIsWrong();
    }
}
