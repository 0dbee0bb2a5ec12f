using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Amazon.S3.Model;
using CsCheck;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Files;

/// <summary>What files may be called, and that a name is always the same file.</summary>
[Collection(FilesApp.Name)]
public sealed class FileNames(FilesApp running)
{
    private readonly EmbeddedApp _app = running.App;

    [Theory]
    [InlineData("spaces and + and 100%.txt")]
    [InlineData("quotes \" ' ` .txt")]
    [InlineData("Größe/Maße & Gewichte.txt")]
    [InlineData("emoji/🗂️📎.txt")]
    [InlineData("back\\slash?query#fragment;semicolon.txt")]
    [InlineData("...three.dots")]
    [InlineData("%41 is not A")]
    [InlineData("~tilde!star*$dollar(1)")]
    [InlineData("é composed and é combining")]
    public async Task A_name_travels_by_path_and_by_query_to_the_same_file(string name)
    {
        var drive = await TestDrive.SharedAsync(_app);
        using var put = await drive.Http.PutAsync(drive.FileUrl(name), new ByteArrayContent(Encoding.UTF8.GetBytes(name)));
        put.StatusCode.ShouldBe(HttpStatusCode.Created, await put.Content.ReadAsStringAsync());
        (await drive.Http.GetStringAsync(drive.FileUrl(name))).ShouldBe(name);
        (await drive.Http.GetStringAsync(drive.ContentUrl(name))).ShouldBe(name);
        (await drive.KeysAsync()).ShouldContain($"{drive.Path}/{name}");
        var folder = name.Contains('/', StringComparison.Ordinal) ? name[..name.LastIndexOf('/')] : "";
        var listed = await drive.Http.GetAsync($"{drive.Root}/files?limit=500&path={Uri.EscapeDataString(folder)}", HttpStatusCode.OK);
        listed["items"]!.AsArray().ShouldContain(entry => entry!.Text("path") == name && entry!.Text("type") == "file");
        using var gone = await drive.Http.DeleteAsync(drive.FileUrl(name));
        gone.StatusCode.ShouldBe(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task Names_that_cannot_travel_in_a_path_travel_by_query()
    {
        var drive = await TestDrive.SharedAsync(_app);
        foreach (var name in new[] { "a%2Fb", "a%2fb/c", new string('n', 890) })
        {
            using var put = await drive.PutAsync(name, [1, 2, 3]);
            put.StatusCode.ShouldBe(HttpStatusCode.Created);
            (await drive.Http.GetByteArrayAsync(drive.ContentUrl(name))).ShouldBe([1, 2, 3]);
            (await drive.KeysAsync()).ShouldContain($"{drive.Path}/{name}");
        }

        var refused = await drive.Http.GetAsync($"{drive.Root}/files/a%252Fb", HttpStatusCode.UnprocessableEntity);
        refused.Text("detail").ShouldContain("content?path=");
        (await drive.Http.GetAsync($"{drive.Root}/files/a%2Fb", HttpStatusCode.UnprocessableEntity)).Text("code").ShouldBe("invalid");
    }

    [Theory]
    [InlineData("/files/a/../shown", "HTTP/1.1 200")]
    [InlineData("/files/./%2e%2E/files/shown", "HTTP/1.1 200")]
    [InlineData("/files/a/.%2E/../../secrets", "HTTP/1.1 404")]
    [InlineData("/files/../../drv_of_somebody_else/files/shown", "HTTP/1.1 404")]
    [InlineData("/files/..%2fshown", "HTTP/1.1 422")]
    public async Task Dot_segments_in_a_path_are_resolved_before_anything_is_decided_as_the_official_host_does(string rest, string expected)
    {
        var drive = await TestDrive.SharedAsync(_app);
        using var put = await drive.PutAsync("shown", [1]);
        put.EnsureSuccessStatusCode();
        (await RawAsync(drive, $"GET {drive.Root}{rest} HTTP/1.1")).ShouldStartWith(expected);
    }

    [Theory]
    [InlineData("a/../b")]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("a//b")]
    [InlineData("folder/")]
    [InlineData("/a")]
    [InlineData("line\nbreak")]
    [InlineData("")]
    public async Task What_is_no_name_of_a_file_is_refused_with_a_reason(string name)
    {
        var drive = await TestDrive.SharedAsync(_app);
        using var put = await drive.PutAsync(name, [1]);
        put.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await TestDrive.JsonAsync(put))["errors"]!["path"]!.AsArray().ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_key_that_would_be_too_long_is_refused_before_S3_is_asked()
    {
        var drive = await TestDrive.SharedAsync(_app);
        var most = 1024 - drive.Path.Length - 1;
        using var fits = await drive.PutAsync(new string('k', most), [1]);
        fits.StatusCode.ShouldBe(HttpStatusCode.Created);
        foreach (var method in new[] { HttpMethod.Put, HttpMethod.Get, HttpMethod.Delete })
            (await drive.Http.SendAsync(method, drive.ContentUrl(new string('k', most + 1)), null, HttpStatusCode.UnprocessableEntity))
                .Text("detail")
                .ShouldContain("too long");
    }

    [Fact]
    public async Task Whatever_a_file_is_called_it_reads_back_under_its_name_and_stays_on_the_drive()
    {
        var drive = await TestDrive.SharedAsync(_app);
        var outside = (await _app.Administrator().KeysAsync(TestDrive.Bucket, ""))
            .Where(key =>
                !key.StartsWith(drive.Path + "/", StringComparison.Ordinal) && !key.StartsWith("files-", StringComparison.Ordinal))
            .ToList();
        var name = Gen.String[Gen.Char["ab/.%2Fe\\ +?#&=;:*'\"\0\u00e4\u200b\ud83d\udcce~\uffff"], 1, 24];
        await name.SampleAsync(
            async text =>
            {
                var content = Encoding.UTF8.GetBytes(text);
                using var put = await drive.PutAsync(text, content);
                if (!put.IsSuccessStatusCode)
                {
                    put.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity, text);
                    return;
                }

                (await drive.Http.GetByteArrayAsync(drive.ContentUrl(text))).ShouldBe(content);
                if (!text.Contains("%2F", StringComparison.OrdinalIgnoreCase))
                    (await drive.Http.GetByteArrayAsync(drive.FileUrl(text))).ShouldBe(content);
                (await drive.KeysAsync(text)).ShouldContain($"{drive.Path}/{text}");
            },
            iter: 60,
            threads: 1);
        (await _app.Administrator().KeysAsync(TestDrive.Bucket, ""))
            .Where(key =>
                !key.StartsWith(drive.Path + "/", StringComparison.Ordinal) && !key.StartsWith("files-", StringComparison.Ordinal))
            .ShouldBe(outside);
    }

