using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using ServerlessDrives.Tests.Benchmarks.Measuring;
using ServerlessDrives.Tests.Shared;
using Results = ServerlessDrives.Tests.Benchmarks.Measuring.Results;

namespace ServerlessDrives.Tests.Benchmarks.Host;

/// <summary>What a call costs on the local host beyond Kestrel: the invocation by gRPC, the worker's middleware, the app's.</summary>
public sealed class HttpBenchmark : LoadBenchmark
{
    private const string Path = "/favicon.svg";
    private static readonly int[] Connections = [1, 16, 64];
    private static readonly TimeSpan Warm = TimeSpan.FromSeconds(3);

    public override string Name => "http";

    public override string Subject =>
        "A trivial GET (a file of two kilobytes from the wizard's function) through the local host, the official worker and the app's " +
        "middleware; against a bare Kestrel in the same process that answers with the same bytes.";

    public override async Task RunAsync(Results results, bool quick)
    {
        ArgumentNullException.ThrowIfNull(results);
        var length = quick ? TimeSpan.FromSeconds(1) : TimeSpan.FromSeconds(8);
        await using var app = await InProcessApp.StartAsync();
        using var asked = new HttpClient { BaseAddress = app.Address };
        var bytes = await asked.GetByteArrayAsync(Path);
        await using var bare = await BareAsync(bytes);
        var bareAddress = new Uri(bare.Urls.Single());
        foreach (var connections in Connections)
        {
            await LoadAsync(app.Address, connections, Warm);
            await LoadAsync(bareAddress, connections, Warm);
            List<Load> ours = [], theirs = [];
            // In turn, so that whatever else the machine does meets both.
            for (var round = 0; round < (quick ? 1 : 3); round++)
            {
                ours.Add(await LoadAsync(app.Address, connections, length));
                theirs.Add(await LoadAsync(bareAddress, connections, length));
            }

            results.Ratio(
                $"{connections} at once",
                Median(ours, load => load.PerSecond),
                Median(theirs, load => load.PerSecond),
                "bare Kestrel",
                "requests/s",
                connections == 1 ? "" : "at least 0.2");
            results.Figure(
                $"{connections} at once: processor time of a call, the client's share included",
                Median(ours, load => load.ProcessorMilliseconds),
                "ms");
            results.Figure($"{connections} at once: the same of bare Kestrel", Median(theirs, load => load.ProcessorMilliseconds), "ms");
            results.Figure(
                $"{connections} at once: memory allocated for a call, the client's share included",
                Median(ours, load => load.Kilobytes),
                "kB");
        }

        results.Note("Client and servers share the process and the machine's cores. Medians of three alternating runs.");
    }

    private static async Task<WebApplication> BareAsync(byte[] bytes)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        app.Run(async http =>
        {
            http.Response.ContentType = "image/svg+xml";
            http.Response.ContentLength = bytes.Length;
            await http.Response.Body.WriteAsync(bytes);
        });
        await app.StartAsync();
        return app;
    }

    private static async Task<Load> LoadAsync(Uri address, int connections, TimeSpan length)
    {
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = connections }) { BaseAddress = address };
        var (calls, processor, allocated, watch) = (0, Environment.CpuUsage.TotalTime, GC.GetTotalAllocatedBytes(), Stopwatch.StartNew());
        await Task.WhenAll(Enumerable.Range(0, connections).Select(async _ =>
        {
            while (watch.Elapsed < length)
            {
                using var answer = await http.GetAsync(Path);
                answer.EnsureSuccessStatusCode();
                await answer.Content.CopyToAsync(Stream.Null);
                Interlocked.Increment(ref calls);
            }
        }));
        var elapsed = watch.Elapsed;
        return new(
            calls / elapsed.TotalSeconds,
            (Environment.CpuUsage.TotalTime - processor).TotalMilliseconds / calls,
            (GC.GetTotalAllocatedBytes() - allocated) / 1024.0 / calls);
    }

    private static double Median(IEnumerable<Load> loads, Func<Load, double> figure) => Percentiles.Median(loads.Select(figure));

    private sealed record Load(double PerSecond, double ProcessorMilliseconds, double Kilobytes);
}
