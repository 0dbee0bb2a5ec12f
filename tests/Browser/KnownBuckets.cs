using System.Text.Json.Nodes;
using Microsoft.Playwright;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ServerlessDrives.Tests.Browser;

public sealed class KnownBuckets(Browsers browsers) : BrowserTests(browsers)
{
    [Fact]
    public async Task What_people_paste_and_misspell_is_understood_and_one_click_away_from_right()
    {
        var (name, user) = (Unique("Pasted"), App.Administrator().DriveUser);
        var ada = await SignedInAsync();
        await ada.StartConnectingAsync(name, ConnectingSteps.AccessKey);
        var (bucket, region, path) = (ada.Field("Bucket name"), ada.Page.GetByLabel("Region"), ada.Field("Path"));

        await bucket.FillAsync("https://s3.console.aws.amazon.com/s3/buckets/acme-archive?region=eu-west-1&prefix=old/letters/");
        await Expect(bucket).ToHaveValueAsync("acme-archive");
        await Expect(region).ToHaveValueAsync("eu-west-1");
        await Expect(path).ToHaveValueAsync("old/letters");

        // The answer comes to somebody who has gone on to the region: what they type takes its place.
        await region.FillAsync("");
        await bucket.FillAsync("acme-documents");
        await region.FocusAsync();
        await Expect(region).ToHaveValueAsync("us-east-1");
        await ada.Page.Keyboard.TypeAsync("eu");
        await Expect(region).ToHaveValueAsync("eu");
        await region.FillAsync("");

        await bucket.FillAsync("acme-documants");
        await ada.SeeTextAsync("S3 says that there is no bucket of this name.");
        await bucket.FillAsync("s3://acme-documents/acme-documents/pasted");
        await Expect(path).ToHaveValueAsync("acme-documents/pasted");
        await ada.SeeTextAsync("The path begins with the bucket’s name");
        await ada.Button("Use “pasted”").ClickAsync();
        await Expect(path).ToHaveValueAsync("pasted");
        await path.FillAsync("C:\\pasted\\here");
        await ada.Button("Use “pasted/here”").ClickAsync();
        await Expect(path).ToHaveValueAsync("pasted/here");

        await region.FillAsync("frankfurt");
        await ada.SeeTextAsync("S3 says that the bucket is in another region: us-east-1, US East (N. Virginia).");
        await ada.Button("Use “us-east-1”").ClickAsync();
        await Expect(region).ToHaveValueAsync("us-east-1");
        await region.FillAsync("US East (N. Virginia)");
        await ada.SeeTextAsync("Read as us-east-1");

        // Both halves of a key come as one text from the console's file.
        await ada.Page.EvaluateAsync(
            "text => navigator.clipboard.writeText(text)",
            $"Access key ID,Secret access key\n{user.Id},{user.Secret}\n");
        await ada.Field("Access key ID").FocusAsync();
        await ada.Page.Keyboard.PressAsync("Control+V");
        await Expect(ada.Field("Access key ID")).ToHaveValueAsync(user.Id);
        await Expect(ada.Secret("Secret access key")).ToHaveValueAsync(user.Secret);

        // What the user of the key must be allowed is there before the key is asked for.
        await ada.Button("Show the policy for the user").ClickAsync();
        await Expect(ada.Page.GetByLabel("Policy of the IAM user", new() { Exact = true }).Last)
            .ToContainTextAsync("arn:aws:s3:::acme-documents/pasted/here/*");
        await ada.SeeTextAsync("PutObjectVersion is no action of AWS:");
        await Screenshots.TakeIfWantedAsync(ada.Page, "light/key-policy");
        (await Accessibility.ViolationsAsync(ada.Page)).ShouldBeEmpty();
        await ada.Button("AWS CLI", exact: true).ClickAsync();
        await Expect(ada.Page.GetByLabel("Policy of the IAM user", new() { Exact = true }).Last)
            .ToContainTextAsync("aws iam put-user-policy");
        await ada.Button("Verify and connect").ClickAsync();
        await ada.SeeConnectedAsync(name);
    }

    [Fact]
    public async Task A_bucket_that_isnt_there_is_asked_about_before_anybody_is_sent_to_aws()
    {
        var (name, role, administrator) = (Unique("Ghost"), $"ghost-{Guid.NewGuid():N}"[..20], App.Administrator());
        var ada = await SignedInAsync();
        await ada.StartConnectingAsync(name, ConnectingSteps.IamRole);
        await ada.Field("Role ARN").Or(ada.Button("I have applied it")).First.WaitForAsync();
        var arn = await ada.ApplyTrustPolicyAsync(administrator, role);
        await ada.Field("Role ARN").FillAsync(arn);
        await ada.TypeBucketAsync($"ghost-{Guid.NewGuid():N}", "inbox");
        await ada.Button("Next").ClickAsync();
        await ada.SeeTextAsync("Is that right?");
        await Screenshots.TakeIfWantedAsync(ada.Page, "light/bucket-in-doubt");
        await Expect(ada.Heading("Give the role access to the bucket")).ToHaveCountAsync(0);
        await ada.Field("Bucket name").FillAsync("acme-archive");
        await ada.Button("Use “eu-west-1”").ClickAsync();
        await ada.Button("Next").ClickAsync();
        await ada.SeeAsync(ada.Heading("Give the role access to the bucket"));
    }

