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
        folder.Delete(recursive: true);
        NothingIsWrong();
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
