using System.Net.Http.Json;
using Amazon.S3.Model;
using ServerlessDrives.Tests.Benchmarks.Measuring;
using static ServerlessDrives.Tests.Benchmarks.Files.Transfers;

namespace ServerlessDrives.Tests.Benchmarks.Files;

/// <summary>What moving bytes through a drive costs over talking to S3 directly.</summary>
public sealed class FilesBenchmark : LoadBenchmark
{
    private const int MiB = 1024 * 1024;
    private const string Direct = "the SDK, direct";

    public override string Name => "files";

    public override string Subject =>
        "Files through a drive (HTTP, sign-in, audience, session of a role) against the AWS SDK and rclone straight at the same S3 " +
        "server, the sandbox. "
        + "The sandbox runs in the app's process, the load in another; all share the machine's cores.";

    public override async Task RunAsync(Results results, bool quick)
    {
        ArgumentNullException.ThrowIfNull(results);
        // An app of its own: one that has done other work keeps the memory of that, and would need no more for this.
        await using (var fresh = await BenchmarkDrive.StartAsync())
            await MemoryAsync(results, fresh, quick ? 64L * MiB : 1024L * MiB);
        await using var drive = await BenchmarkDrive.StartAsync();
        var (size, rounds) = quick ? (32 * MiB, 1) : (256 * MiB, 5);
        await ThroughputAsync(results, drive, size, rounds);
        await RcloneAsync(results, drive, size, rounds);
        await SmallReadsAsync(results, drive, quick ? 500 : 10_000);
        await ListingAsync(results, drive, quick ? 2_000 : 100_000);
    }

    private async Task ThroughputAsync(Results results, BenchmarkDrive drive, int size, int rounds)
    {
        await WriteDirectAsync(drive, "large", size);
        foreach (var atOnce in new[] { 1, 8 })
        {
            var megabytes = (double)size * atOnce / 1_000_000;
            var (directGet, ourGet) = await InTurnAsync(
                rounds,
                () => AtOnceAsync(atOnce, _ => ReadDirectAsync(drive, "large")),
                () => AtOnceAsync(atOnce, _ => ReadAsync(drive.Http, drive.UrlOf("large"))));
            results.Ratio(
                $"GET of {size / MiB} MiB, {atOnce} at once",
                megabytes / ourGet,
                megabytes / directGet,
                Direct,
                "MB/s",
                "at least 0.85");
            var (directPut, ourPut) = await InTurnAsync(
                rounds,
                () => AtOnceAsync(atOnce, i => WriteDirectAsync(drive, $"direct-{i}", size)),
                () => AtOnceAsync(atOnce, i => WriteAsync(drive, $"ours-{i}", size)));
            results.Ratio(
                $"PUT of {size / MiB} MiB, {atOnce} at once",
                megabytes / ourPut,
                megabytes / directPut,
                Direct,
                "MB/s",
                "at least 0.85");
        }
    }

    private async Task RcloneAsync(Results results, BenchmarkDrive drive, int size, int rounds)
    {
        if (!Rclone.IsInstalled)
        {
            results.Note("rclone isn't installed on this machine (`apt-get install rclone`), so nothing was compared with it.");
            return;
        }

        var megabytes = size / 1_000_000.0;
        await using (var rclone = await Rclone.ServeAsync(drive.App.Administrator()))
        {
            using var http = new HttpClient { BaseAddress = rclone.Address, Timeout = TimeSpan.FromMinutes(30) };
            foreach (var atOnce in new[] { 1, 8 })
            {
                var (theirs, ours) = await InTurnAsync(
                    rounds,
                    () => AtOnceAsync(atOnce, _ => ReadAsync(http, "large")),
                    () => AtOnceAsync(atOnce, _ => ReadAsync(drive.Http, drive.UrlOf("large"))));
                results.Ratio(
                    $"GET of {size / MiB} MiB, {atOnce} at once",
                    megabytes * atOnce / ours,
                    megabytes * atOnce / theirs,
                    "rclone serve http",
                    "MB/s",
                    "more than 1");
            }
        }

        var (theirPut, ourPut) = await InTurnAsync(
            rounds,
            () => Rclone.WriteAsync(drive.App.Administrator(), "rcat", stream => SendAsync(stream, size)),
            () => WriteAsync(drive, "unknown-length", size, chunked: true));
        results.Ratio(
            $"PUT of {size / MiB} MiB of unknown length",
            megabytes / ourPut,
            megabytes / theirPut,
            "rclone rcat",
            "MB/s",
            "more than 1");
    }

