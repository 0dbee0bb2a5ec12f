using System.Net;
using System.Text.Json.Nodes;
using ServerlessDrives.Tests.Integration.Connecting;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Files;

/// <summary>Folders are made, moved, copied and deleted.</summary>
[Collection(FilesApp.Name)]
public sealed class MovesAndCopies(FilesApp running)
{
    private readonly EmbeddedApp _app = running.App;

    [Fact]
    public async Task A_folder_is_renamed_with_its_types_its_empty_folders_and_names_that_are_no_paths_and_references_follow()
    {
        var (drive, folder) = (await TestDrive.SharedAsync(_app), Connections.Unique("rename"));
        await drive.WriteAsync($"{folder}/old/a.txt", "first");
        await drive.WriteAsync($"{folder}/old/b/ü ß.txt", "second");
        await drive.WriteAsync($"{folder}/oldest.txt", "beside");
        await drive.Http.PostAsync($"{drive.Root}/folders", new { path = $"{folder}/old/empty" }, HttpStatusCode.Created);
        (await drive.Http.PostAsync($"{drive.Root}/folders", new { path = $"{folder}/old/b/" }, HttpStatusCode.Conflict))
            .Text("code").ShouldBe("exists");
        await drive.Http.PostAsync($"{drive.Root}/folders", new { path = $"{folder}/../x" }, HttpStatusCode.UnprocessableEntity);
        using (var s3 = _app.Administrator().S3())
            await s3.PutObjectAsync(
                new() { BucketName = TestDrive.Bucket, Key = $"{drive.Path}/{folder}/old//odd", ContentBody = "odd" },
                TestContext.Current.CancellationToken);
        var reference = await drive.Http.PostAsync(
            $"{drive.Root}/references",
            new { path = $"{folder}/old/a.txt" },
            HttpStatusCode.Created);
        var share = await drive.Http.PostAsync($"{drive.Root}/shares", new { path = $"{folder}/old/a.txt" }, HttpStatusCode.Created);
        var size = await drive.Http.GetAsync($"{drive.Root}/folders?path={folder}/old", HttpStatusCode.OK);
        size["files"]!.GetValue<long>().ShouldBe(3);

        var operation = await drive.MoveAsync($"{folder}/old", $"{folder}/new/place/");
        operation.Text("kind").ShouldBe("move");
        operation.Text("to").ShouldBe($"{folder}/new/place");
        var ended = await drive.EndAsync(operation);
        ended.Files("done").ShouldBe(4);
        ended["done"]!["bytes"]!.GetValue<long>().ShouldBe("firstsecondodd".Length);
        ended.Files("left").ShouldBe(0);
        (await drive.KeysAsync(folder)).Order(StringComparer.Ordinal).ShouldBe(
            new[] { "new/place//odd", "new/place/a.txt", "new/place/b/ü ß.txt", "new/place/empty/", "oldest.txt" }
                .Select(path => $"{drive.Path}/{folder}/{path}"));
        using var moved = await drive.GetAsync($"{folder}/new/place/a.txt");
        moved.Content.Headers.ContentType!.MediaType.ShouldBe("text/plain");
        (await moved.Content.ReadAsStringAsync()).ShouldBe("first");
        var followed = await drive.Http.GetAsync($"/api/files/{reference.Text("id")}", HttpStatusCode.OK);
        followed.Text("path").ShouldBe($"{folder}/new/place/a.txt");
        followed["changed"]!.GetValue<bool>().ShouldBeFalse();

        (await SharedAsync(share)).ShouldBe("first");

        // And a file by itself, into a folder under its own name.
        await drive.EndAsync(await drive.MoveAsync($"{folder}/new/place/a.txt", $"{folder}/other/"));
        (await drive.TextAsync($"{folder}/other/a.txt")).ShouldBe("first");
        (await drive.Http.GetStringAsync($"/api/files/{reference.Text("id")}/content")).ShouldBe("first");
        (await SharedAsync(share)).ShouldBe("first");
        var listed = (await drive.Http.GetAsync($"{drive.Root}/shares?path={folder}/other/a.txt", HttpStatusCode.OK))["items"]!.AsArray();
        listed.ShouldHaveSingleItem()!.Text("id").ShouldBe(share.Text("id"));
        await drive.EndAsync(await drive.CopyAsync($"{folder}/other/a.txt", $"{folder}/copy.txt"));
        (await drive.TextAsync($"{folder}/copy.txt")).ShouldBe("first");
        (await drive.TextAsync($"{folder}/other/a.txt")).ShouldBe("first");
    }

