using System.Diagnostics;
using System.Text.Json.Nodes;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ServerlessDrives.Tests.Browser;

/// <summary>With the times that people have: a minute for what propagation explains.</summary>
public sealed class HonestWaiting(Browsers browsers) : BrowserTests(browsers)
{
    [Fact]
    public async Task What_aws_refuses_is_told_at_once_with_how_long_it_is_asked_again_and_can_be_stopped()
    {
        await using var app = await Browsers.StartAppAsync(new() { ["Verification__PropagationWait"] = "00:01:00" });
        var administrator = app.Administrator();
        var name = Unique("Refused");
        var ada = await SignedInAsync(app: app);

        // A role that isn't there looks to STS like one that doesn't trust us yet.
        await ada.StartConnectingAsync(name, ConnectingSteps.IamRole);
        await ada.Button("I have applied it").ClickAsync();
        await ada.Field("Role ARN").FillAsync("arn:aws:iam::444455556666:role/not-there");
        await ada.TypeBucketAsync("acme-archive", "inbox", "eu-west-1");
        await ToldAsync("Next");
        await ada.SeeTextAsync("sts:AssumeRole was asked");
        await ada.Button("Stop and change").ClickAsync();
        await ada.SeeAsync(ada.Heading("Let us assume a role in your AWS account"));
        await ada.SeeTextAsync("What you typed is kept.");

        // A user that may do nothing.
        var elsewhere = new JsonObject
        {
            ["Effect"] = "Allow",
            ["Action"] = "s3:GetObject",
            ["Resource"] = "arn:aws:s3:::somebody-elses-bucket/*",
        };
        var policy = AwsAdministrator.Policy(elsewhere);
        var key = await administrator.CreateUserWithKeyAsync($"nobody-{Guid.NewGuid():N}", policy);
        await ada.StartConnectingAsync(Unique("Denied"), ConnectingSteps.AccessKey);
        await ada.TypeKeyAsync(key);
        await ada.TypeBucketAsync("acme-documents", "denied");
        await ToldAsync("Verify and connect");
        await ada.Button("Stop and change").ClickAsync();
        await ada.SeeTextAsync("Not connected yet");

        // A wrong secret and a wrong region end at once; nothing is waited for.
        await ada.Secret("Secret access key").FillAsync("notTheSecretOfAnybody/0000000000000000000");
        var clock = Stopwatch.StartNew();
        await ada.Button("Verify and connect").ClickAsync();
        await ada.SeeTextAsync("AWS doesn’t accept the access key and its secret.");
        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(20));

        async Task ToldAsync(string button)
        {
            var since = Stopwatch.StartNew();
            await ada.Button(button).ClickAsync();
            await ada.SeeTextAsync("AWS refuses this so far");
            // Three seconds are shown by the benchmark; machines that test have other things to do.
            since.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(20));
            await Expect(ada.Page.GetByText("more seconds at most")).ToBeVisibleAsync();
            await Screenshots.TakeIfWantedAsync(ada.Page, $"light/waiting-after-{button.Split(' ')[0]}");
            (await Accessibility.ViolationsAsync(ada.Page)).ShouldBeEmpty();
        }
    }
}
