using System.IO.Compression;
using Amazon.S3.Model;
using ServerlessDrives.Tests.Benchmarks.Measuring;
using static ServerlessDrives.Tests.Benchmarks.Files.Transfers;

namespace ServerlessDrives.Tests.Benchmarks.Files;

/// <summary>What a folder of many small files as one ZIP takes, against reading each of them.</summary>
public sealed class ArchiveBenchmark : LoadBenchmark
{
    private const int Size = 1024;
    private const int AtOnce = 16;

    public override string Name => "archive";

    public override string Subject =>
        "A folder of small files as one ZIP through a drive, against reading each of them, 16 at once: by the AWS SDK straight at the same "
        + "S3 server, the sandbox, and through the same drive. The sandbox runs in the app's process, the load in another; all share the "
        + "machine's cores.";

    public override async Task RunAsync(Results results, bool quick)
    {
        ArgumentNullException.ThrowIfNull(results);
        var (count, rounds) = quick ? (500, 1) : (10_000, 3);
        await using var drive = await BenchmarkDrive.StartAsync();
        var content = new string('x', Size);
        await EachAsync(count, file => drive.S3.PutObjectAsync(
            new PutObjectRequest
            {
                BucketName = BenchmarkDrive.Bucket,
                Key = $"{BenchmarkDrive.Folder}/{PathOf(file)}",
                ContentBody = content,
            }));
        await CheckAsync(drive, count);
        await CompareAsync("the SDK, direct, 16 at once", file => ReadDirectAsync(drive, PathOf(file)));
        await CompareAsync("each by a GET of the drive, 16 at once", file => ReadAsync(drive.Http, drive.UrlOf(PathOf(file))));

        async Task CompareAsync(string baseline, Func<int, Task> read)
        {
            var (each, zipped) = await InTurnAsync(
                rounds,
                () => EachAsync(count, read),
                () => ReadZipAsync(drive));
            results.Ratio($"{count:#,##0} files of 1 KiB", count / zipped, count / each, baseline, "files/s", "at least 0.7");
        }
    }

    private static string PathOf(int file) => $"zip/{file:000000}.txt";

    private static Task EachAsync(int count, Func<int, Task> act) =>
        Parallel.ForEachAsync(
            Enumerable.Range(0, count),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            async (file, _) => await act(file));

    /// <summary>It is streamed, so nobody knows its length ahead; one that was cut off makes this fail.</summary>
    private static async Task ReadZipAsync(BenchmarkDrive drive)
    {
        using var answer = await drive.Http.GetAsync($"{drive.Root}/archive?path=zip", HttpCompletionOption.ResponseHeadersRead);
        answer.EnsureSuccessStatusCode();
        await answer.Content.CopyToAsync(Stream.Null);
    }

    /// <summary>That what is measured is a whole ZIP.</summary>
    private static async Task CheckAsync(BenchmarkDrive drive, int count)
    {
        using var whole = new MemoryStream(await drive.Http.GetByteArrayAsync($"{drive.Root}/archive?path=zip"));
        await using var zip = new ZipArchive(whole);
        Check(zip.Entries.Count(entry => entry.Length == Size), count);
    }
}
