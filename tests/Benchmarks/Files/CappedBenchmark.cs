using System.Diagnostics;
using System.Net;
using Amazon.S3.Transfer;
using ServerlessDrives.Tests.Benchmarks.Measuring;
using ServerlessDrives.Tests.Shared;
using static ServerlessDrives.Tests.Benchmarks.Files.Transfers;

namespace ServerlessDrives.Tests.Benchmarks.Files;

/// <summary>Moving one large file to and from an S3 that is as far away as AWS's is.</summary>
public sealed class CappedBenchmark : LoadBenchmark
{
    private const int MiB = 1024 * 1024;

    /// <summary>Bytes a second of each connection, as the sandbox lets them through.</summary>
    private const int PerConnection = 40_000_000;

    private const int LatencyMs = 20;

    public override string Name => "files-capped";

    public override string Subject =>
        $"One large file through a drive against the SDK, the AWS CLI, rclone and curl straight at the same S3, each connection of which "
        + $"carries {PerConnection / 1_000_000} MB/s and each call of which takes {LatencyMs} ms: S3's shape, by the sandbox's faults.";

    public override async Task RunAsync(Results results, bool quick)
    {
        ArgumentNullException.ThrowIfNull(results);
        var (size, rounds) = quick ? (64L * MiB, 1) : (1024L * MiB, 1);
        await using var drive = await BenchmarkDrive.StartAsync();
        await WriteDirectAsync(drive, "capped", size);
        var local = Path.GetTempFileName();
        try
        {
            await using (var file = File.Create(local))
                await new PatternStream(size).CopyToAsync(file);
            await SlowAsync(drive, PerConnection, LatencyMs);
            await GetAsync(results, drive, size, rounds);
            await PutAsync(results, drive, size, rounds, local);
            await FirstByteAsync(results, drive);
        }
        finally
        {
            File.Delete(local);
        }
    }

    private static async Task GetAsync(Results results, BenchmarkDrive drive, long size, int rounds)
    {
        using var parts = new TransferUtility(drive.S3);
        var link = await drive.S3.GetPreSignedURLAsync(
            new()
            {
                BucketName = BenchmarkDrive.Bucket,
                Key = $"{BenchmarkDrive.Folder}/capped",
                Expires = DateTime.UtcNow.AddHours(1),
                Protocol = Amazon.S3.Protocol.HTTP,
            });
        var peers = new List<(string Name, string Goal, Func<Task> Read)>
        {
            ("the SDK, one stream", "at least 3", () => ReadDirectAsync(drive, "capped")),
            ("curl, one stream", "", () => RunAsync(drive, "curl", "--silent", "--fail", "--output", "/dev/null", link)),
            (
                "the SDK by parts",
                "at least 0.9",
                async () =>
                {
                    var opened = await parts.OpenStreamWithResponseAsync(BenchmarkDrive.Bucket, $"{BenchmarkDrive.Folder}/capped");
                    await DiscardAsync(opened.ResponseStream, size);
                }
            ),
            ("aws s3 cp", "at least 0.9", () => ToFileAsync(drive, to => ["aws", "s3", "cp", "--quiet", Address("capped"), to])),
        };
        if (Rclone.IsInstalled)
            peers.Add(("rclone copyto", "at least 0.9", () => Rclone.ReadAsync(drive.App.Administrator(), "capped")));
        else
            results.Note("rclone isn't installed on this machine (`apt-get install rclone`), so nothing was compared with it.");
        await CompareAsync(results, "GET", size, rounds, peers, () => ReadAsync(drive.Http, drive.UrlOf("capped")));
    }

    private static async Task PutAsync(Results results, BenchmarkDrive drive, long size, int rounds, string local)
    {
        using var parts = new TransferUtility(drive.S3);
        var peers = new List<(string Name, string Goal, Func<Task> Write)>
        {
            ("the SDK, one stream", "", () => WriteDirectAsync(drive, "capped-direct", size)),
            ("the SDK by parts", "at least 0.9", () =>
                parts.UploadAsync(local, BenchmarkDrive.Bucket, $"{BenchmarkDrive.Folder}/capped-parts")
            ),
            ("aws s3 cp", "at least 0.9", () => RunAsync(drive, "aws", "s3", "cp", "--quiet", local, Address("capped-cli"))),
        };
        if (Rclone.IsInstalled)
            peers.Add(("rclone copyto", "at least 0.9", () => Rclone.CopyAsync(drive.App.Administrator(), local, "capped-rclone")));
        await CompareAsync(results, "PUT", size, rounds, peers, () => WriteAsync(drive, "capped-ours", size));
    }

    /// <summary>All in turn, ours first; the medians.</summary>
    private static async Task CompareAsync(
        Results results,
        string what,
        long size,
        int rounds,
        IReadOnlyList<(string Name, string Goal, Func<Task> Act)> peers,
        Func<Task> ours)
    {
        var (all, theirs) = (new List<double>(), peers.ToDictionary(peer => peer.Name, _ => new List<double>()));
        for (var round = 0; round < rounds; round++)
        {
            all.Add(await SecondsAsync(ours));
            foreach (var peer in peers)
                theirs[peer.Name].Add(await SecondsAsync(peer.Act));
        }

        var megabytes = size / 1_000_000.0;
        foreach (var peer in peers)
            results.Ratio(
                $"{what} of {size / MiB} MiB",
                megabytes / Percentiles.Median(all),
                megabytes / Percentiles.Median(theirs[peer.Name]),
                peer.Name,
                "MB/s",
                peer.Goal);
    }

    private static async Task FirstByteAsync(Results results, BenchmarkDrive drive)
    {
        var (direct, ours) = await InTurnAsync(
            21,
            async () =>
            {
                using var answer = await drive.S3.GetObjectAsync(BenchmarkDrive.Bucket, $"{BenchmarkDrive.Folder}/capped");
                await answer.ResponseStream.ReadExactlyAsync(new byte[1]);
            },
            async () =>
            {
                using var answer = await drive.Http.GetAsync(drive.UrlOf("capped"), HttpCompletionOption.ResponseHeadersRead);
                await using var body = await answer.Content.ReadAsStreamAsync();
                await body.ReadExactlyAsync(new byte[1]);
            });
        results.Ratio("Time to the first byte", ours * 1000, direct * 1000, "the SDK, one stream", "ms", "at most 1.2");
    }

    private static Task SlowAsync(BenchmarkDrive drive, long bandwidthPerConnection, int latencyMs) =>
        drive.App.Anonymous()
            .SendAsync(HttpMethod.Post, "/embedded/faults", new { bandwidthPerConnection, latencyMs }, HttpStatusCode.NoContent);

    private static string Address(string name) => $"s3://{BenchmarkDrive.Bucket}/{BenchmarkDrive.Folder}/{name}";

    private static async Task ToFileAsync(BenchmarkDrive drive, Func<string, string[]> command)
    {
        var to = Path.GetTempFileName();
        try
        {
            await RunAsync(drive, command(to));
        }
        finally
        {
            File.Delete(to);
        }
    }

    private static async Task RunAsync(BenchmarkDrive drive, params string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..]);
        foreach (var (name, value) in drive.App.Administrator().CommandLineEnvironment())
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{command[0]} ended with {process.ExitCode}.");
    }
}
