using System.Net;
using Microsoft.Playwright;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ServerlessDrives.Tests.Browser;

/// <summary>A link to a file: made on the drive's page, and used by somebody without an account.</summary>
public sealed class SharedFiles(Browsers browsers) : EveryPage(browsers)
{
    [Fact]
    public async Task A_file_is_shared_with_a_password_downloaded_by_a_stranger_and_the_link_is_revoked()
    {
        const string file = "claim with a rather long name that has to break, also on a phone.txt";
        using var http = await App.SignInAsync("ada");
        var connection = await http.PostAsync(
            "/api/connections",
            new
            {
                displayName = Unique("Shared"),
                audience = new { type = "workspace", workspaceId = "ws_claims" },
                authentication = new { method = "accessKey" },
                configuration = new
                {
                    accessKeyId = App.Administrator().DriveUser.Id,
                    secretAccessKey = App.Administrator().DriveUser.Secret,
                    bucket = "acme-documents",
                    region = "us-east-1",
                    path = $"shared-{Guid.NewGuid():N}",
                    encryption = new { type = "none" },
                },
            },
            HttpStatusCode.Accepted);
        var drive = (await http.UntilAsync(connection.Text("id"), "connected")).Text("driveId");
        using (
            var stored = await http.PutAsync(
                new Uri($"/api/drives/{drive}/files/{Uri.EscapeDataString(file)}", UriKind.Relative),
                new StringContent("what the claim says"),
                TestContext.Current.CancellationToken))
            stored.EnsureSuccessStatusCode();

        var ada = await SignedInAsync();
        await ada.GoAsync($"/drives/{drive}/files");
        await ada.Button("More for claim with").ClickAsync();
        await ada.Page.GetByRole(AriaRole.Menuitem, new() { Name = "Share" }).ClickAsync();
        await ada.SeeAsync(ada.Dialog("Share claim with"));
        await LookAsync(ada, "share-file");
        await ada.Page.GetByLabel("The link expires").SelectOptionAsync(new SelectOptionValue { Label = "In a day" });
        await ada.Secret("Password (optional)").FillAsync("correct horse");
        await ada.Button("Make a link").ClickAsync();
        var url = await ada.ReadAsync("Link");
        await Expect(ada.Page.GetByRole(AriaRole.Listitem).Filter(new() { HasText = "with a password" })).ToHaveCountAsync(1);
        await LookAsync(ada, "share-file-made");

        var stranger = await ArriveAsync();
        await stranger.GoAsync(new Uri(url).AbsolutePath);
        await stranger.SeeTitleAsync(file);
        await LookAsync(stranger, "shared-file");
        await stranger.Secret("Password").FillAsync("wrong horse");
        await stranger.Button("Download").ClickAsync();
        await stranger.SeeTextAsync("This isn’t the password of this file.");
        await stranger.Secret("Password").FillAsync("correct horse");
        var download = await stranger.Page.RunAndWaitForDownloadAsync(() => stranger.Button("Download").ClickAsync());
        download.SuggestedFilename.ShouldBe(file);
        (await File.ReadAllTextAsync(await download.PathAsync(), TestContext.Current.CancellationToken)).ShouldBe("what the claim says");

        await ada.Button("Revoke the link").ClickAsync();
        await Expect(ada.Page.GetByText("Revoked", new() { Exact = true })).ToBeVisibleAsync();
        await stranger.Page.ReloadAsync();
        await stranger.SeeTitleAsync("This link can’t be used");
        await LookAsync(stranger, "shared-file-over");
        NothingIsWrong();
    }
}
