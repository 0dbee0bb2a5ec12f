using System.Net;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Files;

/// <summary>
/// Reading goes by what was read of drives and memberships a moment ago; what is changed here counts at once all the same.
/// </summary>
[Collection(FilesApp.Name)]
public sealed class RecentReads(FilesApp running)
{
    private readonly EmbeddedApp _app = running.App;

    [Fact]
    public async Task Who_is_taken_out_reads_nothing_more_and_who_comes_in_reads_at_once()
    {
        var drive = await TestDrive.SharedAsync(_app);
        using var put = await drive.PutAsync("recent/file", [1, 2, 3]);
        var (max, leo) = (await _app.SignInAsync("max"), await _app.SignInAsync("leo"));
        var membership = $"/api/workspaces/ws_claims/members/{(await leo.GetAsync("/api/me", HttpStatusCode.OK))["user"]!.Text("id")}";
        for (var turn = 0; turn < 3; turn++)
        {
            foreach (var url in new[] { drive.FileUrl("recent/file"), drive.ContentUrl("recent/file"), $"{drive.Root}/files" })
                await leo.GetAsync(url, HttpStatusCode.NotFound);
            await max.SendAsync(HttpMethod.Put, membership, new { role = "member" }, HttpStatusCode.OK);
            // More than once, so that the last ones don't look the membership up.
            for (var read = 0; read < 3; read++)
                (await leo.GetByteArrayAsync(drive.FileUrl("recent/file"))).ShouldBe([1, 2, 3]);
            await max.SendAsync(HttpMethod.Delete, membership, null, HttpStatusCode.NoContent);
        }
    }

    [Fact]
    public async Task A_drive_that_takes_no_more_files_gives_none_either()
    {
        var drive = await TestDrive.ConnectAsync(_app);
        using var put = await drive.PutAsync("file", [1, 2, 3]);
        var name = (await drive.Http.GetAsync(drive.Root, HttpStatusCode.OK)).Text("displayName");
        await drive.Http.SendAsync(HttpMethod.Delete, drive.Root, new { confirmation = name }, HttpStatusCode.Accepted);
        // The row was read for the latest of these reads at most two seconds ago.
        for (var removed = false; !removed;)
        {
            using var read = await drive.GetAsync("file");
            using var write = await drive.PutAsync("other", [1]);
            removed = write.StatusCode is HttpStatusCode.Gone or HttpStatusCode.NotFound;
        }

        foreach (var url in new[] { drive.FileUrl("file"), drive.ContentUrl("file"), $"{drive.Root}/files" })
        {
            using var read = await drive.Http.GetAsync(url);
            read.StatusCode.ShouldBeOneOf(HttpStatusCode.Gone, HttpStatusCode.NotFound);
        }
    }
}
