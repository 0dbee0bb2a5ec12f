using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Amazon.S3.Model;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Files;

/// <summary>
/// The app is killed with -9 again and again while it moves or copies a folder. Five thousand files and five kills with
/// <c>MOVED_FILES=5000</c> and <c>MOVE_KILLS=5</c>.
/// </summary>
public sealed class MovesThroughKills
{
    private const int AtOnce = 16;

    private static int FileCount => int.Parse(Environment.GetEnvironmentVariable("MOVED_FILES") ?? "120");

    private static int Kills => int.Parse(Environment.GetEnvironmentVariable("MOVE_KILLS") ?? "1");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Folders_that_are_moved_and_copied_are_whole_in_the_end_and_no_file_is_lost_or_written_twice()
    {
        await using var app = await EmbeddedApp.StartAsync(
            new()
            {
                ["ServerlessDrives__FileOperations__PageSize"] = FileCount <= 500 ? "40" : "500",
                ["ServerlessDrives__FileOperations__StreamedInPartsFrom"] = "200000",
                ["Logging__LogLevel__Default"] = "Warning",
            });
        var moved = await TestDrive.OnBucketOfItsOwnAsync(app, versioned: true);
        var source = await TestDrive.OnBucketOfItsOwnAsync(app, versioned: true);
        var target = await TestDrive.OfAnotherAccountAsync(app);
        var movedBucket = await BucketOfAsync(moved);
        var (sourceBucket, targetBucket) = (await BucketOfAsync(source), await BucketOfAsync(target));
        var contents = Enumerable
            .Range(0, FileCount)
            .ToDictionary(number => $"{number % 7}/{number:D6} ü.txt", number => Encoding.UTF8.GetBytes($"The file {number}"));
        var copied = new Dictionary<string, byte[]>(contents) { ["large.bin"] = TestDrive.Bytes(300_000) };
        await StoreAsync(app, movedBucket, $"{moved.Path}/from/", contents);
        await StoreAsync(app, sourceBucket, $"{source.Path}/from/", copied);

        var move = await moved.MoveAsync("from", "to");
        var copy = await source.CopyAsync("from", "to", target);
        var (began, missing) = (DateTime.UtcNow, new List<string>());
        for (var kill = 1; kill <= Kills; kill++)
        {
            var enough = FileCount * kill / (Kills + 2);
            await moved.UntilAsync(move, now => now.Files("done") > enough || now.Text("status") == "completed");
            missing.AddRange(await MissingAsync(app, movedBucket, moved, contents.Keys));
            missing.AddRange(await MissingAsync(app, sourceBucket, source, copied.Keys));
            await app.KillAsync();
            await app.StartAgainAsync();
            // The port is another one.
            (moved, source, target) = (await AgainAsync(app, moved), await AgainAsync(app, source), await AgainAsync(app, target));
        }

        await CompleteAsync(moved, move, contents.Count);
        await CompleteAsync(source, copy, copied.Count);
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{contents.Count} files moved, {copied.Count} copied, {Kills} kills, {(DateTime.UtcNow - began).TotalSeconds:0.0} s in all");
        missing.ShouldBeEmpty();
        var (ours, theirs) = (app.Administrator(), AwsAdministrator.OfAnotherAccount(app.Cloud));
        (await ours.KeysAsync(movedBucket, $"{moved.Path}/from/")).ShouldBeEmpty();
        // Of a move, the version that it was and the mark that it is deleted: each once.
        (await ours.EverythingAsync(movedBucket, $"{moved.Path}/from/")).Count.ShouldBe(contents.Count * 2);
        (await ours.KeysAsync(sourceBucket, $"{source.Path}/from/")).Count.ShouldBe(copied.Count);
        (await ours.EverythingAsync(sourceBucket, $"{source.Path}/from/")).Count.ShouldBe(copied.Count);
        await WrittenOnceAsync(ours, movedBucket, moved.Path, contents, mostUploads: 0);
        await WrittenOnceAsync(theirs, targetBucket, target.Path, copied, mostUploads: Kills);
    }

    private static async Task<string> BucketOfAsync(TestDrive drive) =>
        (await drive.Http.GetAsync(drive.Root, HttpStatusCode.OK)).Text("bucket");

    private static async Task CompleteAsync(TestDrive drive, JsonNode operation, int files)
    {
        var ended = await drive.EndAsync(operation);
        ended.Files("total").ShouldBe(files);
        ended.Files("done").ShouldBe(files);
        ended.Files("left").ShouldBe(0);
        (await drive.LeftAsync(operation)).ShouldBeEmpty();
    }

    /// <param name="mostUploads">
    /// An upload that S3 had begun when a kill came, and whose id we never wrote down, is empty, and aborted by the next sweep.
    /// </param>
    private static async Task WrittenOnceAsync(
        AwsAdministrator owner,
        string bucket,
        string path,
        Dictionary<string, byte[]> contents,
        int mostUploads)
    {
        var begun = (await owner.KeysAsync(bucket, path)).Count(key => key.StartsWith("upload:", StringComparison.Ordinal));
        begun.ShouldBeLessThanOrEqualTo(mostUploads);
        var everything = await owner.EverythingAsync(bucket, $"{path}/to/");
        everything.Count.ShouldBe(contents.Count + begun);
        everything.Select(each => each.Key).Distinct().Order(StringComparer.Ordinal).ShouldBe(
            contents.Keys.Select(key => $"{path}/to/{key}").Order(StringComparer.Ordinal));
        await SameAsync(owner, bucket, $"{path}/to/", contents);
    }

    /// <summary>Each file is there under the one name or the other: looked at where it goes to last, so that none slips by.</summary>
    private static async Task<List<string>> MissingAsync(EmbeddedApp app, string bucket, TestDrive drive, IEnumerable<string> names)
    {
        var from = await app.Administrator().KeysAsync(bucket, $"{drive.Path}/from/");
        var to = await app.Administrator().KeysAsync(bucket, $"{drive.Path}/to/");
        return
        [
            .. names.Except(
                from.Select(key => key[$"{drive.Path}/from/".Length..]).Concat(to.Select(key => key[$"{drive.Path}/to/".Length..]))),
        ];
    }

    private static async Task<TestDrive> AgainAsync(EmbeddedApp app, TestDrive drive) =>
        TestDrive.Known(app, await app.SignInAsync("mia"), drive.Id, drive.Path);

    private static async Task StoreAsync(EmbeddedApp app, string bucket, string prefix, Dictionary<string, byte[]> contents)
    {
        using var s3 = app.Administrator().S3();
        await Parallel.ForEachAsync(
            contents,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = Cancellation },
            async (file, token) =>
                await s3.PutObjectAsync(
                    new PutObjectRequest { BucketName = bucket, Key = prefix + file.Key, InputStream = new MemoryStream(file.Value) },
                    token));
    }

    private static async Task SameAsync(AwsAdministrator owner, string bucket, string prefix, Dictionary<string, byte[]> contents)
    {
        using var s3 = owner.S3();
        await Parallel.ForEachAsync(
            contents,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = Cancellation },
            async (file, token) =>
            {
                using var answer = await s3.GetObjectAsync(bucket, prefix + file.Key, token);
                using var memory = new MemoryStream();
                await answer.ResponseStream.CopyToAsync(memory, token);
                memory.ToArray().AsSpan().SequenceEqual(file.Value).ShouldBeTrue(file.Key);
            });
    }
}
