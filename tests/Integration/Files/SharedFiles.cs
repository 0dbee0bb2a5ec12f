using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using ServerlessDrives.Tests.Integration.Connecting;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Files;

/// <summary>A link to one file for somebody without an account.</summary>
[Collection(FilesApp.Name)]
public sealed class SharedFiles(FilesApp running)
{
    private static int _strangers;

    private readonly EmbeddedApp _app = running.App;

    [Fact]
    public async Task Whoever_has_the_link_downloads_the_file_until_it_is_revoked_and_the_audit_trail_has_it_all()
    {
        var drive = await TestDrive.SharedAsync(_app);
        (await drive.PutAsync("shared/page ü.html", "<script>"u8.ToArray(), ("Content-Type", "text/html"))).Dispose();
        var made = await MakeAsync(drive, new { path = "shared/page ü.html" });
        var (id, token) = (made.Text("id"), TokenOf(made));
        using var stranger = Stranger();

        var seen = await stranger.GetAsync($"/api/shares/{token}", HttpStatusCode.OK);
        seen.Text("name").ShouldBe("page ü.html");
        seen["size"]!.GetValue<long>().ShouldBe(8);
        seen["needsPassword"]!.GetValue<bool>().ShouldBeFalse();
        var url = await UnlockAsync(stranger, token);
        using (var content = await stranger.GetAsync(new Uri(url, UriKind.Relative), TestContext.Current.CancellationToken))
        {
            (await content.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldBe("<script>");
            content.Content.Headers.ContentDisposition!.DispositionType.ShouldBe("attachment");
            content.Content.Headers.ContentDisposition.FileNameStar.ShouldBe("page ü.html");
            content.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
            content.Headers.GetValues("Content-Security-Policy").ShouldBe(["sandbox; default-src 'none'"]);
        }

        (await PartAsync(stranger, url, "bytes=1-6")).ShouldBe("script");
        await RefusedAsync(stranger, $"/api/shares/{token}/content?grant=guessed", "share-over");
        await RefusedAsync(stranger, $"/api/shares/{token[..^1]}", "share-unknown");
        var listed = (await drive.Http.GetAsync($"{drive.Root}/shares?path=shared/page ü.html", HttpStatusCode.OK))["items"]!.AsArray();
        listed.ShouldHaveSingleItem()!.Text("status").ShouldBe("open");
        listed[0]!["uses"]!.GetValue<int>().ShouldBe(1);
        listed.ToJsonString().ShouldNotContain(token.Split('.')[1]);

        await drive.Http.SendAsync(HttpMethod.Delete, $"{drive.Root}/shares/{id}", null, HttpStatusCode.NoContent);
        await drive.Http.SendAsync(HttpMethod.Delete, $"{drive.Root}/shares/{id}", null, HttpStatusCode.NoContent);
        await RefusedAsync(stranger, $"/api/shares/{token}", "share-over");
        await RefusedAsync(stranger, url, "share-over");
        await stranger.PostAsync($"/api/shares/{token}/unlock", null, HttpStatusCode.Gone);
        using var ada = await _app.SignInAsync("ada");
        var entries = (await ada.GetAsync($"/api/audit?resource={id}", HttpStatusCode.OK))["items"]!.AsArray();
        entries.Select(entry => $"{entry!.Text("action")} by {entry!["actor"]!.Text("kind")}").ShouldBe(
            ["share.revoked by user", "share.used by link", "share.made by user"]);
        entries.ToJsonString().ShouldNotContain("page");
    }

    [Fact]
    public async Task A_link_for_one_download_is_used_up_by_the_first_which_may_go_on_where_it_broke_off()
    {
        var drive = await TestDrive.SharedAsync(_app);
        (await drive.PutAsync("shared/once.txt", "only once"u8.ToArray())).Dispose();
        var key = Guid.NewGuid().ToString("N");
        var body = new { path = "shared/once.txt", once = true, expiresInHours = 1 };
        var made = await MakeAsync(drive, body, key);
        (await MakeAsync(drive, body, key)).ToJsonString().ShouldBe(made.ToJsonString());
        var token = TokenOf(made);
        using var stranger = Stranger();
        var (first, second) = (await UnlockAsync(stranger, token), await UnlockAsync(stranger, token));

        var both = await Task.WhenAll(StatusAsync(stranger, first), StatusAsync(stranger, second));
        both.Order().ShouldBe([HttpStatusCode.OK, HttpStatusCode.Gone]);
        (await PartAsync(stranger, both[0] is HttpStatusCode.OK ? first : second, "bytes=5-")).ShouldBe("once");
        await RefusedAsync(stranger, $"/api/shares/{token}", "share-over");
        await stranger.PostAsync($"/api/shares/{token}/unlock", null, HttpStatusCode.Gone);
        (await drive.Http.GetAsync($"{drive.Root}/shares?path=shared/once.txt", HttpStatusCode.OK))["items"]!
            .AsArray()
            .ShouldHaveSingleItem()!
            .Text("status")
            .ShouldBe("used");
    }

    [Fact]
    public async Task A_password_is_asked_for_and_ten_wrong_ones_end_the_link_also_at_once()
    {
        var drive = await TestDrive.SharedAsync(_app);
        (await drive.PutAsync("shared/secret.txt", "secret"u8.ToArray())).Dispose();
        await drive.Http.PostAsync(
            $"{drive.Root}/shares",
            new { path = "shared/secret.txt", password = "short" },
            HttpStatusCode.UnprocessableEntity);
        var token = TokenOf(await MakeAsync(drive, new { path = "shared/secret.txt", password = "correct horse" }));
        using var stranger = Stranger();
        (await stranger.GetAsync($"/api/shares/{token}", HttpStatusCode.OK))["needsPassword"]!.GetValue<bool>().ShouldBeTrue();
        var refused = await stranger.PostAsync($"/api/shares/{token}/unlock", null, HttpStatusCode.Forbidden);
        refused.Text("code").ShouldBe("wrong-password");
        var url = await UnlockAsync(stranger, token, "correct horse");
        (await StatusAsync(stranger, url)).ShouldBe(HttpStatusCode.OK);

        var guesses = await Task.WhenAll(Enumerable.Range(0, 12).Select(async guess =>
        {
            using var answer = await stranger.PostAsync(
                new Uri($"/api/shares/{token}/unlock", UriKind.Relative),
                System.Net.Http.Json.JsonContent.Create(new { password = $"guess number {guess}" }));
            return answer.StatusCode;
        }));
        guesses.Count(status => status is HttpStatusCode.Forbidden).ShouldBe(10);
        guesses.Count(status => status is HttpStatusCode.Gone).ShouldBe(2);
        await stranger.PostAsync($"/api/shares/{token}/unlock", new { password = "correct horse" }, HttpStatusCode.Gone);
        (await drive.Http.GetAsync($"{drive.Root}/shares?path=shared/secret.txt", HttpStatusCode.OK))["items"]![0]!
            .Text("status")
            .ShouldBe("locked");
    }

    [Fact]
    public async Task A_link_ends_with_the_right_of_whoever_made_it_with_the_setting_and_with_the_drive()
    {
        var drive = await TestDrive.ConnectAsync(_app);
        (await drive.PutAsync("ends.txt", "ends"u8.ToArray())).Dispose();
        using var ada = await _app.SignInAsync("ada");
        using var leo = await _app.SignInAsync("leo");
        using var stranger = Stranger();
        const string membership = "/api/workspaces/ws_claims/members/leo";
        await ada.SendAsync(HttpMethod.Put, membership, new { role = "member" }, HttpStatusCode.OK);
        var made = await leo.PostAsync($"{drive.Root}/shares", new { path = "ends.txt" }, HttpStatusCode.Created);
        var url = await UnlockAsync(stranger, TokenOf(made));
        await ada.SendAsync(HttpMethod.Delete, membership, null, HttpStatusCode.NoContent);
        await RefusedAsync(stranger, $"/api/shares/{TokenOf(made)}", "share-over");
        await RefusedAsync(stranger, url, "share-over");

        // An admin is no member of the workspace, and may share its files all the same.
        var token = TokenOf(await ada.PostAsync($"{drive.Root}/shares", new { path = "ends.txt" }, HttpStatusCode.Created));
        await stranger.GetAsync($"/api/shares/{token}", HttpStatusCode.OK);
        await leo.SendAsync(HttpMethod.Put, "/api/organization/sharing", new { allowed = false }, HttpStatusCode.Forbidden);
        await ada.SendAsync(HttpMethod.Put, "/api/organization/sharing", new { allowed = false }, HttpStatusCode.OK);
        try
        {
            await RefusedAsync(stranger, $"/api/shares/{token}", "share-over");
            (await drive.Http.PostAsync($"{drive.Root}/shares", new { path = "ends.txt" }, HttpStatusCode.Conflict))
                .Text("code")
                .ShouldBe("sharing-off");
        }
        finally
        {
            await ada.SendAsync(HttpMethod.Put, "/api/organization/sharing", new { allowed = true }, HttpStatusCode.OK);
        }

        await stranger.GetAsync($"/api/shares/{token}", HttpStatusCode.OK);
        var name = (await ada.GetAsync(drive.Root, HttpStatusCode.OK)).Text("displayName");
        await ada.SendAsync(HttpMethod.Delete, drive.Root, new { confirmation = name }, HttpStatusCode.Accepted);
        for (var until = DateTime.UtcNow.AddSeconds(60); ; await Task.Delay(100, TestContext.Current.CancellationToken))
        {
            using var gone = await ada.GetAsync(new Uri(drive.Root, UriKind.Relative), TestContext.Current.CancellationToken);
            if (gone.StatusCode is HttpStatusCode.NotFound)
                break;
            DateTime.UtcNow.ShouldBeLessThan(until, $"{gone.StatusCode}");
        }

        // Its rows have gone with the drive.
        await RefusedAsync(stranger, $"/api/shares/{token}", "share-unknown");
    }

    [Fact]
    public async Task Members_revoke_their_own_links_and_managers_everybodys()
    {
        var drive = await TestDrive.SharedAsync(_app);
        (await drive.PutAsync("shared/many.txt", [1])).Dispose();
        using var max = await _app.SignInAsync("max");
        var ofMax = await max.PostAsync($"{drive.Root}/shares", new { path = "shared/many.txt" }, HttpStatusCode.Created);
        await MakeAsync(drive, new { path = "shared/many.txt" });
        await drive.Http.SendAsync(HttpMethod.Delete, $"{drive.Root}/shares/{ofMax.Text("id")}", null, HttpStatusCode.Forbidden);
        await drive.Http.SendAsync(HttpMethod.Delete, $"{drive.Root}/shares?path=shared/many.txt", null, HttpStatusCode.NoContent);
        (await StatusesAsync()).ShouldBe(["open", "revoked"]);
        await max.SendAsync(HttpMethod.Delete, $"{drive.Root}/shares?path=shared/many.txt", null, HttpStatusCode.NoContent);
        (await StatusesAsync()).ShouldBe(["revoked", "revoked"]);
        await drive.Http.PostAsync($"{drive.Root}/shares", new { path = "shared/none.txt" }, HttpStatusCode.NotFound);
        await drive.Http.PostAsync(
            $"{drive.Root}/shares",
            new { path = "shared/many.txt", expiresInHours = int.MaxValue },
            HttpStatusCode.UnprocessableEntity);

        async Task<IEnumerable<string>> StatusesAsync() =>
            (await drive.Http.GetAsync($"{drive.Root}/shares?path=shared/many.txt", HttpStatusCode.OK))["items"]!
                .AsArray()
                .Select(share => share!.Text("status"));
    }

    [Fact]
    public async Task Whoever_guesses_is_slowed_down()
    {
        using var guesser = Stranger();
        var statuses = await Task.WhenAll(Enumerable.Range(0, 200).Select(guess => StatusAsync(guesser, $"/api/shares/guess-{guess}")));
        statuses.ShouldContain(HttpStatusCode.TooManyRequests);
    }

    internal static string TokenOf(JsonNode made) => made.Text("url").Split("/s/")[1];

    private static Task<JsonNode> MakeAsync(TestDrive drive, object body, string? key = null) =>
        drive.Http.SendAsync(
            HttpMethod.Post,
            $"{drive.Root}/shares",
            body,
            HttpStatusCode.Created,
            ("Idempotency-Key", key ?? Guid.NewGuid().ToString("N")));

    private static async Task<string> UnlockAsync(HttpClient stranger, string token, string? password = null) =>
        (await stranger.PostAsync($"/api/shares/{token}/unlock", new { password }, HttpStatusCode.OK)).Text("url");

    private static async Task RefusedAsync(HttpClient stranger, string url, string code)
    {
        using var answer = await stranger.GetAsync(new Uri(url, UriKind.Relative));
        (await TestDrive.JsonAsync(answer)).Text("code").ShouldBe(code);
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient stranger, string url)
    {
        using var answer = await stranger.GetAsync(new Uri(url, UriKind.Relative));
        return answer.StatusCode;
    }

    private static async Task<string> PartAsync(HttpClient stranger, string url, string range)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.TryAddWithoutValidation("Range", range);
        using var answer = await stranger.SendAsync(request);
        answer.StatusCode.ShouldBe(HttpStatusCode.PartialContent);
        return Encoding.UTF8.GetString(await answer.Content.ReadAsByteArrayAsync());
    }

