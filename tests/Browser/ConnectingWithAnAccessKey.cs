using System.Text.Json.Nodes;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ServerlessDrives.Tests.Browser;

public sealed class ConnectingWithAnAccessKey(Browsers browsers) : BrowserTests(browsers)
{
    [Fact]
    public async Task A_bucket_is_connected_and_every_rule_is_checked_while_it_is_typed()
    {
        var name = Unique("Intake");
        var max = await SignedInAsync(Person.Max);
        await max.StartConnectingAsync(name, ConnectingSteps.AccessKey);

        await max.Field("Bucket name").FillAsync("Acme-Documents");
        await max.Button("Use “acme-documents”").ClickAsync();
        await Expect(max.Field("Bucket name")).ToHaveValueAsync("acme-documents");
        // S3 tells anybody where a bucket is, so nobody has to.
        await Expect(max.Page.GetByLabel("Region")).ToHaveValueAsync("us-east-1");
        await max.Page.GetByLabel("Region").FillAsync("");
        await max.TypeKeyAsync(("ASIA0123456789ABCDEF", App.Administrator().DriveUser.Secret));
        await max.Button("Verify and connect").ClickAsync();
        await max.SeeTextAsync("This key is temporary and would stop working.");
        await Expect(max.Field("Access key ID")).ToBeFocusedAsync();

        await max.TypeKeyAsync(App.Administrator().DriveUser);
        await max.TypeBucketAsync("acme-documents", "intake");
        await max.Button("Verify and connect").ClickAsync();
        await max.SeeConnectedAsync(name);
        await max.Button("Show the report").ClickAsync();
        await max.SeeTextAsync("0 failed");
        await max.Link("Open the drive").ClickAsync();
        await max.SeeTitleAsync(name);
        await max.SeeTextAsync("There are no files yet");

        // The name is taken from now on, and the wizard says so while it is typed.
        await max.GoAsync("/connect");
        await max.Field("Display name").FillAsync(name.ToUpperInvariant());
        await max.SeeTextAsync("There is a drive or an open connection of this name already.");
    }

    [Fact]
    public async Task A_failed_verification_says_what_to_change_and_passes_once_that_is_done()
    {
        var (name, administrator) = (Unique("Scans"), App.Administrator());
        const string path = "scans";
        string[] read = ["s3:ListBucket", "s3:ListBucketMultipartUploads", "s3:GetBucketLocation"];
        string[] all =
        [
            "s3:GetObject",
            "s3:GetObjectAcl",
            "s3:GetObjectVersion",
            "s3:PutObject",
            "s3:PutObjectAcl",
            "s3:DeleteObject",
            "s3:DeleteObjectVersion",
            "s3:ListMultipartUploadParts",
            "s3:AbortMultipartUpload",
        ];
        var user = $"scans-{Guid.NewGuid():N}";
        var key = await administrator.CreateUserWithKeyAsync(user, Policy(read, all.Where(action => action is not "s3:DeleteObject")));

        var ada = await SignedInAsync();
        await ada.StartConnectingAsync(name, ConnectingSteps.AccessKey);
        await ada.TypeKeyAsync(key);
        await ada.TypeBucketAsync("acme-documents", path);
        await ada.Button("Verify and connect").ClickAsync();
        await ada.SeeTextAsync("Not connected yet");
        await ada.SeeAsync(ada.Heading("failed"));
        await ada.SeeTextAsync("A file can’t be deleted.");
        await ada.SeeTextAsync("What to change:");
        await ada.SeeTextAsync("s3:DeleteObject");
        await ada.Button("Copy as Markdown").ClickAsync();
        var copied = await ada.Page.EvaluateAsync<string>("() => navigator.clipboard.readText()");
        copied.ShouldContain("s3:DeleteObject");
        copied.ShouldContain(name);

        await administrator.PutUserPolicyAsync(user, "drive", Policy(read, all));
        await Expect(ada.Field("Access key ID")).ToHaveValueAsync(key.Id);
        await Expect(ada.Field("Path")).ToHaveValueAsync(path);
        // What was typed is kept, the secret too, and is as good once the policy is mended.
        await Expect(ada.Secret("Secret access key")).ToHaveValueAsync(key.Secret);
        await ada.Button("Verify and connect").ClickAsync();
        await ada.SeeConnectedAsync(name);

        static JsonObject Policy(IEnumerable<string> onBucket, IEnumerable<string> onObjects) =>
            AwsAdministrator.Policy(Allow(onBucket, "arn:aws:s3:::acme-documents"), Allow(onObjects, "arn:aws:s3:::acme-documents/*"));

        static JsonObject Allow(IEnumerable<string> actions, string resource) => new()
        {
            ["Effect"] = "Allow",
            ["Action"] = new JsonArray([.. actions.Select(action => JsonValue.Create(action))]),
            ["Resource"] = resource,
        };
    }
}
