using System.IO.Compression;
using System.Net;
using Microsoft.Playwright;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ServerlessDrives.Tests.Browser;

/// <summary>Folders are made, files moved and renamed, several taken along, and a folder deleted, on the drive's page.</summary>
public sealed class MovedFiles(Browsers browsers) : EveryPage(browsers)
{
    private const string Long = "claim with a rather long name that has to break, also on a phone.txt";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Files_are_moved_to_a_new_folder_renamed_and_downloaded_together_and_the_folder_is_deleted_once_its_name_is_typed()
    {
        using var http = await App.SignInAsync("ada");
        var drive = await ConnectAsync(http);
        foreach (
            var (path, text) in new[] { (Long, "long"), ("a.txt", "the largest of them"), ("reports/1.txt", "1"), ("reports/2.txt", "2") }
        )
        {
            using var stored = await http.PutAsync(
                new Uri($"/api/drives/{drive}/content?path={Uri.EscapeDataString(path)}", UriKind.Relative),
                new StringContent(text),
                Cancellation);
            stored.EnsureSuccessStatusCode();
        }

        var ada = await SignedInAsync();
        await ada.GoAsync($"/drives/{drive}/files");
        await ada.Button("New folder").ClickAsync();
        await ada.Field("Name").FillAsync("archive");
        await LookAsync(ada, "new-folder");
        await ada.Button("Make the folder").ClickAsync();
        await ada.SeeAsync(ada.Link("archive"));

        // Largest first, folders above.
        await ada.Button("Size", exact: true).ClickAsync();
        await ada.Button("Size", exact: true).ClickAsync();
        await Expect(ada.Page.GetByRole(AriaRole.Columnheader, new() { Name = "Size" })).ToHaveAttributeAsync("aria-sort", "descending");
        await Expect(ada.Page.GetByRole(AriaRole.Rowheader)).ToHaveTextAsync(["archive (folder)", "reports (folder)", "a.txt", Long]);

        await ada.Page.GetByRole(AriaRole.Checkbox, new() { Name = "Select reports" }).CheckAsync();
        await ada.Page.GetByRole(AriaRole.Checkbox, new() { Name = "Select claim with" }).CheckAsync();
        await ada.SeeTextAsync("2 selected");
        await LookAsync(ada, "files-selected");
        var download = await ada.Page.RunAndWaitForDownloadAsync(() => ada.Button("Download as ZIP").ClickAsync());
        await using (var zip = await ZipFile.OpenReadAsync(await download.PathAsync(), Cancellation))
            zip.Entries.Select(entry => entry.FullName).Order(StringComparer.Ordinal).ShouldBe([Long, "reports/1.txt", "reports/2.txt"]);

        await ada.Button("Move or copy").ClickAsync();
        await ada.SeeAsync(ada.Dialog("Move or copy 2 files and folders"));
        await ada.Dialog("Move or copy").GetByRole(AriaRole.Button, new() { Name = "archive" }).ClickAsync();
        await ada.SeeTextAsync("There are no folders in it.");
        await LookAsync(ada, "move-files");
        await ada.Button("Move here").ClickAsync();
        await ada.SeeTextAsync("Moved reports to archive/reports");
        await ada.SeeTextAsync("Moved claim with");
        await Expect(ada.Page.GetByRole(AriaRole.Rowheader)).ToHaveTextAsync(["archive (folder)", "a.txt"]);
        await LookAsync(ada, "files-moved");

        await ada.Button("More for a.txt").ClickAsync();
        await ada.Page.GetByRole(AriaRole.Menuitem, new() { Name = "Rename" }).ClickAsync();
        await ada.Field("New name").FillAsync("b.txt");
        await ada.Button("Rename", exact: true).ClickAsync();
        await ada.SeeAsync(ada.Button("More for b.txt"));
        (await PathsAsync(http, drive)).ShouldBe(
            ["archive/", $"archive/{Long}", "archive/reports/1.txt", "archive/reports/2.txt", "b.txt"]);

        await ada.Button("More for archive").ClickAsync();
        await ada.Page.GetByRole(AriaRole.Menuitem, new() { Name = "Delete" }).ClickAsync();
        await ada.SeeTextAsync("The folder has 3 files");
        await LookAsync(ada, "delete-folder");
        await Expect(ada.Button("Delete", exact: true)).ToBeDisabledAsync();
        await ada.Field("Type “archive”").FillAsync("archive");
        await ada.Button("Delete", exact: true).ClickAsync();
        await ada.SeeTextAsync("Deleted archive");
        await Expect(ada.Page.GetByRole(AriaRole.Rowheader)).ToHaveTextAsync(["b.txt"]);
        (await PathsAsync(http, drive)).ShouldBe(["b.txt"]);
        NothingIsWrong();
    }

    private static async Task<List<string>> PathsAsync(HttpClient http, string drive) =>
        [
            .. (await http.GetAsync($"/api/drives/{drive}/files?recursive=true", HttpStatusCode.OK))["items"]!
                .AsArray()
                .Select(item => item!.Text("path") + (item!.Text("type") == "folder" ? "/" : ""))
                .Order(StringComparer.Ordinal),
        ];

    private async Task<string> ConnectAsync(HttpClient http)
    {
        var (id, secret) = App.Administrator().DriveUser;
        var connection = await http.PostAsync(
            "/api/connections",
            new
            {
                displayName = Unique("Moved"),
                audience = new { type = "workspace", workspaceId = "ws_claims" },
                authentication = new { method = "accessKey" },
                configuration = new
                {
                    accessKeyId = id,
                    secretAccessKey = secret,
                    bucket = "acme-documents",
                    region = "us-east-1",
                    path = $"moved-{Guid.NewGuid():N}",
                    encryption = new { type = "none" },
                },
            },
            HttpStatusCode.Accepted);
        return (await http.UntilAsync(connection.Text("id"), "connected")).Text("driveId");
    }
}
