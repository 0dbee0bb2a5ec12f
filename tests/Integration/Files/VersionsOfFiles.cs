using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using ServerlessDrives.Tests.Integration.Connecting;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Files;

/// <summary>What the bucket keeps of files: older versions, and what was deleted.</summary>
[Collection(FilesApp.Name)]
public sealed class VersionsOfFiles(FilesApp running)
{
    private readonly EmbeddedApp _app = running.App;

    [Fact]
    public async Task Versions_are_listed_page_by_page_read_by_ranges_and_restored_as_a_new_version()
    {
        var drive = await TestDrive.VersionedAsync(_app);
        var texts = new[] { "the first", "the second one", "the third" };
        foreach (var text in texts)
            (await drive.PutAsync("v/letter ü.txt", Encoding.UTF8.GetBytes(text), ("Content-Type", "text/x-letter"))).Dispose();
        (await drive.PutAsync("v/letter ü.txt.bak", [1])).Dispose();

        var (versions, pages) = await AllAsync(drive, "v/letter ü.txt", "limit=2");
        pages.ShouldBe(2);
        versions.Select(version => version["size"]!.GetValue<long>()).ShouldBe(texts.Reverse().Select(text => (long)text.Length));
        versions.Select(version => version["current"]!.GetValue<bool>()).ShouldBe([true, false, false]);
        versions.ShouldAllBe(version => !version["deleted"]!.GetValue<bool>());
        var first = versions[2].Text("versionId");

        using var whole = await ReadAsync(drive, first, "v/letter ü.txt");
        (await whole.Content.ReadAsStringAsync()).ShouldBe(texts[0]);
        whole.Headers.GetValues("x-version-id").ShouldBe([first]);
        whole.Content.Headers.ContentDisposition!.DispositionType.ShouldBe("attachment");
        using var part = await ReadAsync(drive, first, "v/letter ü.txt", range: "bytes=4-8");
        part.StatusCode.ShouldBe(HttpStatusCode.PartialContent);
        (await part.Content.ReadAsStringAsync()).ShouldBe("first");
        using var looked = await ReadAsync(drive, first, "v/letter ü.txt", HttpMethod.Head);
        looked.Content.Headers.ContentLength.ShouldBe(texts[0].Length);

        var url = $"{drive.Root}/versions/{first}/restore?path={Uri.EscapeDataString("v/letter ü.txt")}";
        var key = Guid.NewGuid().ToString("N");
        var restored = await RestoreAsync(drive, url, key);
        restored.Text("versionId").ShouldNotBe(first);
        restored["size"]!.GetValue<long>().ShouldBe(texts[0].Length);
        (await RestoreAsync(drive, url, key)).ToJsonString().ShouldBe(restored.ToJsonString());
        await drive.Http.SendAsync(HttpMethod.Post, $"{url}x", null, HttpStatusCode.UnprocessableEntity, ("Idempotency-Key", key));
        using var now = await drive.GetAsync("v/letter ü.txt");
        (await now.Content.ReadAsStringAsync()).ShouldBe(texts[0]);
        now.Content.Headers.ContentType!.MediaType.ShouldBe("text/x-letter");
        (await AllAsync(drive, "v/letter ü.txt")).Versions.Count.ShouldBe(4);

        using var ada = await _app.SignInAsync("ada");
        var entry = (await ada.GetAsync($"/api/audit?resource={drive.Id}", HttpStatusCode.OK))["items"]!
            .AsArray()
            .Single(entry => entry!.Text("action") == "file.version-restored")!;
        entry["after"]!.Text("from").ShouldBe(first);
        entry["after"]!.Text("versionId").ShouldBe(restored.Text("versionId"));
        entry.ToJsonString().ShouldNotContain("letter");
    }