    [Fact]
    public async Task A_folder_is_listed_in_pages_that_neither_repeat_nor_leave_out()
    {
        var drive = await TestDrive.SharedAsync(_app);
        using var s3 = _app.Administrator().S3();
        string[] keys = ["a.txt", "a/1", "a/2", "b/", "b/x", "c\u0001d", "d//e", "empty/", "z 🗂", "\uf8ff", "ä"];
        foreach (var key in keys.Append(""))
            await s3.PutObjectAsync(
                new PutObjectRequest
                {
                    BucketName = TestDrive.Bucket,
                    Key = $"{drive.Path}/pages/{key}",
                    ContentBody = "x",
                });

        foreach (var limit in new[] { 1, 2, 3, 500 })
        {
            var found = await ListAsync(drive, "pages", limit, recursive: false);
            found
                .Select(entry => $"{entry.Text("type")} {entry.Text("path")["pages/".Length..]}")
                .ShouldBe([
                    "file a.txt",
                    "folder a",
                    "folder b",
                    "file c\u0001d",
                    "folder d",
                    "folder empty",
                    "file z 🗂",
                    "file ä",
                    "file \uf8ff",
                ]);
            found.Single(entry => entry.Text("path").EndsWith('d') && entry.Text("type") == "file")["addressable"]!
                .GetValue<bool>()
                .ShouldBeFalse();
        }

        var all = await ListAsync(drive, "pages", 4, recursive: true);
        all.Count(entry => entry.Text("type") == "file").ShouldBe(9);
        all.Where(entry => entry.Text("type") == "folder").Select(entry => entry.Text("path")).ShouldBe(["pages/b", "pages/empty"]);

        var cursor = (await drive.Http.GetAsync($"{drive.Root}/files?path=pages&limit=1", HttpStatusCode.OK)).Text("nextCursor");
        foreach (
            var other in new[]
            {
                $"path=pages&recursive=true&cursor={cursor}",
                $"path=pages/a&cursor={cursor}",
                "path=pages&cursor=nonsense",
            })
            (await drive.Http.GetAsync($"{drive.Root}/files?{other}", HttpStatusCode.UnprocessableEntity))["errors"]!
                ["cursor"]
                .ShouldNotBeNull();
    }

