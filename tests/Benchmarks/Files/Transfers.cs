using System.Diagnostics;
using Amazon.S3.Model;
using ServerlessDrives.Tests.Benchmarks.Measuring;

namespace ServerlessDrives.Tests.Benchmarks.Files;

/// <summary>Reading and writing, through a drive and straight to S3, and how long it takes.</summary>
internal static class Transfers
{
    public static async Task WriteDirectAsync(BenchmarkDrive drive, string name, long size)
    {
        await using var content = new PatternStream(size);
        await drive.S3.PutObjectAsync(
            new PutObjectRequest
            {
                BucketName = BenchmarkDrive.Bucket,
                Key = $"{BenchmarkDrive.Folder}/{name}",
                InputStream = content,
            });
    }

    public static async Task WriteAsync(BenchmarkDrive drive, string name, long size, bool chunked = false)
    {
        await using var content = new PatternStream(size);
        using var request = new HttpRequestMessage(HttpMethod.Put, drive.UrlOf(name)) { Content = new StreamContent(content, 128 * 1024) };
        request.Headers.TransferEncodingChunked = chunked;
        using var answer = await drive.Http.SendAsync(request);
        if (!answer.IsSuccessStatusCode)
            throw new InvalidOperationException(await answer.Content.ReadAsStringAsync());
    }

    public static async Task ReadDirectAsync(BenchmarkDrive drive, string name)
    {
        using var answer = await drive.S3.GetObjectAsync(BenchmarkDrive.Bucket, $"{BenchmarkDrive.Folder}/{name}");
        await DiscardAsync(answer.ResponseStream, answer.ContentLength);
    }

    public static async Task ReadAsync(HttpClient http, string url)
    {
        using var answer = await http.GetAsync(url, HttpCompletionOption.ResponseHeadersRead);
        answer.EnsureSuccessStatusCode();
        await using var stream = await answer.Content.ReadAsStreamAsync();
        await DiscardAsync(stream, answer.Content.Headers.ContentLength!.Value);
    }

    public static async Task DiscardAsync(Stream stream, long expected)
    {
        var buffer = System.Buffers.ArrayPool<byte>.Shared.Rent(128 * 1024);
        var total = 0L;
        while (await stream.ReadAsync(buffer) is > 0 and var read)
            total += read;
        System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
        Check(total, expected);
    }

    public static void Check(long got, long expected)
    {
        if (got != expected)
            throw new InvalidOperationException($"{got} came instead of {expected}.");
    }

    public static Task AtOnceAsync(int count, Func<int, Task> act) =>
        Task.WhenAll(Enumerable.Range(0, count).Select(i => Task.Run(() => act(i))));

    /// <summary>Both in turn, after one round to warm up; the median seconds of each.</summary>
    public static async Task<(double Baseline, double Ours)> InTurnAsync(int rounds, Func<Task> baseline, Func<Task> ours)
    {
        var (baselines, all) = (new List<double>(), new List<double>());
        for (var round = 0; round <= rounds; round++)
        {
            var (first, second) = (await SecondsAsync(baseline), await SecondsAsync(ours));
            if (round == 0)
                continue;
            baselines.Add(first);
            all.Add(second);
        }

        return (Percentiles.Median(baselines), Percentiles.Median(all));
    }

    public static async Task<double> SecondsAsync(Func<Task> act)
    {
        var clock = Stopwatch.StartNew();
        await act();
        return clock.Elapsed.TotalSeconds;
    }
}
