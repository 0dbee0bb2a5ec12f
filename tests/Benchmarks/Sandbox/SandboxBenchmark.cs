using System.Diagnostics;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using ServerlessDrives.Embedded.Cloud;
using ServerlessDrives.Embedded.Cloud.Sandbox;
using ServerlessDrives.Tests.Benchmarks.Measuring;

namespace ServerlessDrives.Tests.Benchmarks.Sandbox;

/// <summary>Whether the AWS sandbox gets in the way of what is measured through it.</summary>
public sealed class SandboxBenchmark : LoadBenchmark
{
    private const string Bucket = "acme-documents";
    private const int AtOnce = 8;

    public override string Name => "sandbox";

    public override string Subject =>
        "The AWS sandbox by the .NET SDK as it comes (signatures, chunks, checksums), against bare HTTP between the same client stack " +
        "and a file on the same disk.";

    public override async Task RunAsync(Results results, bool quick)
    {
        ArgumentNullException.ThrowIfNull(results);
        var folder = Directory.CreateTempSubdirectory("serverless-drives-bench-");
        var ports = FreePort.Take(2);
        var size = (quick ? 16 : 256) << 20;
        var rounds = quick ? 1 : 5;
        try
        {
            await using var sandbox = new AwsSandbox(folder.FullName, ports[0], NullLogger.Instance, TimeProvider.System);
            var seeded = sandbox.Plant();
            await sandbox.StartAsync(CancellationToken.None);
            await using var bare = await BareAsync(ports[1], Path.Combine(folder.FullName, "bare"));
            using var s3 = new AmazonS3Client(
                new BasicAWSCredentials(seeded.Administrator.AccessKeyId, seeded.Administrator.SecretAccessKey),
                new AmazonS3Config
                {
                    ServiceURL = sandbox.Endpoint.AbsoluteUri,
                    AuthenticationRegion = "us-east-1",
                    ForcePathStyle = true,
                    MaxErrorRetry = 0,
                });
            using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{ports[1]}/") };
            var bytes = new byte[1 << 20];
            Random.Shared.NextBytes(bytes);

            await LargeAsync(results, s3, http, bytes, size, rounds);
            await SmallAsync(results, s3, http, TimeSpan.FromSeconds(quick ? 1 : 10));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task LargeAsync(Results results, AmazonS3Client s3, HttpClient http, byte[] bytes, int size, int rounds)
    {
        var (put, get, barePut, bareGet) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
        var managed = 0L;
        // The first round warms up and doesn't count.
        for (var round = 0; round <= rounds; round++)
        {
            var up = await TimeAsync(async () =>
                await s3.PutObjectAsync(
                    new PutObjectRequest
                    {
                        BucketName = Bucket,
                        Key = "bench/large",
                        InputStream = new Repeated(bytes, size),
                        AutoCloseStream = true,
                    }));
            managed = Math.Max(managed, GC.GetTotalMemory(forceFullCollection: false));
            var down = await TimeAsync(async () =>
            {
                using var answer = await s3.GetObjectAsync(Bucket, "bench/large");
                await answer.ResponseStream.CopyToAsync(Stream.Null);
            });
            managed = Math.Max(managed, GC.GetTotalMemory(forceFullCollection: false));
            var bareUp = await TimeAsync(async () =>
            {
                using var content = new StreamContent(new Repeated(bytes, size), 1 << 17);
                using var answer = await http.PutAsync("large", content);
                answer.EnsureSuccessStatusCode();
            });
            var bareDown = await TimeAsync(async () =>
            {
                using var answer = await http.GetAsync("large", HttpCompletionOption.ResponseHeadersRead);
                await answer.Content.CopyToAsync(Stream.Null);
            });
            if (round == 0 && rounds > 1) continue;
            put.Add(up);
            get.Add(down);
            barePut.Add(bareUp);
            bareGet.Add(bareDown);
        }

        var megabytes = size / 1e6;
        results.Ratio(
            $"PUT of {size >> 20} MiB",
            megabytes / Percentiles.Median(put),
            megabytes / Percentiles.Median(barePut),
            "bare HTTP into a file, nothing hashed",
            "MB/s",
            "no goal: it hashes each byte three times");
        results.Ratio(
            $"GET of {size >> 20} MiB",
            megabytes / Percentiles.Median(get),
            megabytes / Percentiles.Median(bareGet),
            "bare HTTP from a file",
            "MB/s",
            "no goal");
        results.Figure(
            "Managed memory at most, client and sandbox in one process, between large transfers",
            managed / 1e6,
            "MB",
            "flat: far below the object");
        results.Note("Client and server share the machine's cores: what the sandbox reaches by itself is more.");
    }

    private static async Task SmallAsync(Results results, AmazonS3Client s3, HttpClient http, TimeSpan length)
    {
        await s3.PutObjectAsync(
            new PutObjectRequest
            {
                BucketName = Bucket,
                Key = "bench/small",
                InputStream = new MemoryStream(new byte[1024]),
            });
        using (var content = new ByteArrayContent(new byte[1024]))
        using (var answer = await http.PutAsync("small", content))
            answer.EnsureSuccessStatusCode();
        var get = await RateAsync(length, async () =>
        {
            using var answer = await s3.GetObjectAsync(Bucket, "bench/small");
            await answer.ResponseStream.CopyToAsync(Stream.Null);
        });
        var bare = await RateAsync(length, async () => await http.GetByteArrayAsync("small"));
        var put = await RateAsync(
            length,
            async () =>
                await s3.PutObjectAsync(
                    new PutObjectRequest
                    {
                        BucketName = Bucket,
                        Key = $"bench/{Guid.NewGuid():n}",
                        InputStream = new MemoryStream(new byte[1024]),
                    }));
        results.Ratio(
            $"GETs of 1 KiB, {AtOnce} at once",
            get,
            bare,
            "bare HTTP from a file",
            "per second",
            "no goal: most of it is the SDK's own work");
        results.Figure($"PUTs of 1 KiB, {AtOnce} at once", put, "per second");
    }

    private static async Task<double> TimeAsync(Func<Task> work)
    {
        var watch = Stopwatch.StartNew();
        await work();
        return watch.Elapsed.TotalSeconds;
    }

    private static async Task<double> RateAsync(TimeSpan length, Func<Task> work)
    {
        await work();
        var done = 0;
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => Task.Run(async () =>
        {
            while (watch.Elapsed < length)
            {
                await work();
                Interlocked.Increment(ref done);
            }
        })));
        return done / watch.Elapsed.TotalSeconds;
    }