    [Fact]
    public async Task A_deleted_file_is_shown_on_request_and_comes_back_as_the_very_version_that_it_was()
    {
        var drive = await TestDrive.VersionedAsync(_app);
        using var stored = await drive.PutAsync("gone/here/report.txt", "a report"u8.ToArray());
        (await drive.PutAsync("gone/stays.txt", [1])).Dispose();
        var version = (await TestDrive.JsonAsync(stored)).Text("versionId");
        await DeleteAsync(drive, "gone/here/report.txt");

        // The folder has nothing in it that is there, so that only this list leads to it.
        var above = await DeletedAsync(drive, "gone");
        above["versioned"]!.GetValue<bool>().ShouldBeTrue();
        above["items"]!.AsArray().Select(item => $"{item!.Text("path")} {item!["deleted"]}").ShouldBe(
            ["gone/here false", "gone/stays.txt false"]);
        var item = (await DeletedAsync(drive, "gone/here/"))["items"]!.AsArray().ShouldHaveSingleItem()!;
        item.Text("path").ShouldBe("gone/here/report.txt");
        item["deleted"]!.GetValue<bool>().ShouldBeTrue();
        item["size"]!.GetValue<long>().ShouldBe("a report".Length);
        var marker = (await AllAsync(drive, "gone/here/report.txt")).Versions[0];
        marker["deleted"]!.GetValue<bool>().ShouldBeTrue();
        using (var content = await ReadAsync(drive, marker.Text("versionId"), "gone/here/report.txt"))
            (await TestDrive.JsonAsync(content)).Text("code").ShouldBe("delete-marker");

        (await UndeleteAsync(drive, "gone/here/report.txt")).Text("versionId").ShouldBe(version);
        (await drive.Http.GetByteArrayAsync(drive.FileUrl("gone/here/report.txt"))).ShouldBe("a report"u8.ToArray());
        (await UndeleteAsync(drive, "gone/here/report.txt", HttpStatusCode.Conflict)).Text("code").ShouldBe("not-deleted");
        (await UndeleteAsync(drive, "gone/never.txt", HttpStatusCode.NotFound)).Text("code").ShouldBe("not-found");

        // Where the marker may not be removed, and where there are several, the last version is copied.
        await DeleteAsync(drive, "gone/here/report.txt");
        try
        {
            // Once more, since it could be the session's fault.
            await drive.FaultAsync("DeleteObject", "AccessDenied", count: 2);
            (await UndeleteAsync(drive, "gone/here/report.txt")).Text("versionId").ShouldNotBe(version);
        }
        finally
        {
            await drive.ClearFaultsAsync();
        }

        await DeleteAsync(drive, "gone/here/report.txt");
        await DeleteAsync(drive, "gone/here/report.txt");
        await UndeleteAsync(drive, "gone/here/report.txt");
        (await drive.Http.GetByteArrayAsync(drive.FileUrl("gone/here/report.txt"))).ShouldBe("a report"u8.ToArray());
    }

    [Fact]
    public async Task A_folder_with_what_was_deleted_in_it_is_listed_page_by_page_each_once_and_in_order()
    {
        var drive = await TestDrive.VersionedAsync(_app);
        string[] paths = ["pages/a.txt", "pages/a/in.txt", "pages/b.txt", "pages/b/in.txt", "pages/c.txt", "pages/d.txt"];
        foreach (var path in paths)
        {
            (await drive.PutAsync(path, [1])).Dispose();
            (await drive.PutAsync(path, [1, 2])).Dispose();
        }

        await DeleteAsync(drive, "pages/c.txt");
        await DeleteAsync(drive, "pages/a.txt");
        var (seen, cursor) = (new List<string>(), "");
        do
        {
            var page = await drive.Http.GetAsync($"{drive.Root}/files-with-deleted?path=pages&limit=2{cursor}", HttpStatusCode.OK);
            page["items"]!.AsArray().Count.ShouldBe(2);
            seen.AddRange(page["items"]!.AsArray().Select(item => $"{item!.Text("path")[6..]} {item!["deleted"]}"));
            cursor = page["nextCursor"] is { } next ? $"&cursor={Uri.EscapeDataString(next.GetValue<string>())}" : "";
        }
        while (cursor.Length > 0);

        seen.ShouldBe(["a.txt true", "a false", "b.txt false", "b false", "c.txt true", "d.txt false"]);
    }

    [Fact]
    public async Task A_refusal_names_the_permission_that_is_missing_and_its_statement_is_what_it_takes()
    {
        var (bucket, administrator) = (Connections.Unique("role"), _app.Administrator());
        await administrator.CreateBucketAsync(bucket, versioned: true);
        var mia = await _app.SignInAsync("mia");
        var (id, role, offered) = await Connections.OfferAsync(_app, mia, bucket, "in");
        await administrator.PutRolePolicyAsync(role, offered["rolePolicy"]!);
        await mia.PostAsync($"/api/connections/{id}/confirmations/bucket-policy", null, HttpStatusCode.Accepted);
        var drive = TestDrive.Known(_app, mia, (await mia.UntilAsync(id, "connected")).Text("driveId"), "in");
        (await drive.PutAsync("refused/file.txt", [1])).Dispose();
        var url = $"{drive.Root}/versions?path=refused/file.txt";
        var refused = await drive.Http.GetAsync(url, HttpStatusCode.BadGateway);
        refused.Text("code").ShouldBe("aws-access-denied");
        refused.Text("detail").ShouldContain("s3:ListBucketVersions");

        var statement = JsonNode.Parse(refused.Text("detail")[refused.Text("detail").IndexOf('{', StringComparison.Ordinal)..])!;
        await administrator.PutRolePolicyAsync(role, AwsAdministrator.Policy(statement), "versions");
        await drive.Http.GetAsync(url, HttpStatusCode.OK);

        (await drive.PutAsync("refused/file.txt", [1, 2])).Dispose();
        var first = (await AllAsync(drive, "refused/file.txt")).Versions[1].Text("versionId");
        await RestoreAsync(drive, $"{drive.Root}/versions/{first}/restore?path=refused/file.txt", Guid.NewGuid().ToString("N"));
        (await drive.Http.GetByteArrayAsync(drive.FileUrl("refused/file.txt"))).ShouldBe([1]);

        // The session reaches no further than the drive's path.
        await drive.Http.GetAsync($"{drive.Root}/versions?path=../x.txt", HttpStatusCode.UnprocessableEntity);
        using var none = await ReadAsync(drive, "no-such-version", "refused/file.txt");
        none.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await TestDrive.JsonAsync(none)).Text("detail").ShouldContain("no such version");