    [Fact]
    public async Task What_can_not_be_is_refused_before_anything_is_touched()
    {
        var (drive, folder) = (await TestDrive.SharedAsync(_app), Connections.Unique("refused"));
        await drive.WriteAsync($"{folder}/a/b/file.txt", "here");
        await drive.WriteAsync($"{folder}/there.txt", "there");
        foreach (var to in new[] { $"{folder}/a", $"{folder}/a/b/c", folder, $"{folder}/a/" })
            (await RefusedAsync("moves", $"{folder}/a/", to, HttpStatusCode.UnprocessableEntity))["errors"]!["to"].ShouldNotBeNull(to);
        (await RefusedAsync("copies", $"{folder}/a/b/file.txt", $"{folder}/a/b/file.txt", HttpStatusCode.UnprocessableEntity))
            ["errors"]!["to"].ShouldNotBeNull();
        (await RefusedAsync("moves", $"{folder}/a/b/file.txt", $"{folder}/there.txt", HttpStatusCode.Conflict))
            .Text("code").ShouldBe("exists");
        await RefusedAsync("moves", $"{folder}/none", $"{folder}/other", HttpStatusCode.NotFound);
        await RefusedAsync("moves", $"{folder}/a/b/file.txt/", $"{folder}/other", HttpStatusCode.NotFound);
        await RefusedAsync("moves", "../x", "", HttpStatusCode.UnprocessableEntity);
        await RefusedAsync("copies", $"{folder}/a", $"{folder}/c", HttpStatusCode.UnprocessableEntity, "drv_nobody");
        using var leo = await _app.SignInAsync("leo");
        await leo.PostAsync($"{drive.Root}/moves", new { from = "a", to = "b" }, HttpStatusCode.NotFound);

        var reading = await TestDrive.ConnectAsync(
            _app,
            configure: configuration => configuration["path"] = $"{drive.Path}/{folder}",
            access: "readOnly");
        (await reading.Http.PostAsync($"{reading.Root}/moves", new { from = "a", to = "c" }, HttpStatusCode.Conflict))
            .Text("code").ShouldBe("read-only");
        await reading.Http.PostAsync($"{reading.Root}/folders", new { path = "a/c" }, HttpStatusCode.Conflict);
        await reading.Http.PostAsync($"{reading.Root}/deletions", new { path = "a", confirmation = "a" }, HttpStatusCode.Conflict);
        await RefusedAsync("copies", $"{folder}/there.txt", "b", HttpStatusCode.Conflict, reading.Id);
        // The other drive's folder is in this one's: told by the keys of the bucket.
        (await reading.Http.PostAsync(
            $"{reading.Root}/copies",
            new { from = "a", to = $"{folder}/a/b", toDriveId = drive.Id },
            HttpStatusCode.UnprocessableEntity))["errors"]!["to"].ShouldNotBeNull();
        await reading.EndAsync(
            await reading.BeginAsync("copies", new { from = "a", to = $"{folder}-copied", toDriveId = drive.Id }));
        (await drive.TextAsync($"{folder}-copied/b/file.txt")).ShouldBe("here");

        async Task<JsonNode> RefusedAsync(string what, string from, string to, HttpStatusCode status, string? toDriveId = null) =>
            await drive.Http.PostAsync($"{drive.Root}/{what}", new { from, to, toDriveId }, status);
    }

