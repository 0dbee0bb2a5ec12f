using System.Net;
using System.Text;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Files;

/// <summary>Stable ids for files.</summary>
[Collection(FilesApp.Name)]
public sealed class References(FilesApp running)
{
    private readonly EmbeddedApp _app = running.App;

    [Fact]
    public async Task A_reference_follows_its_file_and_dies_with_the_drive_for_good()
    {
        var drive = await TestDrive.ConnectAsync(_app);
        await drive.Http.PostAsync($"{drive.Root}/references", new { path = "none" }, HttpStatusCode.NotFound);
        using var put = await drive.PutAsync("claim.txt", Encoding.UTF8.GetBytes("first"), ("Content-Type", "text/plain"));
        var made = await drive.Http.PostAsync($"{drive.Root}/references", new { path = "claim.txt" }, HttpStatusCode.Created);
        var id = made.Text("id");
        id.ShouldStartWith("fil_");
        made["changed"]!.GetValue<bool>().ShouldBeFalse();

        using var overwritten = await drive.PutAsync("claim.txt", Encoding.UTF8.GetBytes("second"));
        var now = await drive.Http.GetAsync($"/api/files/{id}", HttpStatusCode.OK);
        now["changed"]!.GetValue<bool>().ShouldBeTrue();
        now["size"]!.GetValue<long>().ShouldBe(6);
        (await drive.Http.GetStringAsync($"/api/files/{id}/content")).ShouldBe("second");
        using var part = await drive.Http.SendAsync(
            new HttpRequestMessage(HttpMethod.Get, $"/api/files/{id}/content") { Headers = { { "Range", "bytes=-3" } } });
        (await part.Content.ReadAsStringAsync()).ShouldBe("ond");

        using var gone = await drive.Http.DeleteAsync(drive.FileUrl("claim.txt"));
        (await drive.Http.GetAsync($"/api/files/{id}", HttpStatusCode.NotFound)).Text("code").ShouldBe("not-found");
        using var back = await drive.PutAsync("claim.txt", Encoding.UTF8.GetBytes("third"));
        (await drive.Http.GetStringAsync($"/api/files/{id}/content")).ShouldBe("third");

        using var leo = await _app.SignInAsync("leo");
        await leo.GetAsync($"/api/files/{id}", HttpStatusCode.NotFound);

        var name = (await drive.Http.GetAsync(drive.Root, HttpStatusCode.OK)).Text("displayName");
        await drive.Http.SendAsync(HttpMethod.Delete, drive.Root, new { confirmation = name }, HttpStatusCode.Accepted);
        await StaysGoneAsync();
        await WritingFiles.UntilAsync(
            async () =>
            {
                using var answer = await drive.Http.GetAsync(drive.Root);
                return answer.StatusCode == HttpStatusCode.NotFound;
            },
            "The drive is removed.");
        await StaysGoneAsync();
        (await drive.KeysAsync()).ShouldBe([$"{drive.Path}/claim.txt"]);

        async Task StaysGoneAsync()
        {
            foreach (var url in new[] { $"/api/files/{id}", $"/api/files/{id}/content" })
                (await drive.Http.GetAsync(url, HttpStatusCode.Gone)).Text("code").ShouldBe("drive-removed");
        }
    }
}
