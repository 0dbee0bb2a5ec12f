using Amazon.S3.Model;
using Microsoft.Playwright;
using ServerlessDrives.Tests.Benchmarks.Files;
using ServerlessDrives.Tests.Benchmarks.Measuring;

namespace ServerlessDrives.Tests.Benchmarks.Wizard;

/// <summary>How long people wait for a folder with many files on a slow machine.</summary>
public sealed class FilesPageBenchmark : LoadBenchmark
{
    private const int Files = 10_000;
    private const int AtOnce = 16;

    public override string Name => "files-page";

    public override string Subject =>
        $"The files page with {Files:#,##0} files in its folder, from the navigation until it is interactive, in headless Chromium with " +
        $"its main thread slowed down {WizardBenchmark.Slowdown} times, from the app on the same machine; median of the rounds.";

    public override async Task RunAsync(Results results, bool quick)
    {
        ArgumentNullException.ThrowIfNull(results);
        var rounds = quick ? 3 : 15;
        await using var drive = await BenchmarkDrive.StartAsync();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, Files),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            async (number, cancellation) => await drive.S3.PutObjectAsync(
                new PutObjectRequest
                {
                    BucketName = BenchmarkDrive.Bucket,
                    Key = $"{BenchmarkDrive.Folder}/claim {number:00000} of the year 2026.txt",
                    ContentBody = "a claim",
                },
                cancellation));
        using var playwright = await Playwright.CreateAsync();
        await using var chromium = await WizardBenchmark.LaunchAsync(playwright);
        var session = await WizardBenchmark.SignInAsync(chromium, drive.App.Address);
        var browser = await chromium.NewBrowserCDPSessionAsync();
        var entrance = new WizardBenchmark.Entrance(
            "",
            $"/drives/{drive.Root.Split('/')[^1]}/files",
            SignedIn: true,
            ".files-table tbody a[href]",
            "document.querySelector('dialog.preview')?.textContent.includes('a claim')");
        var (first, again) = (new List<PageLoad>(), new List<PageLoad>());
        // The first visit of all warms the app up and doesn't count.
        for (var round = -1; round < rounds; round++)
        {
            var (_, cold, warm) = await WizardBenchmark.VisitAsync(browser, drive.App.Address, entrance, session);
            if (round < 0)
                continue;
            first.Add(cold);
            again.Add(warm);
        }

        foreach (var (loads, name) in new[] { (first, "first visit"), (again, "again") })
        {
            results.Ratio(
                $"{name}: interactive",
                Percentiles.Median(loads.Select(load => load.Interactive)),
                WizardBenchmark.GoalMs,
                "the goal",
                "ms",
                "at most 1");
            results.Figure($"{name}: the first file takes input", Percentiles.Median(loads.Select(load => load.Shown)), "ms");
            results.Figure(
                $"{name}: fastest and slowest round",
                loads.Min(load => load.Interactive),
                $"ms and {loads.Max(load => load.Interactive):#,##0} ms");
        }

        results.Figure("first visit: files over the wire", Percentiles.Median(first.Select(load => load.Bytes)) / 1000, "kB");
        results.Note(
            "Interactive as in wizard.md; the first control is the first file's name, which at the end is clicked and has to show the " +
            "file. The page shows 100 entries and more on request.");
    }
}
