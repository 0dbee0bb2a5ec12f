using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Shouldly;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ServerlessDrives.Tests.Browser;

public sealed class ConnectedDrives(Browsers browsers) : BrowserTests(browsers)
{
    [Fact]
    public async Task A_new_key_replaces_the_old_one_only_once_it_has_passed()
    {
        var (name, administrator) = (Unique("Rotated"), App.Administrator());
        var ada = await SignedInAsync();
        await ada.ConnectByKeyAsync(name, administrator.DriveUser, "rotated");
        await ada.OpenDriveAsync(name);
        await ada.SeeTextAsync(administrator.DriveUser.Id);

        await ada.Button("Modify configuration").ClickAsync();
        var dialog = ada.Dialog("Modify configuration");
        await ada.Field("New access key ID").FillAsync("AKIA0000000000000000");
        await ada.Secret("New secret access key").FillAsync("notTheSecretOfAnybody/0000000000000000000");
        await ada.Button("Verify and replace").ClickAsync();
        await Expect(dialog.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        await Expect(dialog.GetByRole(AriaRole.Alert)).ToContainTextAsync("Nothing was changed");

        var next = await administrator.CreateKeyAsync(administrator.DriveUserName);
        await ada.Field("New access key ID").FillAsync(next.Id);
        await ada.Secret("New secret access key").FillAsync(next.Secret);
        await ada.Button("Verify and replace").ClickAsync();
        await ada.SeeTextAsync($"{name} uses the new access key now.");
        await ada.SeeTextAsync(next.Id);
        await Expect(ada.Page.GetByText(administrator.DriveUser.Id)).ToHaveCountAsync(0);

        await ada.Button("Verify again").ClickAsync();
        await ada.SeeAsync(ada.Heading("Every check passed"));
    }

    [Fact]
    public async Task A_drive_is_removed_once_its_name_is_typed_and_its_files_stay()
    {
        var (name, administrator) = (Unique("Old files"), App.Administrator());
        var ada = await SignedInAsync();
        await ada.ConnectByKeyAsync(name, administrator.DriveUser, "old-files");
        await ada.Link("Open the drive").ClickAsync();
        await UploadAsync(ada, ("kept.txt", "still here"));

        await ada.OpenDriveAsync(name);
        await ada.Button("Remove this drive").ClickAsync();
        var typed = ada.Dialog($"Remove {name}?").GetByRole(AriaRole.Textbox);
        await Expect(ada.Button("Remove the drive", exact: true)).ToBeDisabledAsync();
        await typed.FillAsync(name[..^1]);
        await Expect(ada.Button("Remove the drive", exact: true)).ToBeDisabledAsync();
        await typed.FillAsync(name);
        await ada.Button("Remove the drive", exact: true).ClickAsync();
        await ada.SeeTextAsync($"Removed {name}. The files on acme-documents stay.");
        await Expect(ada.Link(name)).ToHaveCountAsync(0);
        (await administrator.KeysAsync("acme-documents", "old-files/")).ShouldContain("old-files/kept.txt");
    }

    [Fact]
    public async Task A_workspaces_own_default_wins_over_the_organizations_and_a_default_drive_cant_be_removed()
    {
        var (own, shared, administrator) = (Unique("Loan files"), Unique("Everybody’s"), App.Administrator());
        var ada = await SignedInAsync();
        await ada.ConnectByKeyAsync(shared, administrator.DriveUser, "everybody", audience: null);
        await ada.Radio("Default of the organization").CheckAsync();
        await ada.Button("Make it the default").ClickAsync();
        await ada.SeeTextAsync($"{shared} is now the default drive of the organization.");

        await ada.GoAsync("/settings");
        var loans = ada.Page.GetByRole(AriaRole.Listitem).Filter(new() { HasText = "ws_loans" });
        await Expect(loans).ToContainTextAsync($"Default drive: {shared} (the organization’s)");

        await ada.ConnectByKeyAsync(own, administrator.DriveUser, "loans", audience: "Loans");
        await ada.Radio("Default of Loans").CheckAsync();
        await ada.Button("Make it the default").ClickAsync();
        await ada.SeeTextAsync($"{own} is now the default drive of Loans.");
        await ada.OpenDriveAsync(own, "Loans");
        await ada.SeeTextAsync("A default drive can’t be removed.");
        await Expect(ada.Button("Remove this drive")).ToBeDisabledAsync();

        await ada.GoAsync("/settings");
        await Expect(loans).ToContainTextAsync($"Default drive: {own}");
        await Expect(loans).Not.ToContainTextAsync("(the organization’s)");
        await ada.Button("Default drive of Loans").ClickAsync();
        await ada.Page.GetByLabel("Default drive", new() { Exact = true }).SelectOptionAsync(new SelectOptionValue { Value = "" });
        await ada.Button("Save").ClickAsync();
        await Expect(loans).ToContainTextAsync($"Default drive: {shared} (the organization’s)");
        await ada.OpenDriveAsync(own, "Loans");
        await Expect(ada.Button("Remove this drive")).ToBeEnabledAsync();
    }

    [Fact]
    public async Task Files_are_brought_taken_replaced_and_deleted()
    {
        var (name, administrator) = (Unique("Letters"), App.Administrator());
        var ada = await SignedInAsync();
        await ada.ConnectByKeyAsync(name, administrator.DriveUser, "letters");
        await ada.Link("Open the drive").ClickAsync();

        await UploadAsync(ada, ("Überweisung #1.txt", "first"), ("empty.bin", ""));
        var row = ada.Page.GetByRole(AriaRole.Row, new() { Name = "Überweisung #1.txt" });
        await Expect(row).ToContainTextAsync("5 bytes");
        (await DownloadAsync(ada, "Überweisung #1.txt")).ShouldBe("first");

        // The same name again is asked about, never overwritten unasked.
        await ChooseAsync(ada, ("Überweisung #1.txt", "second one"));
        await ada.SeeTextAsync("There is a file of this name already. Nothing was changed.");
        await ada.Button("Replace Überweisung #1.txt").ClickAsync();
        await Expect(row).ToContainTextAsync("10 bytes");
        (await DownloadAsync(ada, "Überweisung #1.txt")).ShouldBe("second one");

        await ada.Button("More for Überweisung #1.txt").ClickAsync();
        await ada.Page.GetByRole(AriaRole.Menuitem, new() { Name = "Make a reference" }).ClickAsync();
        (await ada.ReadAsync("Reference")).ShouldStartWith("fil_");
        await ada.Button("Done").ClickAsync();

        await ada.Button("More for Überweisung #1.txt").ClickAsync();
        await ada.Page.GetByRole(AriaRole.Menuitem, new() { Name = "Delete" }).ClickAsync();
        await ada.Button("Delete the file").ClickAsync();
        await ada.SeeTextAsync("Deleted Überweisung #1.txt.");
        await Expect(row).ToHaveCountAsync(0);
        (await administrator.KeysAsync("acme-documents", "letters/")).ShouldBe(["letters/empty.bin"]);
    }

    [Fact]
    public async Task A_read_only_drive_shows_files_and_offers_nothing_that_it_refuses()
    {
        var (name, administrator) = (Unique("Reading"), App.Administrator());
        var folder = $"reading-{Guid.NewGuid():N}";
        using (var s3 = administrator.S3())
            await s3.PutObjectAsync(new() { BucketName = "acme-documents", Key = $"{folder}/notice.txt", ContentBody = "Read me" });
        var ada = await SignedInAsync();
        await ada.GoAsync("/connect");
        await ada.Radio("Read only").CheckAsync();
        await ada.Field("Display name").FillAsync(name);
        await ada.Button("Next").ClickAsync();
        await ada.Radio(ConnectingSteps.AccessKey).CheckAsync();
        await ada.Button("Next").ClickAsync();
        await ada.TypeKeyAsync(administrator.DriveUser);
        await ada.TypeBucketAsync("acme-documents", folder);
        await ada.Button("Verify and connect").ClickAsync();
        await ada.SeeConnectedAsync(name);

        await ada.Link("Open the drive").ClickAsync();
        await ada.SeeAsync(ada.Button("Download notice.txt"));
        await Expect(ada.Button("Upload files")).ToHaveCountAsync(0);
        await ada.Button("More for notice.txt").ClickAsync();
        await ada.SeeAsync(ada.Page.GetByRole(AriaRole.Menuitem, new() { Name = "Make a reference" }));
        await Expect(ada.Page.GetByRole(AriaRole.Menuitem, new() { Name = "Delete" })).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_large_file_goes_through_the_server_until_the_bucket_takes_it_directly()
    {
        const long size = 64_000_001;
        var (name, administrator) = (Unique("Scans"), App.Administrator());
        var ada = await SignedInAsync();
        await ada.ConnectByKeyAsync(name, administrator.DriveUser, "large");
        await ada.Link("Open the drive").ClickAsync();
        await SendAsync("first.bin");
        await ada.Button("Show the rule").ClickAsync();
        var rule = JsonNode.Parse(await ada.ReadAsync("CORS rule"))!;

        await administrator.PutCorsAsync("acme-documents", rule);
        await ada.Button("The rule is there now").ClickAsync();
        await Expect(ada.Button("Show the rule")).ToHaveCountAsync(0);
        var direct = 0;
        ada.Page.Response += (_, answer) =>
            direct += answer.Request.Method == "PUT" && new Uri(answer.Url).Port != App.Address.Port && answer.Ok ? 1 : 0;
        await SendAsync("second.bin");
        direct.ShouldBeGreaterThan(0);
        await Expect(ada.Button("Show the rule")).ToHaveCountAsync(0);
        (await administrator.KeysAsync("acme-documents", "large/")).ShouldBe(["large/first.bin", "large/second.bin"], ignoreOrder: true);

        async Task SendAsync(string file)
        {
            var path = Path.Combine(Directory.CreateTempSubdirectory("serverless-drives-upload-").FullName, file);
            await using (var stream = File.Create(path))
                stream.SetLength(size);
            var chooser = await ada.Page.RunAndWaitForFileChooserAsync(() => ada.Button("Upload files").ClickAsync());
            await chooser.SetFilesAsync(path);
            await Expect(ada.Page.GetByRole(AriaRole.Row, new() { Name = file })).ToContainTextAsync("64 MB");
            Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        }
    }

    private static async Task ChooseAsync(Person person, params (string Name, string Text)[] files)
    {
        var chooser = await person.Page.RunAndWaitForFileChooserAsync(() => person.Button("Upload files").ClickAsync());
        await chooser.SetFilesAsync(
            files.Select(file => new FilePayload
            {
                Name = file.Name,
                MimeType = "text/plain",
                Buffer = Encoding.UTF8.GetBytes(file.Text),
            }));
    }

    private static async Task UploadAsync(Person person, params (string Name, string Text)[] files)
    {
        await ChooseAsync(person, files);
        foreach (var (name, _) in files)
            await person.SeeAsync(person.Page.GetByRole(AriaRole.Row, new() { Name = name }));
    }

    private static async Task<string> DownloadAsync(Person person, string name)
    {
        var download = await person.Page.RunAndWaitForDownloadAsync(() => person.Button($"Download {name}").ClickAsync());
        download.SuggestedFilename.ShouldBe(name);
        return await File.ReadAllTextAsync(await download.PathAsync(), TestContext.Current.CancellationToken);
    }
}
