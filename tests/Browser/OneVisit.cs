using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Browser;

/// <summary>Everything in one go: an AWS administrator comes once, and needs no account.</summary>
public sealed class OneVisit(Browsers browsers) : BrowserTests(browsers)
{
    [Fact]
    public async Task An_administrator_in_a_second_browser_sees_who_asks_applies_everything_by_hand_and_sees_that_it_works()
    {
        var (name, bucket, role, administrator) = (Unique("Once"), NewName("once"), NewName("once"), App.Administrator());
        await administrator.CreateBucketAsync(bucket);
        var ada = await SignedInAsync();
        await ada.StartConnectingAsync(name, ConnectingSteps.IamRole);
        await ada.Radio("Everything in one go").CheckAsync();
        (await ada.Field("Role ARN").CountAsync()).ShouldBe(0, "the role isn't made yet");
        await ada.TypeBucketAsync(bucket, "inbox");
        await Screenshots.TakeIfWantedAsync(ada.Page, "one-go-bucket");
        await ada.Button("Next").ClickAsync();
        await ada.SeeAsync(ada.Heading("Everything in one go"));
        await ada.Page.GetByRole(AriaRole.Tab, new() { Name = "AWS CLI" }).ClickAsync();
        (await ada.ReadAsync("AWS CLI")).ShouldContain("MADE-WHEN-COPIED");
        await Screenshots.TakeIfWantedAsync(ada.Page, "one-go-cli");

        await ada.Button("Hand over to my AWS administrator").ClickAsync();
        await ada.Button("Make the link").ClickAsync();
        var link = await ada.Field("Callback link").InputValueAsync();
        await ada.Button("Done").ClickAsync();

        var phone = await ArriveAsync(Device.Phone);
        await phone.Page.GotoAsync(link);
        await phone.SeeTitleAsync($"Please give a drive access to {bucket}");
        await phone.SeeTextAsync("Ada Lind of Acme Insurance asked on");
        await phone.SeeTextAsync($"List, read, write and delete files below inbox/ in {bucket}.");
        await phone.Page.GetByText("How do I know that this is genuine?").ClickAsync();
        await phone.SeeTextAsync("Nothing on this page asks for a password or an AWS key.");
        await Screenshots.TakeIfWantedAsync(phone.Page, "callback-all-phone");
        (await phone.Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= innerWidth")).ShouldBeTrue(
            "the page is wider than the phone");

        // The bucket policy names the role, so it is shown once the role is known.
        var arn = await administrator.CreateRoleAsync(role, JsonNode.Parse(await phone.ReadAsync("Custom trust policy"))!);
        (await phone.Page.GetByLabel("Bucket policy", new() { Exact = true }).CountAsync()).ShouldBe(0);
        await phone.Button("I have applied everything").ClickAsync();
        await phone.SeeTextAsync("Give the role’s ARN first");
        await phone.Field("Role ARN").FillAsync(arn);
        var policy = await phone.ReadAsync("Bucket policy");
        policy.ShouldContain(arn);
        await administrator.PutRolePolicyAsync(role, JsonNode.Parse(await phone.ReadAsync("Role policy"))!);
        await administrator.PutBucketPolicyAsync(bucket, JsonNode.Parse(policy)!);
        await phone.Field("Your name or e-mail address").FillAsync("ops@acme.example");
        await phone.Button("I have applied everything").ClickAsync();
        await phone.SeeTitleAsync("Thank you, that’s all");
        await phone.SeeTextAsync($"It works: {name} is connected");
        await Screenshots.TakeIfWantedAsync(phone.Page, "callback-all-done");

        // Nobody touched the first browser.
        await ada.SeeConnectedAsync(name);
    }

    [Fact]
    public async Task What_was_applied_wrongly_is_told_on_the_link_and_mended_there()
    {
        var (name, bucket, role, administrator) = (Unique("Mended"), NewName("mended"), NewName("mended"), App.Administrator());
        await administrator.CreateBucketAsync(bucket);
        var ada = await SignedInAsync();
        await ada.StartConnectingAsync(name, ConnectingSteps.IamRole);
        await ada.Radio("Everything in one go").CheckAsync();
        await ada.TypeBucketAsync(bucket, "");
        await ada.Button("Next").ClickAsync();
        await ada.Button("Hand over to my AWS administrator").ClickAsync();
        await ada.Button("Make the link").ClickAsync();
        var link = await ada.Field("Callback link").InputValueAsync();

        var somebody = await ArriveAsync();
        await somebody.Page.GotoAsync(link);
        var trust = await somebody.ReadAsync("Custom trust policy");
        var arn = await administrator.CreateRoleAsync(
            role,
            JsonNode.Parse(trust.Replace("111122223333:user/serverless-drives", "444455556666:root", StringComparison.Ordinal))!);
        await somebody.Field("Role ARN").FillAsync(arn);
        await administrator.PutRolePolicyAsync(role, JsonNode.Parse(await somebody.ReadAsync("Role policy"))!);
        await administrator.PutBucketPolicyAsync(bucket, JsonNode.Parse(await somebody.ReadAsync("Bucket policy"))!);
        await somebody.Button("I have applied everything").ClickAsync();
        await somebody.SeeTextAsync("The role does not trust us yet");
        await Screenshots.TakeIfWantedAsync(somebody.Page, "callback-all-failed");

        await administrator.PutTrustPolicyAsync(role, JsonNode.Parse(trust)!);
        await somebody.Button("I have applied everything").ClickAsync();
        await somebody.SeeTextAsync($"It works: {name} is connected");
    }

    private static string NewName(string what) => $"{what}-{Guid.NewGuid():N}"[..24];
}