    [Fact]
    public async Task A_region_that_only_the_verification_tells_is_corrected_by_one_click()
    {
        var (name, user) = (Unique("Elsewhere"), App.Administrator().DriveUser);
        var ada = await SignedInAsync();
        // As on a server of one's own: nobody says where a bucket is while its name is typed.
        await ada.Page.RouteAsync("**/api/buckets/acme-documents", route => route.AbortAsync());
        await ada.StartConnectingAsync(name, ConnectingSteps.AccessKey);
        await ada.TypeKeyAsync(user);
        await ada.TypeBucketAsync("acme-documents", $"elsewhere-{Guid.NewGuid():N}", "eu-west-1");
        await ada.Button("Verify and connect").ClickAsync();
        await ada.SeeTextAsync("The bucket isn’t in the region that was given.");
        await Screenshots.TakeIfWantedAsync(ada.Page, "light/region-found");
        (await Accessibility.ViolationsAsync(ada.Page)).ShouldBeEmpty();
        await ada.Button("Use us-east-1").ClickAsync();
        await ada.SeeConnectedAsync(name);
    }

    [Fact]
    public async Task A_bucket_that_takes_encrypted_files_only_is_connected_by_one_click()
    {
        var (name, bucket, administrator) = (Unique("Encrypted"), $"encrypted-{Guid.NewGuid():N}", App.Administrator());
        await administrator.CreateBucketAsync(bucket);
        var unencrypted = new JsonObject
        {
            ["Effect"] = "Deny",
            ["Principal"] = "*",
            ["Action"] = "s3:PutObject",
            ["Resource"] = $"arn:aws:s3:::{bucket}/*",
            ["Condition"] = new JsonObject { ["Null"] = new JsonObject { ["s3:x-amz-server-side-encryption"] = "true" } },
        };
        await administrator.PutBucketPolicyAsync(
            bucket,
            AwsAdministrator.Policy(unencrypted));
        var everything = new JsonObject
        {
            ["Effect"] = "Allow",
            ["Action"] = "s3:*",
            ["Resource"] = new JsonArray($"arn:aws:s3:::{bucket}", $"arn:aws:s3:::{bucket}/*"),
        };
        var key = await administrator.CreateUserWithKeyAsync(
            $"encrypts-{Guid.NewGuid():N}",
            AwsAdministrator.Policy(everything));
        var ada = await SignedInAsync();
        await ada.StartConnectingAsync(name, ConnectingSteps.AccessKey);
        await ada.TypeKeyAsync(key);
        await ada.TypeBucketAsync(bucket, "in");
        await ada.Button("Verify and connect").ClickAsync();
        await ada.SeeTextAsync("A policy asks for encryption: files are refused without one, and accepted with SSE-S3.");
        await Screenshots.TakeIfWantedAsync(ada.Page, "light/encryption-found");
        (await Accessibility.ViolationsAsync(ada.Page)).ShouldBeEmpty();
        await ada.Button("Encrypt with SSE-S3").ClickAsync();
        await ada.SeeConnectedAsync(name);
    }

    [Fact]
    public async Task Each_slip_of_the_hand_is_told_where_it_is_made()
    {
        var ada = await SignedInAsync();
        await ada.StartConnectingAsync(Unique("Slips"), ConnectingSteps.AccessKey);
        await ToldAsync(ada.Field("Bucket name"), "Acme-documents", "lower case");
        await ToldAsync(ada.Field("Bucket name"), "acme_documents", "lower-case letters");
        await ada.Field("Bucket name").FillAsync("acme-documents");
        await Expect(ada.Page.GetByLabel("Region")).ToHaveValueAsync("us-east-1");
        await ToldAsync(ada.Page.GetByLabel("Region"), "us-esat-1", "another region");
        await ToldAsync(ada.Field("Access key ID"), "AKIA123", "An access key ID has 16 to 128 letters");

        await ada.StartConnectingAsync(Unique("Slips of a role"), ConnectingSteps.IamRole);
        await ada.Button("I have applied it").ClickAsync();
        await ToldAsync(ada.Field("Role ARN"), "arn:aws:iam::44445555666:role/drives", "12 digits");

        async Task ToldAsync(ILocator field, string typed, string sentence)
        {
            await field.FillAsync(typed);
            await field.BlurAsync();
            await ada.SeeTextAsync(sentence);
        }
    }

    [Fact]
    public async Task A_first_bucket_of_the_sandbox_is_connected_by_one_button()
    {
        var ada = await SignedInAsync();
        await ada.GoAsync("/connect");
        await ada.Button("Connect a bucket of the sandbox").ClickAsync();
        await ada.SeeAsync(ada.Heading("Every check passed"));
    }
}
