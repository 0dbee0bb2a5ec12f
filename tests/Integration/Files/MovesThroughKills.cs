using System.Net;
using System.Text;
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

    [Theory]
    [InlineData("a move within a drive", 0)]
    [InlineData("a copy to a drive of another account", 300_000)]
    public async Task A_folder_is_whole_in_the_end_and_no_file_is_lost_or_written_twice(string what, int large)
    {
        await using var app = await EmbeddedApp.StartAsync(
            new()
            {
                ["ServerlessDrives__FileOperations__PageSize"] = FileCount <= 500 ? "40" : "500",
                ["ServerlessDrives__FileOperations__StreamedInPartsFrom"] = "200000",
                ["Logging__LogLevel__Default"] = "Warning",
            });
        var drive = await TestDrive.OnBucketOfItsOwnAsync(app, versioned: true);
        var bucket = (await drive.Http.GetAsync(drive.Root, HttpStatusCode.OK)).Text("bucket");
        var moves = what.Contains("move", StringComparison.Ordinal);
        var to = moves ? drive : await TestDrive.OfAnotherAccountAsync(app);
        var toBucket = (await to.Http.GetAsync(to.Root, HttpStatusCode.OK)).Text("bucket");
        var contents = Enumerable
            .Range(0, FileCount)
            .ToDictionary(number => $"{number % 7}/{number:D6} ü.txt", number => Encoding.UTF8.GetBytes($"The file {number}"));
        if (large > 0)
            contents["large.bin"] = TestDrive.Bytes(large);
        await StoreAsync(app, bucket, $"{drive.Path}/from/", contents);

        var operation = moves ? await drive.MoveAsync("from", "to") : await drive.CopyAsync("from", "to", to);
        var (began, missing) = (DateTime.UtcNow, new List<string>());
        for (var kill = 1; kill <= Kills; kill++)
        {
            var enough = contents.Count * kill / (Kills + 2);
            await drive.UntilAsync(operation, now => now.Files("done") > enough || now.Text("status") == "completed");
            missing.AddRange(await MissingAsync(app, bucket, drive, contents.Keys));
            await app.KillAsync();
            await app.StartAgainAsync();
            // The port is another one.
            (drive, to) = (await AgainAsync(app, drive), await AgainAsync(app, to));
        }

        var ended = await drive.EndAsync(operation);
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{what}: {contents.Count} files, {Kills} kills, {(DateTime.UtcNow - began).TotalSeconds:0.0} s in all");
        missing.ShouldBeEmpty();
        ended.Files("total").ShouldBe(contents.Count);
        ended.Files("done").ShouldBe(contents.Count);
        ended.Files("left").ShouldBe(0);
        (await drive.LeftAsync(operation)).ShouldBeEmpty();
        var source = await app.Administrator().EverythingAsync(bucket, $"{drive.Path}/from/");
        var kept = (await app.Administrator().KeysAsync(bucket, $"{drive.Path}/from/")).Count;
        kept.ShouldBe(moves ? 0 : contents.Count);
        // Of a move, the version that it was and the mark that it is deleted: each once.
        source.Count.ShouldBe(contents.Count * (moves ? 2 : 1));
        var owner = moves ? app.Administrator() : AwsAdministrator.OfAnotherAccount(app.Cloud);
        // An upload that S3 had begun when the kill came, and whose id we never wrote down, is empty, and aborted by the next sweep.
        var begun = (await owner.KeysAsync(toBucket, to.Path)).Count(key => key.StartsWith("upload:", StringComparison.Ordinal));
        begun.ShouldBeLessThanOrEqualTo(large > 0 ? Kills : 0);
        var everything = await owner.EverythingAsync(toBucket, $"{to.Path}/to/");
        everything.Count.ShouldBe(contents.Count + begun);
        everything.Select(each => each.Key).Distinct().Order(StringComparer.Ordinal).ShouldBe(
            contents.Keys.Select(key => $"{to.Path}/to/{key}").Order(StringComparer.Ordinal));
        await SameAsync(owner, toBucket, $"{to.Path}/to/", contents);
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
