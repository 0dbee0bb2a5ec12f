using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Files;

/// <summary>Presigned links, used by programs that know nothing of us.</summary>
[Collection(FilesApp.Name)]
public sealed class DirectTransfers(FilesApp running)
{
    private readonly EmbeddedApp _app = running.App;

    [Fact]
    public async Task Curl_uploads_by_links_and_downloads_by_a_link()
    {
        foreach (var drive in new[] { await TestDrive.SharedAsync(_app), await TestDrive.OfRoleAsync(_app) })
        {
            var content = TestDrive.Bytes(17 * 1024 * 1024);
            var upload = await drive.Http.PostAsync(
                $"{drive.Root}/uploads",
                new
                {
                    path = "direct/ü +%.bin",
                    size = content.Length,
                    contentType = "video/mp4",
                },
                HttpStatusCode.Created);
            var partSize = upload["partSize"]!.GetValue<int>();
            upload["parts"]!.AsArray().Count.ShouldBe(2);
            var parts = new JsonArray();
            foreach (var part in upload["parts"]!.AsArray())
            {
                var number = part!["number"]!.GetValue<int>();
                var file = Path.GetTempFileName();
                await File.WriteAllBytesAsync(
                    file,
                    content.AsMemory((number - 1) * partSize, Math.Min(partSize, content.Length - ((number - 1) * partSize))));
                var headers = await CurlAsync("-sS", "-f", "-D", "-", "-T", file, part.Text("url"));
                File.Delete(file);
                var etag = headers.Split('\n').First(line => line.StartsWith("etag:", StringComparison.OrdinalIgnoreCase))[5..].Trim();
                parts.Add(new JsonObject { ["number"] = number, ["etag"] = etag });
            }

            var url = $"{drive.Root}/uploads/{upload.Text("id")}/complete";
            var completed = await drive.Http.PostAsync(url, new JsonObject { ["parts"] = parts }, HttpStatusCode.OK);
            completed["size"]!.GetValue<long>().ShouldBe(content.Length);
            (await drive.Http.PostAsync(url, new { }, HttpStatusCode.OK)).Text("etag").ShouldBe(completed.Text("etag"));

            var link = await drive.Http.PostAsync(
                $"{drive.Root}/download-links",
                new { path = "direct/ü +%.bin", expiresInSeconds = 60 },
                HttpStatusCode.Created);
            var down = Path.GetTempFileName();
            (await CurlAsync("-sS", "-f", "-D", "-", "-o", down, link.Text("url"))).ShouldContain("attachment");
            SHA256.HashData(await File.ReadAllBytesAsync(down)).ShouldBe(SHA256.HashData(content));
            File.Delete(down);
            (await drive.KeysAsync("direct/")).ShouldBe([$"{drive.Path}/direct/ü +%.bin"]);
        }
    }

    [Fact]
    public async Task An_upload_that_is_not_what_was_announced_becomes_no_file()
    {
        var drive = await TestDrive.SharedAsync(_app);
        var upload = await drive.Http.PostAsync($"{drive.Root}/uploads", new { path = "direct/size", size = 10 }, HttpStatusCode.Created);
        var complete = $"{drive.Root}/uploads/{upload.Text("id")}/complete";
        await drive.Http.PostAsync(complete, new { }, HttpStatusCode.UnprocessableEntity);
        using var http = new HttpClient();
        using var part = await http.PutAsync(upload["parts"]![0]!.Text("url"), new ByteArrayContent(new byte[11]));
        part.IsSuccessStatusCode.ShouldBeTrue();
        (await drive.Http.PostAsync(complete, new { }, HttpStatusCode.UnprocessableEntity))["errors"]!["size"].ShouldNotBeNull();
        (
            await drive.Http.PostAsync(
                complete,
                new { parts = new[] { new { number = 1, etag = "\"wrong\"" } } },
                HttpStatusCode.UnprocessableEntity)
        )["errors"]!
            ["parts"]
            .ShouldNotBeNull();
        await drive.Http.SendAsync(HttpMethod.Delete, $"{drive.Root}/uploads/{upload.Text("id")}", null, HttpStatusCode.NoContent);
        await drive.Http.PostAsync(complete, new { }, HttpStatusCode.NotFound);
        (await drive.KeysAsync("direct/size")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Links_obey_the_rules_of_paths_and_of_time()
    {
        var drive = await TestDrive.SharedAsync(_app);
        foreach (var path in new[] { "../secrets", "a//b", "", new string('x', 1024) })
        {
            await drive.Http.PostAsync($"{drive.Root}/uploads", new { path, size = 1 }, HttpStatusCode.UnprocessableEntity);
            await drive.Http.PostAsync($"{drive.Root}/download-links", new { path }, HttpStatusCode.UnprocessableEntity);
        }

        await drive.Http.PostAsync($"{drive.Root}/download-links", new { path = "direct/none" }, HttpStatusCode.NotFound);
        await drive.Http.PostAsync(
            $"{drive.Root}/download-links",
            new { path = "direct/none", expiresInSeconds = 0 },
            HttpStatusCode.UnprocessableEntity);
        await drive.Http.PostAsync($"{drive.Root}/uploads", new { path = "a", size = -1 }, HttpStatusCode.UnprocessableEntity);
    }

    private static async Task<string> CurlAsync(params string[] arguments)
    {
        using var curl = Process.Start(
            new ProcessStartInfo("curl", arguments) { RedirectStandardOutput = true, RedirectStandardError = true }
        )!;
        var (output, errors) = (curl.StandardOutput.ReadToEndAsync(), curl.StandardError.ReadToEndAsync());
        await curl.WaitForExitAsync();
        curl.ExitCode.ShouldBe(0, await errors);
        return await output;
    }
}
