using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ServerlessDrives.Tests.Browser;

/// <summary>What a file was, and files that were deleted: looked at, and brought back.</summary>
public sealed class OlderVersions(Browsers browsers) : EveryPage(browsers)
{
    [Fact]
    public async Task An_older_version_is_downloaded_and_restored_and_a_deleted_file_is_brought_back()
    {
        using var http = await App.SignInAsync("ada");
        var drive = await OnVersionedBucketAsync(http);
        foreach (var text in new[] { "the first draft", "the second" })
            await PutAsync(http, drive, "report with a rather long name that has to break on a phone.txt", text);
        await PutAsync(http, drive, "gone.txt", "gone");
        var ada = await SignedInAsync();
        await ada.GoAsync($"/drives/{drive}/files");
        await ada.Button("More for gone.txt").ClickAsync();
        await ada.Page.GetByRole(AriaRole.Menuitem, new() { Name = "Delete" }).ClickAsync();
        await ada.Button("Delete the file").ClickAsync();
        await ada.SeeTextAsync("Deleted gone.txt.");

        await ada.Page.GetByRole(AriaRole.Switch, new() { Name = "Show deleted files" }).CheckAsync();
        await ada.SeeAsync(ada.Button("Bring back gone.txt"));
        await LookAsync(ada, "files-with-deleted");
        await ada.Button("Bring back gone.txt").ClickAsync();
        await ada.SeeTextAsync("gone.txt is there again.");
        await ada.SeeAsync(ada.Button("Download gone.txt"));

        await ada.Button("More for report with").ClickAsync();
        await ada.Page.GetByRole(AriaRole.Menuitem, new() { Name = "Versions" }).ClickAsync();
        var versions = ada.Page.GetByRole(AriaRole.List, new() { Name = "Versions" }).GetByRole(AriaRole.Listitem);
        await Expect(versions).ToHaveCountAsync(2);
        await Expect(versions.First).ToContainTextAsync("Current");
        await LookAsync(ada, "file-versions");
        var download = await ada.Page.RunAndWaitForDownloadAsync(() =>
            versions.Last.GetByRole(AriaRole.Button, new() { Name = "Download" }).ClickAsync());
        (await File.ReadAllTextAsync(await download.PathAsync(), TestContext.Current.CancellationToken)).ShouldBe("the first draft");
        await versions.Last.GetByRole(AriaRole.Button, new() { Name = "Restore" }).ClickAsync();
        await Expect(versions).ToHaveCountAsync(3);
        await ada.Button("Close").ClickAsync();
        (await http.GetStringAsync(
            new Uri($"/api/drives/{drive}/files/report with a rather long name that has to break on a phone.txt", UriKind.Relative),
            TestContext.Current.CancellationToken)).ShouldBe("the first draft");
        NothingIsWrong();
    }

    [Fact]
    public async Task Where_versions_may_not_be_listed_the_page_shows_the_statement_that_is_missing_and_the_files()
    {
        using var http = await App.SignInAsync("ada");
        var drive = await ConnectAsync(http, App.Administrator().DriveUser, "acme-documents");
        await PutAsync(http, drive, "here.txt", "here");
        var ada = await SignedInAsync();
        await ada.GoAsync($"/drives/{drive}/files");
        await ada.Page.GetByRole(AriaRole.Switch, new() { Name = "Show deleted files" }).CheckAsync();
        await Expect(ada.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("s3:ListBucketVersions");
        await ada.SeeAsync(ada.Button("Download here.txt"));
    }

    /// <summary>A drive on a versioned bucket, whose user may list versions.</summary>
    private async Task<string> OnVersionedBucketAsync(HttpClient http)
    {
        var (administrator, bucket) = (App.Administrator(), $"versions-{Guid.NewGuid():N}");
        await administrator.CreateBucketAsync(bucket, versioned: true);
        var policy = $$"""{"Effect":"Allow","Action":"s3:*","Resource":["arn:aws:s3:::{{bucket}}","arn:aws:s3:::{{bucket}}/*"]}""";
        var key = await administrator.CreateUserWithKeyAsync(bucket, AwsAdministrator.Policy(JsonNode.Parse(policy)!));
        return await ConnectAsync(http, key, bucket);
    }

    private static async Task<string> ConnectAsync(HttpClient http, (string Id, string Secret) key, string bucket)
    {
        var connection = await http.PostAsync(
            "/api/connections",
            new
            {
                displayName = Unique("Reports"),
                audience = new { type = "workspace", workspaceId = "ws_claims" },
                authentication = new { method = "accessKey" },
                configuration = new
                {
                    accessKeyId = key.Id,
                    secretAccessKey = key.Secret,
                    bucket,
                    region = "us-east-1",
                    path = $"reports-{Guid.NewGuid():N}",
                    encryption = new { type = "none" },
                },
            },
            HttpStatusCode.Accepted);
        return (await http.UntilAsync(connection.Text("id"), "connected")).Text("driveId");
    }

    private static async Task PutAsync(HttpClient http, string drive, string path, string text)
    {
        using var stored = await http.PutAsync(
            new Uri($"/api/drives/{drive}/files/{path}", UriKind.Relative),
            new StringContent(text),
            TestContext.Current.CancellationToken);
        stored.EnsureSuccessStatusCode();
    }
}
