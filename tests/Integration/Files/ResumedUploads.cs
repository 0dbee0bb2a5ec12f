using System.Net;
using System.Text.Json.Nodes;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Files;

/// <summary>An upload whose sender went away, gone on with by the parts that S3 has.</summary>
[Collection(FilesApp.Name)]
public sealed class ResumedUploads(FilesApp running)
{
    private const int Size = (2 * 16 * 1024 * 1024) + 5;

    private readonly EmbeddedApp _app = running.App;

    [Fact]
    public async Task What_S3_has_is_listed_and_the_rest_is_sent_by_new_links()
    {
        foreach (var drive in new[] { await TestDrive.SharedAsync(_app), await TestDrive.OfRoleAsync(_app) })
        {
            var content = TestDrive.Bytes(Size);
            var upload = await drive.Http.PostAsync(
                $"{drive.Root}/uploads",
                new { path = "resumed/ü +.bin", size = Size, keepForHours = 24, mostLinks = 1 },
                HttpStatusCode.Created);
            upload["parts"]!.AsArray().ShouldHaveSingleItem();
            var (url, partSize) = ($"{drive.Root}/uploads/{upload.Text("id")}", upload["partSize"]!.GetValue<int>());
            (await drive.Http.GetAsync(url, HttpStatusCode.OK))["received"]!.AsArray().ShouldBeEmpty();
            var links = await drive.Http.PostAsync($"{url}/links", new { parts = new[] { 2, 3 } }, HttpStatusCode.OK);
            await SendAsync(links["parts"]![0]!, content, partSize);

            var there = await drive.Http.GetAsync(url, HttpStatusCode.OK);
            there["size"]!.GetValue<long>().ShouldBe(Size);
            there["partSize"]!.GetValue<int>().ShouldBe(partSize);
            there["file"].ShouldBeNull();
            var received = there["received"]!.AsArray().ShouldHaveSingleItem()!;
            (received["number"]!.GetValue<int>(), received["size"]!.GetValue<long>()).ShouldBe((2, partSize));
            await SendAsync(upload["parts"]![0]!, content, partSize);
            await SendAsync(links["parts"]![1]!, content, partSize);
            var parts = (await drive.Http.GetAsync(url, HttpStatusCode.OK))["received"]!
                .AsArray()
                .Select(part => new { number = part!["number"]!.GetValue<int>(), etag = part.Text("etag") });
            await drive.Http.PostAsync($"{url}/complete", new { parts }, HttpStatusCode.OK);

            using (var read = await drive.GetAsync("resumed/ü +.bin"))
                (await read.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken))
                    .AsSpan()
                    .SequenceEqual(content)
                    .ShouldBeTrue();
            var completed = await drive.Http.GetAsync(url, HttpStatusCode.OK);
            completed["file"]!["size"]!.GetValue<long>().ShouldBe(Size);
            completed["received"]!.AsArray().ShouldBeEmpty();
            (await drive.Http.PostAsync($"{url}/links", new { parts = new[] { 1 } }, HttpStatusCode.Conflict))
                .Text("code")
                .ShouldBe("upload-completed");
        }
    }

    [Fact]
    public async Task Links_are_made_for_parts_that_the_upload_has_and_none_once_it_was_given_up()
    {
        var drive = await TestDrive.SharedAsync(_app);
        foreach (var odd in new object[] { new { keepForHours = 0 }, new { keepForHours = 73 }, new { mostLinks = 0 } })
        {
            var body = JsonNode.Parse(System.Text.Json.JsonSerializer.Serialize(odd))!;
            (body["path"], body["size"]) = ("resumed/odd", 3);
            await drive.Http.PostAsync($"{drive.Root}/uploads", body, HttpStatusCode.UnprocessableEntity);
        }

        var upload = await drive.Http.PostAsync($"{drive.Root}/uploads", new { path = "resumed/none", size = 0 }, HttpStatusCode.Created);
        var url = $"{drive.Root}/uploads/{upload.Text("id")}";
        foreach (var parts in new int[][] { [], [0], [2], [1, 1] })
        {
            var refused = await drive.Http.PostAsync($"{url}/links", new { parts }, HttpStatusCode.UnprocessableEntity);
            refused["errors"]!["parts"].ShouldNotBeNull();
        }

        await drive.Http.PostAsync($"{url}/links", new { parts = new[] { 1 } }, HttpStatusCode.OK);
        await drive.Http.SendAsync(HttpMethod.Delete, url, null, HttpStatusCode.NoContent);
        await drive.Http.GetAsync(url, HttpStatusCode.NotFound);
        await drive.Http.PostAsync($"{url}/links", new { parts = new[] { 1 } }, HttpStatusCode.NotFound);
    }

    private static async Task SendAsync(JsonNode part, byte[] content, int partSize)
    {
        var from = (part["number"]!.GetValue<int>() - 1) * partSize;
        using var http = new HttpClient();
        using var answer = await http.PutAsync(
            part.Text("url"),
            new ByteArrayContent(content, from, Math.Min(partSize, content.Length - from)),
            TestContext.Current.CancellationToken);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
    }
}