    [Fact]
    public async Task What_is_at_the_target_is_never_written_over_and_what_is_left_is_listed()
    {
        var (drive, folder) = (await TestDrive.SharedAsync(_app), Connections.Unique("exists"));
        foreach (var name in new[] { "1.txt", "2.txt", "3.txt" })
            await drive.WriteAsync($"{folder}/from/{name}", $"the source's {name}");
        await drive.WriteAsync($"{folder}/to/2.txt", "the target's");
        await drive.WriteAsync($"{folder}/to/3.txt", "the source's 3.txt");

        var key = Guid.NewGuid().ToString("N");
        var body = new { from = $"{folder}/from", to = $"{folder}/to" };
        var operation = await drive.Http.SendAsync(
            HttpMethod.Post, $"{drive.Root}/moves", body, HttpStatusCode.Accepted, ("Idempotency-Key", key));
        var ended = await drive.EndAsync(operation);
        ended.Files("done").ShouldBe(1);
        ended.Files("left").ShouldBe(2);
        var left = await drive.LeftAsync(operation);
        // One that was there before is left even where it has the same content: nobody can tell which of the two was meant.
        left.Select(file => (file.Text("path"), file.Text("reason"), file["underBoth"]!.GetValue<bool>())).ShouldBe(
            [($"{folder}/from/2.txt", "exists", false), ($"{folder}/from/3.txt", "exists", false)]);
        left[0].Text("to").ShouldBe($"{folder}/to/2.txt");
        (await drive.TextAsync($"{folder}/to/2.txt")).ShouldBe("the target's");
        (await drive.TextAsync($"{folder}/from/2.txt")).ShouldBe("the source's 2.txt");
        (await drive.PathsAsync($"{folder}/to")).ShouldBe([$"{folder}/to/1.txt", $"{folder}/to/2.txt", $"{folder}/to/3.txt"]);
        (await drive.Http.SendAsync(HttpMethod.Post, $"{drive.Root}/moves", body, HttpStatusCode.Accepted, ("Idempotency-Key", key)))
            .Text("id").ShouldBe(operation.Text("id"));

        // Tags go with a file or it stays: the reason says which permission is missing, and what to add where that helps.
        var byRole = await TestDrive.OfRoleAsync(_app);
        (await TaggedAsync(drive)).ShouldBe(
            "The file has tags, and S3 copies a file only together with its tags, which needs s3:GetObjectTagging. Add to the policy of " +
            "the drive's user {\"Effect\":\"Allow\",\"Action\":[\"s3:GetObjectTagging\",\"s3:PutObjectTagging\"],\"Resource\":" +
            $"\"arn:aws:s3:::{TestDrive.Bucket}/{drive.Path}/*\"}} and try again, or take the tags away.");
        (await TaggedAsync(byRole)).ShouldContain("allowing it to the role doesn't help");

        using var ada = await _app.SignInAsync("ada");
        var audit = (await ada.GetAsync($"/api/audit?resource={drive.Id}&limit=500", HttpStatusCode.OK))["items"]!.AsArray()
            .Where(entry => entry!["after"]?["operationId"]?.GetValue<string>() == operation.Text("id"))
            .ToList();
        audit.Select(entry => entry!.Text("action")).ShouldBe(["files.operation-ended", "files.move-started"]);
        audit[0]!["after"]!["left"]!.GetValue<long>().ShouldBe(2);
        audit.ShouldAllBe(entry => !entry!.ToJsonString().Contains(folder, StringComparison.Ordinal));

        async Task<string> TaggedAsync(TestDrive on)
        {
            foreach (var name in new[] { "plain.txt", "tagged.txt" })
                await on.WriteAsync($"{folder}/tags/{name}", name);
            using (var s3 = _app.Administrator().S3())
                await s3.PutObjectTaggingAsync(
                    new()
                    {
                        BucketName = TestDrive.Bucket,
                        Key = $"{on.Path}/{folder}/tags/tagged.txt",
                        Tagging = new() { TagSet = [new() { Key = "case", Value = "17" }] },
                    },
                    TestContext.Current.CancellationToken);
            var moved = await on.MoveAsync($"{folder}/tags", $"{folder}/untagged");
            (await on.EndAsync(moved)).Files("left").ShouldBe(1);
            return (await on.LeftAsync(moved)).ShouldHaveSingleItem().Text("detail");
        }
    }