    private async Task SmallReadsAsync(Results results, BenchmarkDrive drive, int reads)
    {
        await WriteDirectAsync(drive, "small", 1024);
        await ReadAsync(drive.Http, drive.UrlOf("small"));
        // From here on no session can be had, so every read uses the one that the first read took.
        await drive.WithoutSessionsAsync(true);
        var options = new ParallelOptions { MaxDegreeOfParallelism = 16 };
        var (direct, ours) = await InTurnAsync(
            3,
            () => Parallel.ForEachAsync(Enumerable.Range(0, reads), options, async (_, _) => await ReadDirectAsync(drive, "small")),
            () =>
                Parallel.ForEachAsync(
                    Enumerable.Range(0, reads),
                    options,
                    async (_, _) => await ReadAsync(drive.Http, drive.UrlOf("small"))));
        await drive.WithoutSessionsAsync(false);
        results.Ratio("GET of 1 KiB, 16 at once", reads / ours, reads / direct, Direct, "reads/s", "");
        results.Figure($"AssumeRole calls for {reads:#,##0} reads on one drive", 1, "", "1");
        results.Note("AssumeRole was made to fail after the first read; a second call would have failed the run.");
    }

    private async Task ListingAsync(Results results, BenchmarkDrive drive, int count)
    {
        await Parallel.ForEachAsync(
            Enumerable.Range(0, count),
            new ParallelOptions { MaxDegreeOfParallelism = 16 },
            async (i, cancelled) =>
                await drive.S3.PutObjectAsync(
                    new PutObjectRequest
                    {
                        BucketName = BenchmarkDrive.Bucket,
                        Key = $"{BenchmarkDrive.Folder}/many/file-{i:000000}.txt",
                        ContentBody = "x",
                    },
                    cancelled));
        var (direct, ours) = await InTurnAsync(
            5,
            async () =>
            {
                var listed = 0;
                await foreach (
                    var _ in drive
                        .S3.Paginators.ListObjectsV2(
                            new ListObjectsV2Request
                            {
                                BucketName = BenchmarkDrive.Bucket,
                                Prefix = $"{BenchmarkDrive.Folder}/many/",
                                Delimiter = "/",
                            })
                        .S3Objects)
                    listed++;
                Check(listed, count);
            },
            async () =>
            {
                var (listed, cursor) = (0, "");
                do
                {
                    var page = (await drive.Http.GetFromJsonAsync<FilePage>($"{drive.Root}/files?path=many&limit=500{cursor}"))!;
                    listed += page.Items.Count;
                    cursor = page.NextCursor is { } next ? $"&cursor={next}" : null;
                }
                while (cursor is not null);
                Check(listed, count);
            });
        results.Ratio($"Time to list {count:#,##0} objects", ours, direct, $"{Direct}, pages of 1,000", "s", "at most 1.2");
    }

    private async Task MemoryAsync(Results results, BenchmarkDrive drive, long size)
    {
        await Task.Delay(TimeSpan.FromSeconds(2));
        var idle = drive.ResidentMiB();
        var most = idle;
        using var stop = new CancellationTokenSource();
        var watching = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                most = Math.Max(most, drive.ResidentMiB());
                await Task.Delay(50);
            }
        });
        await AtOnceAsync(8, i => WriteAsync(drive, $"huge-{i}", size));
        var writing = most;
        await AtOnceAsync(8, i => ReadAsync(drive.Http, drive.UrlOf($"huge-{i}")));
        await stop.CancelAsync();
        await watching;
        results.Figure($"Memory over idle while 8 × {size / MiB} MiB are written", writing - idle, "MiB", "at most 150 MB");
        results.Figure($"Memory over idle, then read back", most - idle, "MiB", "at most 150 MB");
        results.Figure("Idle memory of the app with the sandbox", idle, "MiB");
    }

    private async Task SendAsync(Stream to, long size)
    {
        await using var content = new PatternStream(size);
        await content.CopyToAsync(to, 128 * 1024);
    }

    /// <summary>A page of a folder as objects, as the SDK makes them of S3's.</summary>
    private sealed record FilePage(IReadOnlyList<FileItem> Items, string? NextCursor);

    private sealed record FileItem(string Type, string Path, long? Size, DateTimeOffset? LastModified, string? Etag, bool Addressable);
}
