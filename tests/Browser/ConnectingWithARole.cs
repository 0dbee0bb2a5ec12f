using System.Text.Json.Nodes;
using Microsoft.Playwright;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ServerlessDrives.Tests.Browser;

public sealed class ConnectingWithARole(Browsers browsers) : BrowserTests(browsers)
{
    [Fact]
    public async Task A_trust_policy_that_isnt_there_yet_and_a_policy_that_was_forgotten_are_mended_on_the_way()
    {
        var (name, role, bucket, administrator) = (Unique("Ledger"), NewName("ledger"), NewName("ledger"), App.Administrator());
        await administrator.CreateBucketAsync(bucket);
        var ada = await SignedInAsync();
        await ada.StartConnectingAsync(name, ConnectingSteps.IamRole);

        // Somebody else may assume the role, not we.
        var policy = await ada.ReadAsync("Custom trust policy");
        var arn = await administrator.CreateRoleAsync(
            role,
            JsonNode.Parse(policy.Replace("111122223333:user/serverless-drives", "444455556666:root", StringComparison.Ordinal))!);
        await ada.Page.GetByRole(AriaRole.Tab, new() { Name = "Terraform" }).ClickAsync();
        (await ada.ReadAsync("Terraform")).ShouldContain("aws_iam_role");
        await ada.Button("I have applied it").ClickAsync();
        await ada.Field("Role ARN").FillAsync(arn);
        await ada.TypeBucketAsync(bucket, "inbox");
        await ada.Button("Next").ClickAsync();
        await ada.SeeTextAsync("What you typed is kept.");
        await ada.SeeAsync(ada.Heading("Let us assume a role in your AWS account"));
        // The way that was chosen once is the one that is shown.
        await Expect(ada.Page.GetByRole(AriaRole.Tab, new() { Name = "Terraform" })).ToHaveAttributeAsync("aria-selected", "true");
        await ada.Page.GetByRole(AriaRole.Tab, new() { Name = "AWS console" }).ClickAsync();

        await administrator.PutTrustPolicyAsync(role, JsonNode.Parse(await ada.ReadAsync("Custom trust policy"))!);
        await ada.Button("I have applied it").ClickAsync();

        // The role policy alone; the bucket has a policy of its own that forbids what isn't encrypted in transit, to be merged with.
        await administrator.PutRolePolicyAsync(role, JsonNode.Parse(await ada.ReadAsync("Role policy"))!);
        await administrator.PutBucketPolicyAsync(bucket, DenyingPolicy(bucket));
        await ada.Button("I have applied both").ClickAsync();
        await ada.SeeAsync(ada.Heading("failed"));
        await ada.SeeAsync(ada.Heading("Mend it in AWS, then verify again"));

        await ada.Button("Merge into my bucket’s policy").ClickAsync();
        await ada.Field("Present bucket policy").FillAsync(DenyingPolicy(bucket).ToJsonString());
        await ada.Button("Merge", exact: true).ClickAsync();
        var merged = JsonNode.Parse(await ada.ReadAsync("Merged bucket policy"))!;
        merged["Statement"]!.AsArray().Count.ShouldBeGreaterThan(1);
        await ada.Button("Done").ClickAsync();
        // The administrator saw on the way that the old statement is what was in the way.
        await administrator.PutBucketPolicyAsync(bucket, Without(merged, "OldRule"));
        await ada.Button("Verify again").ClickAsync();
        await ada.SeeConnectedAsync(name);
        await ada.Link("All drives").ClickAsync();
        await ada.SeeTitleAsync("Drives");
        (await ada.Link($"Continue connecting {name}").CountAsync()).ShouldBe(0);
        await ada.Page.Locator("a.drive-card").And(ada.Link(name)).ClickAsync();

        // What was offered stays with the drive, for whoever has to apply it again.
        await ada.Link("Verification", exact: true).ClickAsync();
        await ada.Button("Show the policies").ClickAsync();
        (await ada.ReadAsync("Role policy")).ShouldContain($"arn:aws:s3:::{bucket}/inbox/*");
    }