    /// <summary>Somebody without an account, at an address of their own: each address may ask so often only.</summary>
    private HttpClient Stranger()
    {
        var http = _app.Anonymous();
        http.DefaultRequestHeaders.Add("X-Forwarded-For", $"198.51.100.{Interlocked.Increment(ref _strangers)}");
        return http;
    }
}

/// <summary>A share ends when it says.</summary>
public sealed class SharesThatExpire
{
    [Fact]
    public async Task A_link_and_a_download_that_was_begun_by_it_end_in_time()
    {
        var clock = new MovableClock();
        await using var app = await InProcessApp.StartAsync(clock: clock);
        using var mia = await app.SignInAsync("mia");
        var connection = (await Connections.StartAsync(mia, "accessKey")).Text("id");
        await mia.SendAsync(
            HttpMethod.Put,
            $"/api/connections/{connection}/configuration",
            Connections.KeyConfiguration(app.Administrator(), Connections.Unique("expiring")),
            HttpStatusCode.Accepted);
        var root = $"/api/drives/{(await mia.UntilAsync(connection, "connected")).Text("driveId")}";
        (await mia.PutAsync($"{root}/files/file.txt", new StringContent("text"), TestContext.Current.CancellationToken)).Dispose();
        var made = await mia.PostAsync($"{root}/shares", new { path = "file.txt", expiresInHours = 1 }, HttpStatusCode.Created);
        using var stranger = app.Anonymous();
        var share = $"/api/shares/{SharedFiles.TokenOf(made)}";
        var url = (await stranger.PostAsync($"{share}/unlock", null, HttpStatusCode.OK)).Text("url");

        clock.Advance(TimeSpan.FromMinutes(11));
        (await stranger.GetAsync(url, HttpStatusCode.Gone)).Text("detail").ShouldContain("Open the link again");
        url = (await stranger.PostAsync($"{share}/unlock", null, HttpStatusCode.OK)).Text("url");
        clock.Advance(TimeSpan.FromMinutes(50));
        (await stranger.GetAsync(url, HttpStatusCode.Gone)).Text("code").ShouldBe("share-over");
        (await stranger.GetAsync(share, HttpStatusCode.Gone)).Text("code").ShouldBe("share-over");
    }
}