        // Tags are copied with a version or not at all: nobody finds them missing afterwards.
        using (var s3 = administrator.S3())
            await s3.PutObjectTaggingAsync(
                new()
                {
                    BucketName = bucket,
                    Key = "in/refused/file.txt",
                    VersionId = first,
                    Tagging = new() { TagSet = [new() { Key = "case", Value = "17" }] },
                },
                TestContext.Current.CancellationToken);
        var tagged = await drive.Http.PostAsync(
            $"{drive.Root}/versions/{first}/restore?path=refused/file.txt",
            null,
            HttpStatusCode.BadGateway);
        tagged.Text("detail").ShouldContain("tags");
    }

    [Fact]
    public async Task Of_a_bucket_that_keeps_no_versions_the_lists_say_so()
    {
        var drive = await TestDrive.OnBucketOfItsOwnAsync(_app, versioned: false);
        (await drive.PutAsync("only/once.txt", [1])).Dispose();
        (await drive.PutAsync("only/once.txt", [1, 2])).Dispose();

        var page = await drive.Http.GetAsync($"{drive.Root}/versions?path=only/once.txt", HttpStatusCode.OK);
        page["versioned"]!.GetValue<bool>().ShouldBeFalse();
        page["items"]!.AsArray().ShouldHaveSingleItem()!.Text("versionId").ShouldBe("null");
        var folder = await DeletedAsync(drive, "only");
        folder["versioned"]!.GetValue<bool>().ShouldBeFalse();
        folder["items"]!.AsArray().Count.ShouldBe(1);
        (await DeletedAsync(drive, "empty"))["versioned"].ShouldBeNull();
        await DeleteAsync(drive, "only/once.txt");
        (await UndeleteAsync(drive, "only/once.txt", HttpStatusCode.NotFound)).Text("code").ShouldBe("not-found");
    }

    private static async Task<(List<JsonNode> Versions, int Pages)> AllAsync(TestDrive drive, string path, string query = "limit=50")
    {
        var (all, cursor, pages) = (new List<JsonNode>(), "", 0);
        do
        {
            var page = await drive.Http.GetAsync(
                $"{drive.Root}/versions?path={Uri.EscapeDataString(path)}&{query}{cursor}",
                HttpStatusCode.OK);
            all.AddRange(page["items"]!.AsArray().Select(item => item!));
            cursor = page["nextCursor"] is { } next ? $"&cursor={Uri.EscapeDataString(next.GetValue<string>())}" : "";
            pages++;
        }
        while (cursor.Length > 0);
        return (all, pages);
    }

    private static async Task<HttpResponseMessage> ReadAsync(
        TestDrive drive,
        string version,
        string path,
        HttpMethod? method = null,
        string? range = null)
    {
        using var request = new HttpRequestMessage(
            method ?? HttpMethod.Get,
            $"{drive.Root}/versions/{version}/content?path={Uri.EscapeDataString(path)}");
        if (range is not null)
            request.Headers.TryAddWithoutValidation("Range", range);
        return await drive.Http.SendAsync(request);
    }

    private static Task<JsonNode> RestoreAsync(TestDrive drive, string url, string key) =>
        drive.Http.SendAsync(HttpMethod.Post, url, null, HttpStatusCode.OK, ("Idempotency-Key", key));

    private static Task<JsonNode> UndeleteAsync(TestDrive drive, string path, HttpStatusCode expected = HttpStatusCode.OK) =>
        drive.Http.PostAsync($"{drive.Root}/undelete?path={Uri.EscapeDataString(path)}", null, expected);

    private static Task<JsonNode> DeletedAsync(TestDrive drive, string folder) =>
        drive.Http.GetAsync($"{drive.Root}/files-with-deleted?path={Uri.EscapeDataString(folder)}", HttpStatusCode.OK);

    private static async Task DeleteAsync(TestDrive drive, string path)
    {
        using var deleted = await drive.Http.DeleteAsync(drive.ContentUrl(path));
        deleted.StatusCode.ShouldBe(HttpStatusCode.NoContent);
    }
}
