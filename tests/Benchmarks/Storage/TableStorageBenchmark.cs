using System.Collections.Concurrent;
using System.Diagnostics;
using Azure.Data.Tables;
using ServerlessDrives.Embedded.Cloud;
using ServerlessDrives.Embedded.Cloud.Azurite;
using ServerlessDrives.Tests.Benchmarks.Measuring;
using ServerlessDrives.Tests.Shared.Azurite;

namespace ServerlessDrives.Tests.Benchmarks.Storage;

/// <summary>What it costs that tables are in a log before an answer goes out.</summary>
public sealed class TableStorageBenchmark : LoadBenchmark
{
    public override string Name => "tables";

    public override string Subject =>
        "Inserts of rows of 500 bytes into the tables of one machine, whose changes are in a log before they are answered; against " +
        "Azurite as it comes, which saves all of its tables every five seconds.";

    public override async Task RunAsync(Results results, bool quick)
    {
        ArgumentNullException.ThrowIfNull(results);
        foreach (var large in (bool[])[false, true])
        {
            var (ours, theirs) = (new Figures(), new Figures());
            for (var turn = 0; turn < (quick ? 1 : 5); turn++)
            {
                await RunTheirsAsync(theirs, large, quick);
                await RunOursAsync(ours, large, quick);
            }

            var tables = large ? "30 MB of tables" : "small tables";
            foreach (var writers in (int[])[1, 16])
            {
                var (our, their) = (ours[writers], theirs[writers]);
                results.Ratio($"{tables}, {writers} at once", our.Rate, their.Rate, "Azurite", "writes/s", "");
                results.Ratio($"{tables}, {writers} at once, p50", our.At(50), their.At(50), "Azurite", "ms", "");
                results.Ratio($"{tables}, {writers} at once, p99", our.At(99), their.At(99), "Azurite", "ms", "");
                results.Ratio($"{tables}, {writers} at once, slowest", our.At(100), their.At(100), "Azurite", "ms", "");
            }

            results.Ratio($"{tables}, a stop after that", ours.Stop, theirs.Stop, "Azurite", "ms", "");
        }
    }

    private static async Task RunTheirsAsync(Figures figures, bool large, bool quick)
    {
        await using var azurite = new AzuriteFixture();
        var (tables, _) = await azurite.ClientsAsync();
        await WriteAsync(tables, figures, large, quick);
        await figures.StopAsync(azurite.StopAsync);
    }

    private static async Task RunOursAsync(Figures figures, bool large, bool quick)
    {
        var (folder, ports) = (Directory.CreateTempSubdirectory("azurite-").FullName, FreePort.Take(2));
        await using (var azurite = new AzuriteServer(AzuriteInstallation.OfThisPerson(Terminal.Open()), folder, ports[0], ports[1]))
        {
            await azurite.StartAsync(CancellationToken.None);
            await WriteAsync(azurite.Tables(), figures, large, quick);
            await figures.StopAsync(() => azurite.DisposeAsync().AsTask());
        }

        Directory.Delete(folder, recursive: true);
    }

    private static async Task WriteAsync(TableServiceClient tables, Figures figures, bool large, bool quick)
    {
        if (large)
            await LargeTable.FillAsync(tables);
        var table = tables.GetTableClient("Inserts");
        await table.CreateIfNotExistsAsync();
        await WriteAsync(table, "warm-up", 8, TimeSpan.FromSeconds(quick ? 0.2 : 2));
        foreach (var writers in (int[])[1, 16])
            figures.Add(writers, await WriteAsync(table, $"of-{writers}", writers, TimeSpan.FromSeconds(quick ? 0.5 : 8)));
    }

    private static async Task<(TimeSpan Elapsed, IReadOnlyCollection<TimeSpan> Durations)> WriteAsync(
        TableClient table,
        string name,
        int writers,
        TimeSpan span)
    {
        var durations = new ConcurrentBag<TimeSpan>();
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, writers).Select(async writer =>
        {
            for (var number = 0; Stopwatch.GetElapsedTime(started) < span; number++)
            {
                var begun = Stopwatch.GetTimestamp();
                await table.AddEntityAsync(new TableEntity(name, $"{writer}-{number:000000}") { ["Text"] = new string('x', 500) });
                durations.Add(Stopwatch.GetElapsedTime(begun));
            }
        }));
        return (Stopwatch.GetElapsedTime(started), durations);
    }

    private sealed class Figures
    {
        private readonly Dictionary<int, Load> _loads = [];
        private readonly List<double> _stops = [];

        public double Stop => Percentiles.Median(_stops);

        public Load this[int writers] => _loads[writers];

        public void Add(int writers, (TimeSpan Elapsed, IReadOnlyCollection<TimeSpan> Durations) turn)
        {
            _loads.TryAdd(writers, new());
            _loads[writers].Turns.Add((turn.Durations.Count / turn.Elapsed.TotalSeconds, new Percentiles(turn.Durations)));
        }

        public async Task StopAsync(Func<Task> stop)
        {
            var begun = Stopwatch.GetTimestamp();
            await stop();
            _stops.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
        }
    }

    /// <summary>The turns of one load; of each figure the middle one counts.</summary>
    private sealed class Load
    {
        public List<(double Rate, Percentiles Latency)> Turns { get; } = [];

        public double Rate => Percentiles.Median(Turns.Select(turn => turn.Rate));

        public double At(double percent) => Percentiles.Median(Turns.Select(turn => turn.Latency.At(percent)));
    }
}
