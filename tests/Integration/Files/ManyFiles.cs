using System.IO.Compression;
using System.Net;
using System.Text;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Files;

/// <summary>Many files in one answer: a batch of small ones, a folder as a ZIP, and those that a search finds.</summary>
[Collection(FilesApp.Name)]
public sealed class ManyFiles(FilesApp running)
{
    [Fact]
    public async Task A_batch_has_each_file_in_its_place_with_its_own_status()
    {
        var drive = await TestDrive.SharedAsync(running.App);
        var (small, large) = (TestDrive.Bytes(5_000), TestDrive.Bytes((1024 * 1024) + 1));
        using var put = await drive.PutAsync("batch/small ü.bin", small, ("Content-Type", "image/png"));
        (await drive.PutAsync("batch/large.bin", large)).Dispose();
        (await drive.PutAsync("batch/empty.txt", [])).Dispose();
        string[] paths = ["batch/large.bin", "batch/small ü.bin", "batch/none.txt", "batch/empty.txt", "batch/small ü.bin"];
        var batch = await drive.Http.PostAsync($"{drive.Root}/files/batch", new { paths }, HttpStatusCode.OK);

        var items = batch["items"]!.AsArray();
        items.Select(item => item!.Text("path")).ShouldBe(paths);
        items.Select(item => item!["status"]!.GetValue<int>()).ShouldBe([413, 200, 404, 200, 200]);
        items[1]!["content"]!.GetValue<string>().ShouldBe(Convert.ToBase64String(small));
        items[1]!.Text("contentType").ShouldBe("image/png");
        items[1]!.Text("etag").ShouldBe(put.Headers.ETag!.ToString());
        items[0]!["content"].ShouldBeNull();
        items[0]!["size"]!.GetValue<long>().ShouldBe(large.Length);
        items[2]!.Text("code").ShouldBe("not-found");
        items[3]!["content"]!.GetValue<string>().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_batch_that_names_nothing_too_much_or_what_is_no_path_is_refused_by_its_field()
    {
        var drive = await TestDrive.SharedAsync(running.App);
        await RefusedAsync(new { paths = Array.Empty<string>() }, "paths");
        await RefusedAsync(new { paths = Enumerable.Range(0, 501).Select(n => $"{n}") }, "paths");
        await RefusedAsync(new { paths = new[] { "fine.txt", "../out.txt" } }, "paths[1]");
        (await drive.Http.PostAsync($"{drive.Root}/files/bundle", new { paths = new[] { "a" } }, HttpStatusCode.NotFound))
            .Text("code")
            .ShouldBe("not-found");

        async Task RefusedAsync(object body, string field) =>
            (await drive.Http.PostAsync($"{drive.Root}/files/batch", body, HttpStatusCode.UnprocessableEntity))["errors"]!
                .AsObject()
                .Select(error => error.Key)
                .ShouldBe([field]);
    }

    [Fact]
    public async Task A_folder_and_a_selection_come_as_a_zip_with_every_name_as_it_is()
    {
        var drive = await TestDrive.SharedAsync(running.App);
        var contents = new Dictionary<string, byte[]>
        {
            ["zipped/one.txt"] = Encoding.UTF8.GetBytes("one"),
            ["zipped/sub/two & drei.bin"] = TestDrive.Bytes(70_000),
            ["zipped/sub/emptü.txt"] = [],
            ["zipped-apart.txt"] = Encoding.UTF8.GetBytes("apart"),
        };
        foreach (var (path, content) in contents)
            (await drive.PutAsync(path, content)).Dispose();

        var folder = await ZipAsync("?path=zipped/");
        folder.Keys.ShouldBe(contents.Keys.Where(path => path.StartsWith("zipped/", StringComparison.Ordinal)), ignoreOrder: true);
        folder.ShouldAllBe(entry => entry.Value.SequenceEqual(contents[entry.Key]));
        var chosen = await ZipAsync("?path=zipped/sub&path=zipped-apart.txt&path=zipped/sub/emptü.txt&path=zipped/sub");
        chosen.Keys.ShouldBe(["zipped/sub/two & drei.bin", "zipped/sub/emptü.txt", "zipped-apart.txt"], ignoreOrder: true);

        using var missing = await drive.Http.GetAsync(new Uri($"{drive.Root}/archive?path=zipped/none", UriKind.Relative));
        missing.StatusCode.ShouldBe(HttpStatusCode.NotFound);

        async Task<Dictionary<string, byte[]>> ZipAsync(string query)
        {
            using var answer = await drive.Http.GetAsync(new Uri($"{drive.Root}/archive{query}", UriKind.Relative));
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
            answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/zip");
            answer.Content.Headers.ContentDisposition!.FileNameStar.ShouldNotBeNull();
            await using var zip = new ZipArchive(await answer.Content.ReadAsStreamAsync(), ZipArchiveMode.Read);
            var found = new Dictionary<string, byte[]>();
            foreach (var entry in zip.Entries)
            {
                using var bytes = new MemoryStream();
                await using var content = await entry.OpenAsync();
                await content.CopyToAsync(bytes);
                found.Add(entry.FullName, bytes.ToArray());
            }

            return found;
        }
    }

    [Fact]
    public async Task A_search_finds_names_below_a_folder_page_by_page()
    {
        var drive = await TestDrive.SharedAsync(running.App);
        for (var n = 0; n < 6; n++)
            (await drive.PutAsync($"searched/{n % 2}/Claim-{n}.txt", [1])).Dispose();
        (await drive.PutAsync("searched/claim/other.txt", [1])).Dispose();

        var found = new List<string>();
        string? cursor = null;
        var pages = 0;
        do
        {
            var page = await drive.Http.GetAsync(
                $"{drive.Root}/search?path=searched&name=cLAIM&limit=4{(cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}")}",
                HttpStatusCode.OK);
            page["items"]!.AsArray().Count.ShouldBeLessThanOrEqualTo(4);
            found.AddRange(page["items"]!.AsArray().Select(item => item!.Text("path")));
            cursor = page["nextCursor"]?.GetValue<string>();
            (++pages).ShouldBeLessThan(5);
        }
        while (cursor is not null);

        found.ShouldBe(
            [
                "searched/0/Claim-0.txt", "searched/0/Claim-2.txt", "searched/0/Claim-4.txt",
                "searched/1/Claim-1.txt", "searched/1/Claim-3.txt", "searched/1/Claim-5.txt",
            ]);
        await drive.Http.GetAsync($"{drive.Root}/search", HttpStatusCode.UnprocessableEntity);
    }
}