    [Fact]
    public async Task Large_pages_go_on_where_they_ended_whoever_turns_them_and_whatever_has_changed()
    {
        var drive = await TestDrive.SharedAsync(_app);
        using var s3 = _app.Administrator().S3();
        Task WriteAsync(string key) =>
            s3.PutObjectAsync(
                new PutObjectRequest
                {
                    BucketName = TestDrive.Bucket,
                    Key = $"{drive.Path}/large/{key}",
                    ContentBody = "x",
                });
        // A page of 500 ends with the folder.
        var keys = Enumerable.Range(0, 620).Select(i => i == 499 ? $"{i:000}/below" : $"{i:000}").ToList();
        await Parallel.ForEachAsync(
            keys.Append("499/more"),
            new ParallelOptions { MaxDegreeOfParallelism = 8 },
            async (key, _) => await WriteAsync(key));
        var expected = keys.Select(key => $"large/{key.Split('/')[0]}").ToList();
        foreach (var limit in new[] { 500, 300 })
            (await ListAsync(drive, "large", limit, recursive: false)).Select(entry => entry.Text("path")).ShouldBe(expected);

        async Task<JsonNode> PageAsync(string more) =>
            await drive.Http.GetAsync($"{drive.Root}/files?path=large&limit=500{more}", HttpStatusCode.OK);
        var cursor = $"&cursor={(await PageAsync("")).Text("nextCursor")}";
        // The first time it is at hand, the second time S3 is asked again; then more has come in before the page's end than S3 lists in one
        // call.
        for (var turn = 0; turn < 3; turn++)
        {
            if (turn == 2)
                await Parallel.ForEachAsync(
                    Enumerable.Range(0, 600),
                    new ParallelOptions { MaxDegreeOfParallelism = 8 },
                    async (i, _) => await WriteAsync($"0-{i:000}"));
            (await PageAsync(cursor))["items"]!.AsArray().Select(entry => entry!.Text("path")).ShouldBe(expected.Skip(500));
        }

        await PageAsync("");
        using var put = await drive.PutAsync("large/999", [1]);
        (await PageAsync(cursor))["items"]!.AsArray().Select(entry => entry!.Text("path")).ShouldBe([.. expected.Skip(500), "large/999"]);
    }

    private static async Task<List<JsonNode>> ListAsync(TestDrive drive, string folder, int limit, bool recursive)
    {
        var (entries, cursor) = (new List<JsonNode>(), "");
        do
        {
            var page = await drive.Http.GetAsync(
                $"{drive.Root}/files?path={folder}&limit={limit}&recursive={recursive}{cursor}",
                HttpStatusCode.OK);
            entries.AddRange(page["items"]!.AsArray()!);
            cursor = page["nextCursor"] is { } next ? $"&cursor={next.GetValue<string>()}" : null;
        }
        while (cursor is not null);
        return entries;
    }

    /// <summary>Sends the request line as it is; clients would tidy it up.</summary>
    private static async Task<string> RawAsync(TestDrive drive, string requestLine)
    {
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(drive.App.Address.Host, drive.App.Address.Port);
        await using var stream = tcp.GetStream();
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes(
                $"{requestLine}\r\nHost: {drive.App.Address.Authority}\r\nAuthorization: " +
                $"{drive.Http.DefaultRequestHeaders.Authorization}\r\nConnection: close\r\n\r\n"
            ));
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync();
    }
}
