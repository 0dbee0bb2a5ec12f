using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ServerlessDrives.Tests.Browser;

/// <summary>Files on their way: folders, and a lost network.</summary>
public sealed class Uploading(Browsers browsers) : EveryPage(browsers)
{
    [Fact]
    public async Task A_folder_comes_with_what_is_in_it_and_waits_for_the_network_when_that_is_lost()
    {
        var (http, drive, bucket) = await ConnectAsync();
        using var _ = http;
        var folder = Directory.CreateTempSubdirectory("serverless-drives-folder-");
        Directory.CreateDirectory(Path.Combine(folder.FullName, "claims", "2026"));
        string[] files = ["claims/a letter with a rather long name that has to be cut, also on a phone.txt", "claims/2026/b.txt"];
        foreach (var file in files)
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, file), file, TestContext.Current.CancellationToken);
        var ada = await SignedInAsync();
        await ada.GoAsync($"/drives/{drive}/files");
        await ada.SeeAsync(ada.Button("Upload a folder"));

        await ada.Page.Context.SetOfflineAsync(true);
        await ChooseAsync(ada, "Upload a folder", Path.Combine(folder.FullName, "claims"));
        await ada.SeeTextAsync("No network. They go on by themselves.");
        await LookAsync(ada, "uploads-offline");
        await ada.Page.Context.SetOfflineAsync(false);
        await ada.SeeTextAsync("Uploaded 2 of 2 files");
        await ada.SeeAsync(ada.Link("claims"));
        (await App.Administrator().KeysAsync(bucket, "up/claims/")).ShouldBe(files.Select(file => $"up/{file}"), ignoreOrder: true);

        // What is there already is asked about, for all at once.
        await ChooseAsync(ada, "Upload a folder", Path.Combine(folder.FullName, "claims"));
        await ada.SeeAsync(ada.Button("Replace all 2"));
        await LookAsync(ada, "uploads-exist");
        await ada.Button("Keep all").ClickAsync();
        await Expect(ada.Button("Replace all 2")).ToHaveCountAsync(0);
        await ada.Button("Show the uploads").ClickAsync();
        await Expect(ada.Page.GetByRole(AriaRole.List, new() { Name = "Uploads" })).ToHaveCountAsync(0);
        await ada.Button("Clear the list").ClickAsync();
        await Expect(ada.Heading("Uploaded")).ToHaveCountAsync(0);

        await GoesOnAfterAReloadAsync(ada, bucket, Path.Combine(folder.FullName, "large.bin"));
        folder.Delete(recursive: true);
        NothingIsWrong();
    }

    /// <summary>Of a file that goes to S3 in parts, what has arrived isn't sent again.</summary>
    private async Task GoesOnAfterAReloadAsync(Person ada, string bucket, string large)
    {
        // Above what goes through the server; each byte tells where it belongs.
        var content = new byte[65_000_000];
        for (var at = 0; at < content.Length; at++)
            content[at] = (byte)(at ^ (at >> 8) ^ (at >> 16));
        await File.WriteAllBytesAsync(large, content, TestContext.Current.CancellationToken);
        var origin = App.Address.GetLeftPart(UriPartial.Authority);
        await App.Administrator().PutCorsAsync(
            bucket,
            JsonNode.Parse(
                $$"""
                [{"AllowedOrigins":["{{origin}}"],"AllowedMethods":["PUT"],"AllowedHeaders":["*"],"ExposeHeaders":["ETag"],
                "MaxAgeSeconds":60}]
                """)!);
        // The browser asks whether the page may be left while something is on its way.
        ada.Page.Dialog += (_, asked) => _ = asked.AcceptAsync();
        using var s3 = App.Administrator().S3();
        using var anyone = App.Anonymous();
        int sentBefore;
        try
        {
            // The first part arrives, the others are on their way for as long as the page is there.
            var late = new { service = "s3", action = "UploadPart", code = "Late", latencyMs = 600_000, count = 99, after = 1 };
            await anyone.SendAsync(HttpMethod.Post, "/embedded/faults", new { failNext = late }, HttpStatusCode.NoContent);
            await ChooseAsync(ada, "Upload files", large);
            sentBefore = await ReceivedAsync();
            await ada.Page.ReloadAsync();
            await ada.SeeTextAsync("Choose or drop the same file to go on.");
        }
        finally
        {
            (await anyone.DeleteAsync("/embedded/faults", TestContext.Current.CancellationToken)).Dispose();
        }

        await ChooseAsync(ada, "Go on with large.bin", large);
        await ada.SeeTextAsync("Uploaded 1 of 1 file");
        using var stored = await s3.GetObjectAsync(bucket, "up/large.bin", TestContext.Current.CancellationToken);
        using var read = new MemoryStream();
        await stored.ResponseStream.CopyToAsync(read, TestContext.Current.CancellationToken);
        read.ToArray().AsSpan().SequenceEqual(content).ShouldBeTrue();
        var calls = (await anyone.GetAsync("/embedded/faults", HttpStatusCode.OK))["calls"]!.AsArray();
        var sentAfterwards = calls.Count(call =>
            call!.Text("action") is "UploadPart" && call!.Text("target").StartsWith($"/{bucket}/", StringComparison.Ordinal));
        // The ETag of a file of parts ends with their number.
        sentAfterwards.ShouldBe(int.Parse(stored.ETag.Trim('"').Split('-')[1], CultureInfo.InvariantCulture) - sentBefore);

        async Task<int> ReceivedAsync()
        {
            for (var until = DateTime.UtcNow.AddMinutes(1); ; await Task.Delay(100, TestContext.Current.CancellationToken))
            {
                DateTime.UtcNow.ShouldBeLessThan(until);
                var uploads = (await s3.ListMultipartUploadsAsync(bucket, TestContext.Current.CancellationToken)).MultipartUploads ?? [];
                foreach (var upload in uploads)
                {
                    var parts = await s3.ListPartsAsync(bucket, upload.Key, upload.UploadId, TestContext.Current.CancellationToken);
                    if (parts.Parts is { Count: > 0 })
                        return parts.Parts.Count;
                }
            }
        }
    }

    /// <summary>A drive on a bucket of its own.</summary>
    private async Task<(HttpClient Http, string Drive, string Bucket)> ConnectAsync()
    {
        var (administrator, bucket) = (App.Administrator(), $"uploads-{Guid.NewGuid():N}");
        await administrator.CreateBucketAsync(bucket);
        var policy = $$"""{"Effect":"Allow","Action":"s3:*","Resource":["arn:aws:s3:::{{bucket}}","arn:aws:s3:::{{bucket}}/*"]}""";
        var key = await administrator.CreateUserWithKeyAsync(bucket, AwsAdministrator.Policy(JsonNode.Parse(policy)!));
        var http = await App.SignInAsync("ada");
        var connection = await http.PostAsync(
            "/api/connections",
            new
            {
                displayName = Unique("Uploads"),
                audience = new { type = "workspace", workspaceId = "ws_claims" },
                authentication = new { method = "accessKey" },
                configuration = new
                {
                    accessKeyId = key.Id,
                    secretAccessKey = key.Secret,
                    bucket,
                    region = "us-east-1",
                    path = "up",
                    encryption = new { type = "none" },
                },
            },
            HttpStatusCode.Accepted);
        return (http, (await http.UntilAsync(connection.Text("id"), "connected")).Text("driveId"), bucket);
    }

    private static async Task ChooseAsync(Person person, string button, string path)
    {
        var chooser = await person.Page.RunAndWaitForFileChooserAsync(() => person.Button(button).ClickAsync());
        await chooser.SetFilesAsync(path);
    }
}
