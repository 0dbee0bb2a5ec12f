using System.Net;
using System.Text.Json.Nodes;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Files;

/// <summary>An app whose operations on files take few at a time, so that few files make many pages, and copy small ones in parts.</summary>
public sealed class SmallPagesApp()
    : SharedApp(new()
    {
        ["ServerlessDrives__FileOperations__PageSize"] = "5",
        ["ServerlessDrives__FileOperations__CopiedInPartsFrom"] = "100000",
        ["ServerlessDrives__Webhooks__AllowPrivateTargets"] = "true",
        ["ServerlessDrives__Integrations__PollEvery"] = "00:00:01",
        ["Logging__LogLevel__Default"] = "Warning",
    });

/// <summary>What happens between the pages of a move or a copy.</summary>
public sealed class MovesInPages(SmallPagesApp running) : IClassFixture<SmallPagesApp>
{
    private readonly EmbeddedApp _app = running.App;

    [Fact]
    public async Task A_cancelled_move_leaves_each_file_under_one_name()
    {
        var drive = await TestDrive.ConnectAsync(_app);
        var names = Enumerable.Range(0, 60).Select(number => $"{number:D3}.txt").ToList();
        using (var s3 = _app.Administrator().S3())
        {
            foreach (var name in names)
                await s3.PutObjectAsync(
                    new() { BucketName = TestDrive.Bucket, Key = $"{drive.Path}/from/{name}", ContentBody = name },
                    TestContext.Current.CancellationToken);
        }

        await _app.Anonymous().SendAsync(HttpMethod.Post, "/embedded/faults", new { latencyMs = 150 }, HttpStatusCode.NoContent);
        var operation = await drive.MoveAsync("from", "to");
        await drive.UntilAsync(operation, now => now.Files("done") > 0);
        using var max = await _app.SignInAsync("leo");
        await max.SendAsync(
            HttpMethod.Delete, $"{drive.Root}/operations/{operation.Text("id")}", null, HttpStatusCode.NotFound);
        var cancelling = await drive.Http.SendAsync(
            HttpMethod.Delete, $"{drive.Root}/operations/{operation.Text("id")}", null, HttpStatusCode.OK);
        cancelling["cancelling"]!.GetValue<bool>().ShouldBeTrue();
        var ended = await drive.EndAsync(operation, "cancelled");
        await drive.ClearFaultsAsync();
        var (from, to) = (await drive.PathsAsync("from"), await drive.PathsAsync("to"));
        to.Count.ShouldBe((int)ended.Files("done"));
        from.ShouldNotBeEmpty();
        from.Select(path => path[5..]).Concat(to.Select(path => path[3..])).Order(StringComparer.Ordinal).ShouldBe(names);
        ended.Files("left").ShouldBe(0);
        // Begun again, it goes on.
        await drive.EndAsync(await drive.MoveAsync("from", "to"));
        (await drive.PathsAsync("to")).Select(path => path[3..]).ShouldBe(names);
        (await drive.Http.GetAsync($"{drive.Root}/operations?running=true", HttpStatusCode.OK))["items"]!.AsArray().ShouldBeEmpty();
        (await drive.Http.GetAsync($"{drive.Root}/operations", HttpStatusCode.OK))["items"]!.AsArray().Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_large_file_is_copied_in_parts_by_S3_itself_with_its_metadata()
    {
        var (drive, content) = (await TestDrive.OfRoleAsync(_app), TestDrive.Bytes(300_000));
        using (var s3 = _app.Administrator().S3())
        {
            var put = new Amazon.S3.Model.PutObjectRequest
            {
                BucketName = TestDrive.Bucket,
                Key = $"{drive.Path}/large.bin",
                InputStream = new MemoryStream(content),
                ContentType = "application/x-large",
            };
            put.Metadata["case"] = "17";
            await s3.PutObjectAsync(put, TestContext.Current.CancellationToken);
            await drive.EndAsync(await drive.MoveAsync("large.bin", "moved.bin"));
            var head = await s3.GetObjectMetadataAsync(
                TestDrive.Bucket, $"{drive.Path}/moved.bin", TestContext.Current.CancellationToken);
            head.Metadata["case"].ShouldBe("17");
            head.Headers.ContentType.ShouldBe("application/x-large");
            head.ETag.ShouldContain("-");
        }

        (await drive.Http.GetByteArrayAsync(drive.ContentUrl("moved.bin"))).AsSpan().SequenceEqual(content).ShouldBeTrue();
        (await drive.KeysAsync()).ShouldBe([$"{drive.Path}/moved.bin"]);
    }

    [Theory]
    [InlineData("a member is taken out")]
    [InlineData("the target drive is removed")]
    public async Task An_operation_stops_with_the_right_to_it_and_says_what_it_left(string what)
    {
        var drive = await TestDrive.ConnectAsync(_app);
        var target = await TestDrive.ConnectAsync(_app);
        var names = Enumerable.Range(0, 60).Select(number => $"{number:D3}.txt").ToList();
        using var s3 = _app.Administrator().S3();
        foreach (var name in names)
            await s3.PutObjectAsync(
                new() { BucketName = TestDrive.Bucket, Key = $"{drive.Path}/from/{name}", ContentBody = name },
                TestContext.Current.CancellationToken);
        await _app.Anonymous().SendAsync(HttpMethod.Post, "/embedded/faults", new { latencyMs = 150 }, HttpStatusCode.NoContent);
        var operation = await drive.MoveAsync("from", "to", target);
        await drive.UntilAsync(operation, now => now.Files("done") > 0);
        using var ada = await _app.SignInAsync("ada");
        if (what.Contains("member", StringComparison.Ordinal))
        {
            using var gone = await ada.DeleteAsync("/api/workspaces/ws_claims/members/mia", TestContext.Current.CancellationToken);
            gone.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        }
        else
        {
            var name = (await ada.GetAsync(target.Root, HttpStatusCode.OK)).Text("displayName");
            await ada.SendAsync(HttpMethod.Delete, target.Root, new { confirmation = name }, HttpStatusCode.Accepted);
        }

        JsonNode ended = operation;
        await WritingFiles.UntilAsync(
            async () => (ended = await drive.OperationAsync(operation, ada)).Text("status") != "running",
            "The operation stops.");
        if (what.Contains("member", StringComparison.Ordinal))
            await ada.SendAsync(HttpMethod.Put, "/api/workspaces/ws_claims/members/mia", new { role = "member" }, HttpStatusCode.OK);
        ended.Text("status").ShouldBe("stopped");
        ended["problem"]!.Text("code").ShouldBe(what.Contains("member", StringComparison.Ordinal) ? "forbidden" : "drive-removed");
        await _app.Anonymous().DeleteAsync("/embedded/faults", TestContext.Current.CancellationToken);
        var (from, to) = (await Names(drive, "from"), await Names(target, "to"));
        from.Count.ShouldBeGreaterThan(0);
        // Nothing is lost, and what is under both names is listed.
        from.Union(to).Order(StringComparer.Ordinal).ShouldBe(names);
        var both = (await ada.GetAsync($"{drive.Root}/operations/{operation.Text("id")}/left", HttpStatusCode.OK))["items"]!.AsArray()
            .Where(left => left!["underBoth"]!.GetValue<bool>())
            .Select(left => left!.Text("path")["from/".Length..]);
        from.Intersect(to).ShouldBe(both, ignoreOrder: true);

        async Task<List<string>> Names(TestDrive of, string folder) =>
            [.. (await of.KeysAsync(folder)).Select(key => key[(key.LastIndexOf('/') + 1)..])];
    }

    [Fact]
    public async Task What_comes_to_a_watched_folder_is_told_of_once()
    {
        var drive = await TestDrive.OnBucketOfItsOwnAsync(_app, versioned: true);
        using var receiver = new EventReceiver();
        using var ada = await _app.SignInAsync("ada");
        var webhook = await ada.PostAsync(
            "/api/webhooks", new { url = receiver.Url, events = new[] { "file.arrived" } }, HttpStatusCode.Created);
        await drive.Http.PostAsync(
            "/api/integrations",
            new { kind = "upstream", driveId = drive.Id, folder = "in", pattern = "*.txt", webhookId = webhook.Text("id") },
            HttpStatusCode.Created);
        for (var number = 0; number < 8; number++)
            await drive.WriteAsync($"from/{number}.txt", $"{number}");
        // The page is repeated after its copies: its deletions are refused for a while.
        await drive.FaultAsync("DeleteObjects", "InternalError", count: 7);
        await drive.EndAsync(await drive.MoveAsync("from", "in"));
        await drive.WriteAsync("in/last.txt", "last");
        await WritingFiles.UntilAsync(
            () => Task.FromResult(receiver.Received.Any(received => received.Json["data"]!.Text("path") == "in/last.txt")),
            "All have come.");
        receiver.Received.DistinctBy(received => received.Id).Select(received => received.Json["data"]!.Text("path"))
            .Order(StringComparer.Ordinal)
            .ShouldBe([.. Enumerable.Range(0, 8).Select(number => $"in/{number}.txt"), "in/last.txt"]);
    }
}
