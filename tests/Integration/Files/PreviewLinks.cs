using System.Net;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Files;

/// <summary>Links by which our pages show images, audio and video.</summary>
[Collection(FilesApp.Name)]
public sealed class PreviewLinks(FilesApp running)
{
    private readonly EmbeddedApp _app = running.App;

    [Fact]
    public async Task A_file_is_shown_by_ranges_as_what_its_name_says_and_never_as_a_page()
    {
        var drive = await TestDrive.SharedAsync(_app);
        (await drive.PutAsync("shown/drawing ü.svg", "<svg onload='alert(1)'/>"u8.ToArray(), ("Content-Type", "text/html"))).Dispose();
        var made = await MakeAsync(drive, "shown/drawing ü.svg");
        made.Text("type").ShouldBe("image/svg+xml");
        using var page = _app.Anonymous();
        using (var answer = await AskAsync(page, made.Text("url"), ("Sec-Fetch-Site", "same-origin"), ("Range", "bytes=1-3")))
        {
            answer.StatusCode.ShouldBe(HttpStatusCode.PartialContent);
            (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldBe("svg");
            answer.Content.Headers.ContentRange!.Length.ShouldBe(24);
            answer.Content.Headers.ContentType!.ToString().ShouldBe("image/svg+xml");
            answer.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
            answer.Headers.GetValues("Content-Security-Policy").ShouldBe(["sandbox; default-src 'none'; style-src 'unsafe-inline'"]);
            answer.Headers.GetValues("Cross-Origin-Resource-Policy").ShouldBe(["same-origin"]);
        }

        foreach (var site in new[] { "none", "cross-site", "same-site" })
            (await StatusAsync(page, made.Text("url"), ("Sec-Fetch-Site", site))).ShouldBe(HttpStatusCode.NotFound, site);
        (await StatusAsync(page, made.Text("url")[..^1])).ShouldBe(HttpStatusCode.NotFound);
        (await StatusAsync(page, made.Text("url"))).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Only_images_audio_and_video_that_are_there_have_links()
    {
        var drive = await TestDrive.SharedAsync(_app);
        foreach (var path in new[] { "shown/page.html", "shown/none", "", "../a.png" })
            await drive.Http.PostAsync($"{drive.Root}/preview-links", new { path }, HttpStatusCode.UnprocessableEntity);
        await drive.Http.PostAsync($"{drive.Root}/preview-links", new { path = "shown/none.png" }, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_link_ends_with_the_right_of_its_maker_and_with_the_drive()
    {
        var drive = await TestDrive.ConnectAsync(_app);
        (await drive.PutAsync("a.mp4", "a film"u8.ToArray())).Dispose();
        using var ada = await _app.SignInAsync("ada");
        using var leo = await _app.SignInAsync("leo");
        const string membership = "/api/workspaces/ws_claims/members/leo";
        await ada.SendAsync(HttpMethod.Put, membership, new { role = "member" }, HttpStatusCode.OK);
        var url = (await leo.PostAsync($"{drive.Root}/preview-links", new { path = "a.mp4" }, HttpStatusCode.Created)).Text("url");
        using var page = _app.Anonymous();
        (await StatusAsync(page, url)).ShouldBe(HttpStatusCode.OK);
        await ada.SendAsync(HttpMethod.Delete, membership, null, HttpStatusCode.NoContent);
        (await StatusAsync(page, url)).ShouldBe(HttpStatusCode.Gone);

        var ofMia = (await MakeAsync(drive, "a.mp4")).Text("url");
        (await StatusAsync(page, ofMia)).ShouldBe(HttpStatusCode.OK);
        var name = (await ada.GetAsync(drive.Root, HttpStatusCode.OK)).Text("displayName");
        await ada.SendAsync(HttpMethod.Delete, drive.Root, new { confirmation = name }, HttpStatusCode.Accepted);
        (await StatusAsync(page, ofMia)).ShouldBe(HttpStatusCode.Gone);
    }

    private static Task<System.Text.Json.Nodes.JsonNode> MakeAsync(TestDrive drive, string path) =>
        drive.Http.PostAsync($"{drive.Root}/preview-links", new { path }, HttpStatusCode.Created);

    private static async Task<HttpStatusCode> StatusAsync(HttpClient http, string url, params (string Name, string Value)[] headers)
    {
        using var answer = await AskAsync(http, url, headers);
        return answer.StatusCode;
    }

    private static async Task<HttpResponseMessage> AskAsync(HttpClient http, string url, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(url, UriKind.Relative));
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return await http.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
