using ServerlessDrives.Tests.Benchmarks.Measuring;
using ServerlessDrives.Tests.Shared;

namespace ServerlessDrives.Tests.Benchmarks.Integrations;

/// <summary>Whether every file that arrives is told of once, however often the app dies meanwhile.</summary>
public sealed class ArrivalsBenchmark : LoadBenchmark
{
    public override string Name => "arrivals";

    public override string Subject =>
        "Files that arrive on a drive while the app is killed with -9 and started again, told of to a receiver that tells repetitions " +
        "by webhook-id.";

    public override async Task RunAsync(Results results, bool quick)
    {
        ArgumentNullException.ThrowIfNull(results);
        var (files, kills) = quick ? (100, 2) : (10_000, 5);
        var story = await ArrivalsThroughKills.RunAsync(files, kills);
        var told = story
            .Received.DistinctBy(received => received.Id)
            .Select(received => received.Json["data"]!["path"]!.GetValue<string>())
            .ToList();
        results.Ratio(
            $"{files:N0} files, {kills} kills: events, repetitions left out",
            told.Count,
            files,
            "files that arrived",
            "",
            "exactly 1");
        results.Figure("files told of under two ids", told.Count - told.Distinct().Count(), "", "0");
        results.Figure("files never told of", story.Paths.Select(path => $"in/{path}").Except(told).Count(), "", "0");
        results.Figure("requests that repeated an event", story.Received.Count - told.Count, "");
        results.Figure("deliveries listed", story.Deliveries, "", $"{files:N0}");
        results.Figure("from the first file to the last event, restarts included", story.Duration.TotalSeconds, "s");
        results.Note("Each kill comes while events of a batch are being sent and files of the batch may still be coming.");
    }
}