    private static async Task<WebApplication> BareAsync(int port, string folder)
    {
        Directory.CreateDirectory(folder);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.ListenLocalhost(port);
        });
        var app = builder.Build();
        app.Run(async http =>
        {
            var file = Path.Combine(folder, http.Request.Path.Value!.Trim('/'));
            if (http.Request.Method == "PUT")
            {
                await using var written = File.Create(file, 1 << 19);
                await http.Request.Body.CopyToAsync(written, 1 << 19);
                return;
            }

            await using var read = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1 << 18);
            http.Response.ContentLength = read.Length;
            await read.CopyToAsync(http.Response.Body, 1 << 18);
        });
        await app.StartAsync();
        return app;
    }

    /// <summary>The same bytes again and again, so that a large body takes no memory.</summary>
    private sealed class Repeated(byte[] bytes, long length) : Stream
    {
        public override bool CanRead => true;
        public override bool CanSeek => true;
        public override bool CanWrite => false;
        public override long Length => length;
        public override long Position { get; set; }

        public override int Read(Span<byte> buffer)
        {
            var from = (int)(Position % bytes.Length);
            var read = (int)Math.Min(Math.Min(buffer.Length, bytes.Length - from), length - Position);
            bytes.AsSpan(from, read).CopyTo(buffer);
            Position += read;
            return read;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            Task.FromResult(Read(buffer.AsSpan(offset, count)));

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            ValueTask.FromResult(Read(buffer.Span));

        public override long Seek(long offset, SeekOrigin origin) =>
            Position = origin switch
            {
                SeekOrigin.Begin => offset,
                SeekOrigin.Current => Position + offset,
                _ => length + offset,
            };

        public override void Flush() { }

        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
