using System.Net;
using System.Text;
using Amazon.S3;
using Amazon.S3.Model;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Files;

/// <summary>Reading files as HTTP has it.</summary>
[Collection(FilesApp.Name)]
public sealed class ReadingFiles(FilesApp running)
{
    private readonly EmbeddedApp _app = running.App;

    [Fact]
    public async Task A_file_is_read_whole_in_ranges_and_only_when_it_has_changed()
    {
        var drive = await TestDrive.SharedAsync(_app);
        var content = TestDrive.Bytes(100_000);
        using var put = await drive.PutAsync("read/ranges.bin", content, ("Content-Type", "image/png"));
        var etag = put.Headers.ETag!.ToString();

        using var whole = await drive.GetAsync("read/ranges.bin");
        whole.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await whole.Content.ReadAsByteArrayAsync()).ShouldBe(content);
        whole.Content.Headers.ContentType!.MediaType.ShouldBe("image/png");
        whole.Headers.AcceptRanges.ShouldContain("bytes");
        whole.Headers.ETag!.ToString().ShouldBe(etag);

        foreach (
            var (asked, from, length) in new[]
            {
                ("bytes=10-19", 10, 10),
                ("bytes=99990-", 99_990, 10),
                ("bytes=-7", 99_993, 7),
                ("bytes=0-999999", 0, 100_000),
            })
        {
            using var part = await drive.GetAsync("read/ranges.bin", ("Range", asked));
            part.StatusCode.ShouldBe(HttpStatusCode.PartialContent, asked);
            part.Content.Headers.ContentRange!.ToString().ShouldBe($"bytes {from}-{from + length - 1}/100000");
            (await part.Content.ReadAsByteArrayAsync()).ShouldBe(content[from..(from + length)]);
        }

        foreach (var ignored in new[] { "bytes=1-2,5-6", "lines=1-2", "bytes=9-3", "bytes=x" })
        {
            using var all = await drive.GetAsync("read/ranges.bin", ("Range", ignored));
            all.StatusCode.ShouldBe(HttpStatusCode.OK, ignored);
            (await all.Content.ReadAsByteArrayAsync()).Length.ShouldBe(content.Length);
        }

        using var beyond = await drive.GetAsync("read/ranges.bin", ("Range", "bytes=100000-"));
        beyond.StatusCode.ShouldBe(HttpStatusCode.RequestedRangeNotSatisfiable);
        beyond.Content.Headers.ContentRange!.ToString().ShouldBe("bytes */100000");
        (await TestDrive.JsonAsync(beyond)).Text("code").ShouldBe("range-not-satisfiable");

        foreach (var same in new[] { etag, "*", $"\"other\", {etag}" })
        {
            using var unchanged = await drive.GetAsync("read/ranges.bin", ("If-None-Match", same));
            unchanged.StatusCode.ShouldBe(HttpStatusCode.NotModified, same);
            unchanged.Headers.ETag!.ToString().ShouldBe(etag);
        }