    [Fact]
    public async Task A_source_that_changes_after_its_copy_is_left_and_so_is_its_reference()
    {
        var drive = await TestDrive.OnBucketOfItsOwnAsync(_app, versioned: false);
        await drive.WriteAsync("from/a.txt", "first");
        await drive.WriteAsync("from/b.txt", "other");
        var reference = await drive.Http.PostAsync($"{drive.Root}/references", new { path = "from/a.txt" }, HttpStatusCode.Created);
        var (stays, goes) = (await ShareAsync("from/a.txt"), await ShareAsync("from/b.txt"));
        var operation = await MoveWhileItChangesAsync(drive, "to", "changed");
        var ended = await drive.EndAsync(operation);
        ended.Files("done").ShouldBe(1);
        var left = (await drive.LeftAsync(operation)).ShouldHaveSingleItem();
        left.Text("path").ShouldBe("from/a.txt");
        (await drive.TextAsync("from/a.txt")).ShouldBe("changed");
        (await drive.TextAsync("to/b.txt")).ShouldBe("other");
        (await drive.PathsAsync("from")).ShouldBe(["from/a.txt"]);
        (await SharedAsync(stays)).ShouldBe("changed");
        (await SharedAsync(goes)).ShouldBe("other");

        // On the way to another drive its link ends with its departure, and opens again once it stays.
        await drive.WriteAsync("from/b.txt", "goes");
        var departs = await ShareAsync("from/b.txt");
        var across = await MoveWhileItChangesAsync(await TestDrive.SharedAsync(_app), Connections.Unique("came"), "changed again");
        (await drive.EndAsync(across)).Files("done").ShouldBe(1);
        (await SharedAsync(stays)).ShouldBe("changed again");
        using (var stranger = _app.Anonymous())
            (await stranger.GetAsync($"/api/shares/{SharedFiles.TokenOf(departs)}", HttpStatusCode.Gone))
                .Text("code").ShouldBe("share-over");
        using var ada = await _app.SignInAsync("ada");
        var acts = (await ada.GetAsync($"/api/audit?resource={stays.Text("id")}", HttpStatusCode.OK))["items"]!.AsArray();
        acts.Select(act => act!.Text("action")).Where(action => action is not "share.used").ShouldBe(
            ["share.reopened", "share.ended", "share.made"]);
        acts.Single(act => act!.Text("action") is "share.reopened")!["after"]!.Text("operationId").ShouldBe(across.Text("id"));

        Task<JsonNode> ShareAsync(string path) => drive.Http.PostAsync($"{drive.Root}/shares", new { path }, HttpStatusCode.Created);

        // Between its copies and its deletions the page is held up until the file is another.
        async Task<JsonNode> MoveWhileItChangesAsync(TestDrive target, string to, string content)
        {
            try
            {
                await drive.FaultAsync("DeleteObjects", "SlowDown", count: 9);
                var begun = await drive.MoveAsync("from", to, target);
                await WritingFiles.UntilAsync(async () => (await target.PathsAsync(to)).Count == 2, "The files are copied.");
                await drive.WriteAsync("from/a.txt", content);
                return begun;
            }
            finally
            {
                await drive.ClearFaultsAsync();
            }
        }
    }