    [Fact]
    public async Task An_administrator_without_an_account_finishes_both_steps_on_a_phone()
    {
        var (name, role, bucket, administrator) = (Unique("Photos"), NewName("photos"), NewName("photos"), App.Administrator());
        await administrator.CreateBucketAsync(bucket);
        var ada = await SignedInAsync();
        await ada.StartConnectingAsync(name, ConnectingSteps.IamRole);
        var phone = await ArriveAsync(Device.Phone);

        await OpenLinkAsync(ada, phone);
        await phone.SeeTitleAsync("Please apply a trust policy in AWS");
        var arn = await administrator.CreateRoleAsync(role, JsonNode.Parse(await phone.ReadAsync("Custom trust policy"))!);
        await ConfirmAsync(phone, "I have applied it");

        // Nobody touched the first browser: it went on by itself.
        await ada.Field("Role ARN").FillAsync(arn);
        await ada.TypeBucketAsync(bucket, "inbox");
        await ada.Button("Next").ClickAsync();
        await ada.SeeAsync(ada.Heading("Give the role access to the bucket"));

        await OpenLinkAsync(ada, phone);
        await phone.SeeTitleAsync("Please apply two policies in AWS");
        await phone.ApplyPoliciesAsync(administrator, role, bucket);
        await ConfirmAsync(phone, "I have applied both");
        await ada.SeeConnectedAsync(name);

        // The link has done its work and nothing else can be had from it.
        await phone.Page.ReloadAsync();
        await Expect(phone.Page.GetByRole(AriaRole.Button, new() { Name = "I have applied" })).ToHaveCountAsync(0);
        await phone.GoAsync("/");
        await phone.SeeAsync(phone.Button("Sign in"));

        // Who confirmed is in the audit trail.
        await ada.GoAsync("/settings/audit");
        await ada.SeeTextAsync("ops@acme.example (by a callback link)");

        static async Task OpenLinkAsync(Person ada, Person phone)
        {
            await ada.Button("Hand over to my AWS administrator").ClickAsync();
            await ada.Button("Make the link").ClickAsync();
            var link = await ada.Field("Callback link").InputValueAsync();
            await ada.Button("Done").ClickAsync();
            await phone.Page.GotoAsync(link);
        }

        static async Task ConfirmAsync(Person phone, string button)
        {
            (await phone.Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= innerWidth")).ShouldBeTrue(
                "the page is wider than the phone");
            await phone.Field("Your name or e-mail address").FillAsync("ops@acme.example");
            await phone.Button(button).ClickAsync();
            await phone.SeeTitleAsync("Thank you, that’s all");
        }
    }

    [Fact]
    public async Task A_role_serves_a_second_drive_and_can_be_deleted_once_nothing_uses_it()
    {
        var (first, second, role, administrator) = (Unique("Reports"), Unique("Reports too"), NewName("shared"), App.Administrator());
        var ada = await SignedInAsync();
        await ada.ConnectByRoleAsync(administrator, first, role, NewName("reports"));

        // The role is called after the drive that it came with.

        var bucket = NewName("reports-too");
        await administrator.CreateBucketAsync(bucket);
        await ada.StartConnectingAsync(second, ConnectingSteps.IamRole, role: first);
        await Expect(ada.Field("Role ARN")).ToHaveCountAsync(0);
        await ada.TypeBucketAsync(bucket, "");
        await ada.Button("Next").ClickAsync();
        await ada.ApplyPoliciesAsync(administrator, role, bucket);
        await ada.Button("I have applied both").ClickAsync();
        await ada.SeeConnectedAsync(second);

        // In use: the trash says by what.
        await ada.GoAsync("/connect");
        await ada.Field("Display name").FillAsync(Unique("Never"));
        await ada.Button("Next").ClickAsync();
        await ada.Button($"Delete the role {first}").ClickAsync();
        var inUse = ada.Dialog($"{first} is in use");
        await Expect(inUse.GetByRole(AriaRole.Listitem)).ToHaveCountAsync(2);
        await ada.SeeAsync(inUse.GetByRole(AriaRole.Listitem).Filter(new() { HasText = first }));
        await ada.SeeAsync(inUse.GetByRole(AriaRole.Listitem).Filter(new() { HasText = second }));
        await ada.Button("Close").ClickAsync();

        await ada.RemoveDriveAsync(first);
        await ada.RemoveDriveAsync(second);
        await ada.GoAsync("/settings/roles");
        await ada.Button($"Delete the role {first}").ClickAsync();
        await ada.Dialog($"Delete the role {first}?").GetByRole(AriaRole.Button, new() { Name = "Delete", Exact = true }).ClickAsync();
        await ada.SeeTextAsync($"Deleted the role {first}.");
        await Expect(ada.Button($"Delete the role {first}")).ToHaveCountAsync(0);
    }

    private static string NewName(string topic) => $"{topic}-{Guid.NewGuid().ToString("N")[..10]}";

    private static JsonObject DenyingPolicy(string bucket) => AwsAdministrator.Policy(
        new JsonObject
        {
            ["Sid"] = "OldRule",
            ["Effect"] = "Deny",
            ["Principal"] = "*",
            ["Action"] = "s3:DeleteObject",
            ["Resource"] = $"arn:aws:s3:::{bucket}/*",
        });

    private static JsonNode Without(JsonNode policy, string sid)
    {
        var copy = policy.DeepClone();
        var statements = copy["Statement"]!.AsArray();
        statements.Remove(statements.Single(statement => statement!["Sid"]?.GetValue<string>() == sid));
        return copy;
    }
}