        using var since = await drive.GetAsync("read/ranges.bin", ("If-Modified-Since", DateTimeOffset.UtcNow.AddHours(1).ToString("R")));
        since.StatusCode.ShouldBe(HttpStatusCode.NotModified);
        using var otherwise = await drive.GetAsync("read/ranges.bin", ("If-Match", "\"other\""));
        otherwise.StatusCode.ShouldBe(HttpStatusCode.PreconditionFailed);
        using var weak = await drive.GetAsync("read/ranges.bin", ("If-Match", $"W/{etag}"));
        weak.StatusCode.ShouldBe(HttpStatusCode.PreconditionFailed);
        using var sameRange = await drive.GetAsync("read/ranges.bin", ("Range", "bytes=0-1"), ("If-Range", etag));
        sameRange.StatusCode.ShouldBe(HttpStatusCode.PartialContent);
        using var otherRange = await drive.GetAsync("read/ranges.bin", ("Range", "bytes=0-1"), ("If-Range", "\"other\""));
        otherRange.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await otherRange.Content.ReadAsByteArrayAsync()).Length.ShouldBe(content.Length);

        using var head = await drive.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, drive.FileUrl("read/ranges.bin")));
        head.StatusCode.ShouldBe(HttpStatusCode.OK);
        head.Content.Headers.ContentLength.ShouldBe(content.Length);
        head.Headers.ETag!.ToString().ShouldBe(etag);
        using var nothing = await drive.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, drive.FileUrl("read/nothing")));
        nothing.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_not_found_although_only_the_drives_path_may_be_listed()
    {
        var drive = await TestDrive.OfRoleAsync(_app);
        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Head })
        {
            using var byPath = await drive.Http.SendAsync(new HttpRequestMessage(method, drive.FileUrl("nothing/here")));
            byPath.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        }

        using var put = await drive.PutAsync("nothing/here but more", "x"u8.ToArray());
        put.StatusCode.ShouldBe(HttpStatusCode.Created);
        using var still = await drive.GetAsync("nothing/here");
        still.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        using var replaced = await drive.PutAsync("nothing/here", "x"u8.ToArray(), ("If-Match", "*"));
        replaced.StatusCode.ShouldBe(HttpStatusCode.PreconditionFailed);
    }

    [Fact]
    public async Task No_browser_runs_what_is_on_a_drive()
    {
        var drive = await TestDrive.SharedAsync(_app);
        using var put = await drive.PutAsync(
            "read/page.html",
            Encoding.UTF8.GetBytes("<script>alert(1)</script>"),
            ("Content-Type", "text/html"),
            ("Content-Encoding", "identity"));
        put.IsSuccessStatusCode.ShouldBeTrue();
        using var page = await drive.GetAsync("read/page.html");
        page.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
        page.Headers.GetValues("Content-Security-Policy").Single().ShouldStartWith("sandbox");
        page.Content.Headers.ContentDisposition!.DispositionType.ShouldBe("attachment");
        using var named = await drive.Http.GetAsync(
            drive.FileUrl("read/page.html") + "?download=" + Uri.EscapeDataString("r\r\nSet-Cookie: x=\"ü\".html"));
        named.StatusCode.ShouldBe(HttpStatusCode.OK);
        named.Headers.Contains("Set-Cookie").ShouldBeFalse();
        named.Content.Headers.ContentDisposition!.FileNameStar.ShouldBe("r\r\nSet-Cookie: x=\"ü\".html");
    }

    [Fact]
    public async Task An_empty_file_is_a_file()
    {
        var drive = await TestDrive.SharedAsync(_app);
        using var put = await drive.PutAsync("read/empty", []);
        put.StatusCode.ShouldBe(HttpStatusCode.Created);
        (await drive.Http.GetByteArrayAsync(drive.FileUrl("read/empty"))).ShouldBeEmpty();
        using var range = await drive.GetAsync("read/empty", ("Range", "bytes=0-0"));
        range.StatusCode.ShouldBe(HttpStatusCode.RequestedRangeNotSatisfiable);
        range.Content.Headers.ContentRange!.ToString().ShouldBe("bytes */0");
    }

    [Fact]
    public async Task An_archived_file_says_how_to_get_it_back()
    {
        var drive = await TestDrive.SharedAsync(_app);
        using var s3 = _app.Administrator().S3();
        await s3.PutObjectAsync(
            new PutObjectRequest
            {
                BucketName = TestDrive.Bucket,
                Key = $"{drive.Path}/read/archived",
                ContentBody = "cold",
                StorageClass = S3StorageClass.Glacier,
            });
        using var answer = await drive.GetAsync("read/archived");
        answer.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        var problem = await TestDrive.JsonAsync(answer);
        problem.Text("code").ShouldBe("archived");
        problem.Text("detail").ShouldContain("restore-object");
    }

    [Fact]
    public async Task A_file_whose_connection_to_S3_breaks_is_read_on_from_there()
    {
        var drive = await TestDrive.SharedAsync(_app);
        var content = TestDrive.Bytes(3_000_000);
        using var put = await drive.PutAsync("read/broken", content);
        await drive.FaultAsync("GetObject", "ConnectionReset", count: 2);
        (await drive.Http.GetByteArrayAsync(drive.FileUrl("read/broken"))).ShouldBe(content);
        await drive.ClearFaultsAsync();
    }

    [Fact]
    public async Task A_file_that_S3_never_finishes_is_cut_and_never_passed_off_as_whole()
    {
        var drive = await TestDrive.SharedAsync(_app);
        using var put = await drive.PutAsync("read/never", TestDrive.Bytes(3_000_000));
        await drive.FaultAsync("GetObject", "ConnectionReset", count: 100);
        try
        {
            await Should.ThrowAsync<HttpRequestException>(() => drive.Http.GetByteArrayAsync(drive.FileUrl("read/never")));
        }
        finally
        {
            await drive.ClearFaultsAsync();
        }
    }

    [Fact]
    public async Task Who_may_not_see_the_drive_reads_nothing_of_it()
    {
        var drive = await TestDrive.SharedAsync(_app);
        using var put = await drive.PutAsync("read/secret", [1]);
        foreach (var stranger in new[] { "leo", "eve" })
        {
            using var http = await _app.SignInAsync(stranger);
            foreach (var url in new[] { drive.FileUrl("read/secret"), drive.ContentUrl("read/secret"), $"{drive.Root}/files" })
                (await http.GetAsync(url, HttpStatusCode.NotFound)).Text("code").ShouldBe("not-found");
            await http.PostAsync($"{drive.Root}/download-links", new { path = "read/secret" }, HttpStatusCode.NotFound);
            await http.PostAsync($"{drive.Root}/uploads", new { path = "read/secret", size = 1 }, HttpStatusCode.NotFound);
        }

        using var nobody = _app.Anonymous();
        await nobody.GetAsync(drive.FileUrl("read/secret"), HttpStatusCode.Unauthorized);
    }
}