    [Fact]
    public async Task A_folder_comes_to_a_drive_of_another_account_encrypted_as_that_says_large_files_in_parts()
    {
        var (drive, folder) = (await TestDrive.SharedAsync(_app), Connections.Unique("across"));
        var other = await TestDrive.OfAnotherAccountAsync(_app);
        var large = TestDrive.Bytes((32 * 1024 * 1024) + 12345);
        (await drive.PutAsync($"{folder}/large.bin", large, ("Content-Type", "application/x-large"))).Dispose();
        await drive.WriteAsync($"{folder}/small.txt", "small");
        await drive.WriteAsync($"{folder}/empty.txt", "");
        await drive.Http.PostAsync($"{drive.Root}/folders", new { path = $"{folder}/none" }, HttpStatusCode.Created);
        var share = await drive.Http.PostAsync($"{drive.Root}/shares", new { path = $"{folder}/small.txt" }, HttpStatusCode.Created);
        (await SharedAsync(share)).ShouldBe("small");

        var ended = await drive.EndAsync(await drive.MoveAsync(folder, "arrived", other));
        ended.Files("done").ShouldBe(4);
        ended["done"]!["bytes"]!.GetValue<long>().ShouldBe(large.Length + 5);
        (await drive.KeysAsync(folder)).ShouldBeEmpty();
        (await other.Http.GetByteArrayAsync(other.ContentUrl("arrived/large.bin"))).AsSpan().SequenceEqual(large).ShouldBeTrue();
        using var moved = await other.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, other.ContentUrl("arrived/large.bin")));
        moved.Content.Headers.ContentType!.MediaType.ShouldBe("application/x-large");
        (await other.TextAsync("arrived/small.txt")).ShouldBe("small");
        (await other.TextAsync("arrived/empty.txt")).ShouldBe("");

        // Whoever has a link got a file of this drive: it ends, and isn't one to what comes to the old name.
        await drive.WriteAsync($"{folder}/small.txt", "another");
        var shared = $"/api/shares/{SharedFiles.TokenOf(share)}";
        using (var stranger = _app.Anonymous())
            (await stranger.GetAsync(shared, HttpStatusCode.Gone)).Text("code").ShouldBe("share-over");
        (await drive.Http.GetAsync($"{drive.Root}/shares?path={folder}/small.txt", HttpStatusCode.OK))["items"]!.AsArray()
            .ShouldHaveSingleItem()!.Text("status").ShouldBe("moved");
        using var ada = await _app.SignInAsync("ada");
        var entry = (await ada.GetAsync($"/api/audit?resource={share.Text("id")}", HttpStatusCode.OK))["items"]!.AsArray()[0]!;
        entry.Text("action").ShouldBe("share.ended");
        entry["after"]!.Text("reason").ShouldBe("moved-to-another-drive");
        entry["after"]!.Text("toDriveId").ShouldBe(other.Id);
        var encrypted = await TestDrive.SharedAsync(_app, "sse-kms");
        await other.EndAsync(await other.CopyAsync("arrived/small.txt", $"{folder}/small.txt", encrypted));
        using var s3 = _app.Administrator().S3();
        var head = await s3.GetObjectMetadataAsync(
            TestDrive.Bucket, $"{encrypted.Path}/{folder}/small.txt", TestContext.Current.CancellationToken);
        head.ServerSideEncryptionKeyManagementServiceKeyId.ShouldBe(_app.Administrator().KmsKeyArn);
        // Within a drive that encrypts by KMS, where ETags say nothing of the content.
        await encrypted.EndAsync(await encrypted.MoveAsync(folder, $"{folder}-moved"));
        (await encrypted.TextAsync($"{folder}-moved/small.txt")).ShouldBe("small");
    }

    [Fact]
    public async Task A_folder_is_deleted_once_its_name_is_typed()
    {
        var (drive, folder) = (await TestDrive.VersionedAsync(_app), Connections.Unique("delete"));
        await drive.WriteAsync($"{folder}/a.txt", "a");
        await drive.WriteAsync($"{folder}/b/c.txt", "c");
        await drive.WriteAsync($"{folder}-beside.txt", "beside");
        var body = new { path = $"{folder}/", confirmation = "delete" };
        (await drive.Http.PostAsync($"{drive.Root}/deletions", body, HttpStatusCode.UnprocessableEntity))["errors"]!["confirmation"]
            .ShouldNotBeNull();
        await drive.Http.PostAsync(
            $"{drive.Root}/deletions", new { path = "none", confirmation = "none" }, HttpStatusCode.NotFound);
        var ended = await drive.EndAsync(await drive.BeginAsync("deletions", new { path = folder, confirmation = folder }));
        ended.Files("done").ShouldBe(2);
        ended["to"].ShouldBeNull();
        (await drive.PathsAsync(folder)).ShouldBeEmpty();
        (await drive.TextAsync($"{folder}-beside.txt")).ShouldBe("beside");
        await drive.Http.PostAsync(
            $"{drive.Root}/undelete?path={Uri.EscapeDataString($"{folder}/b/c.txt")}", null, HttpStatusCode.OK);
        (await drive.TextAsync($"{folder}/b/c.txt")).ShouldBe("c");
    }

    /// <summary>What a link gives to somebody without an account.</summary>
    private async Task<string> SharedAsync(JsonNode share)
    {
        using var stranger = _app.Anonymous();
        var link = $"/api/shares/{SharedFiles.TokenOf(share)}";
        var unlocked = await stranger.PostAsync($"{link}/unlock", null, HttpStatusCode.OK);
        return await stranger.GetStringAsync(new Uri(unlocked.Text("url"), UriKind.Relative), TestContext.Current.CancellationToken);
    }
}
