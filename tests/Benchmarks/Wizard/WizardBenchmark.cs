using Microsoft.Playwright;
using ServerlessDrives.Tests.Benchmarks.Measuring;
using ServerlessDrives.Tests.Shared;

namespace ServerlessDrives.Tests.Benchmarks.Wizard;

/// <summary>How long people wait for the wizard's first page on a slow machine.</summary>
public sealed class WizardBenchmark : LoadBenchmark
{
    internal const int Slowdown = 4;
    internal const double GoalMs = 1_000;

    private static readonly Entrance[] Entrances =
    [
        new("sign-in page", "/", false, "#sign-in", "document.body.innerText.includes('Ada Lind')"),
        new("drives, signed in", "/", true, "main a[href='/connect']", "document.querySelector('input[name=displayName]')"),
        new(
            "the wizard's first step",
            "/connect",
            true,
            "main input[name=displayName]",
            "document.querySelector('input[name=displayName]:focus')"),
    ];

    public override string Name => "wizard";

    public override string Subject =>
        "The wizard's pages from the navigation until they are interactive, in headless Chromium with its main thread slowed down " +
        $"{Slowdown} times, from the app on the same machine; median of the rounds.";

    public override async Task RunAsync(Results results, bool quick)
    {
        ArgumentNullException.ThrowIfNull(results);
        var rounds = quick ? 3 : 15;
        await using var app = await EmbeddedApp.StartAsync();
        using var playwright = await Playwright.CreateAsync();
        await using var chromium = await LaunchAsync(playwright);
        var session = await SignInAsync(chromium, app.Address);
        var browser = await chromium.NewBrowserCDPSessionAsync();

        var bare = new List<double>();
        foreach (var entrance in Entrances)
        {
            var (cold, warm) = (new List<PageLoad>(), new List<PageLoad>());
            // The first visit of all warms the app up and doesn't count.
            for (var round = -1; round < rounds; round++)
            {
                var (text, first, second) = await VisitAsync(browser, app.Address, entrance, entrance.SignedIn ? session : null);
                if (round < 0)
                    continue;
                bare.Add(text);
                cold.Add(first);
                warm.Add(second);
            }

            results.Ratio(
                $"{entrance.Name}, first visit: interactive",
                Median(cold, load => load.Interactive),
                GoalMs,
                "the goal",
                "ms",
                "at most 1");
            results.Ratio(
                $"{entrance.Name}, again: interactive",
                Median(warm, load => load.Interactive),
                GoalMs,
                "the goal",
                "ms",
                "at most 1");
            results.Figure($"{entrance.Name}, first visit: first contentful paint", Median(cold, load => load.Painted), "ms");
            results.Figure($"{entrance.Name}, first visit: first control takes input", Median(cold, load => load.Shown), "ms");
            results.Figure(
                $"{entrance.Name}, first visit: fastest and slowest round",
                cold.Min(load => load.Interactive),
                $"ms and {cold.Max(load => load.Interactive):#,##0} ms");
            results.Figure(
                $"{entrance.Name}, first visit: files over the wire",
                Median(cold, load => load.Bytes) / 1000,
                "kB",
                "at most 200");
            results.Figure($"{entrance.Name}, first visit: requests", Median(cold, load => load.Requests), "");
            results.Figure($"{entrance.Name}, again: files over the wire", Median(warm, load => load.Bytes) / 1000, "kB");
        }

        results.Figure(
            "The browser alone: a few words of plain text in a new tab, whose process the browser starts, slowed down as well: first " +
            "contentful paint",
            Percentiles.Median(bare),
            "ms");
        results.Note(
            "Interactive is when the page's first control has been drawn and takes input, and no long task (50 ms or more) runs or " +
            "comes within the next second: the later of the two. What is fetched ahead for later pages counts as well. "
                + "The page is opened over Chromium's own protocol: Playwright's scripts, which it puts into every page of its own, " +
                    "would be slowed down as well and counted with ours. "
                + "Each round is a browser context of its own with nothing cached. Plain text from the app comes first, so that the " +
                    "tab has its process, whose start is the browser's and not ours; then the page, "
                + "and the page again; at the end the control is used, and has to answer.");
    }

    private static double Median(IEnumerable<PageLoad> loads, Func<PageLoad, double> figure) => Percentiles.Median(loads.Select(figure));

    internal static async Task<(double Text, PageLoad First, PageLoad Second)> VisitAsync(
        ICDPSession browser,
        Uri app,
        Entrance entrance,
        string? session)
    {
        await using var tab = await BareTab.OpenAsync(browser, 1280, 860);
        await tab.SendAsync("Page.enable");
        await tab.SendAsync("Network.enable");
        if (session is not null)
            await tab.SendAsync(
                "Page.addScriptToEvaluateOnNewDocument",
                new()
                {
                    ["source"] =
                        $"if (location.origin === '{app.GetLeftPart(UriPartial.Authority)}') for (const [key, value] of " +
                        $"Object.entries({session})) localStorage.setItem(key, value);",
                });
        await tab.SendAsync("Page.addScriptToEvaluateOnNewDocument", new() { ["source"] = PageLoad.Watching(entrance.Control) });
        await tab.SendAsync("Emulation.setCPUThrottlingRate", new() { ["rate"] = Slowdown });
        await tab.SendAsync("Page.navigate", new() { ["url"] = new Uri(app, "/api/health").AbsoluteUri });
        await tab.UntilAsync(PageLoad.PaintedFirst);
        var text = (await tab.ReadAsync($"{PageLoad.PaintedFirst}.startTime")).GetDouble();
        var address = new Uri(app, entrance.Path);
        var first = await PageLoad.MeasureAsync(tab, address);
        var second = await PageLoad.MeasureAsync(tab, address);
        await tab.SendAsync("Emulation.setCPUThrottlingRate", new() { ["rate"] = 1 });
        await tab.ClickAsync(entrance.Control);
        await tab.UntilAsync(entrance.Answer);
        return (text, first, second);
    }

    internal static Task<IBrowser> LaunchAsync(IPlaywright playwright) =>
        playwright.Chromium.LaunchAsync(
            new()
            {
                ExecutablePath = "/usr/bin/chromium",
                Args =
                [
                    "--no-sandbox",
                    "--disable-gpu",
                    "--disable-background-networking",
                    "--disable-component-update",
                    "--no-first-run",
                    "--disable-sync",
                ],
            });

    /// <returns>What a signed-in tab keeps, as JSON.</returns>
    internal static async Task<string> SignInAsync(IBrowser chromium, Uri app)
    {
        await using var context = await chromium.NewContextAsync();
        var page = await context.NewPageAsync();
        await page.GotoAsync(app.AbsoluteUri);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Ada Lind" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Add data source" }).First.WaitForAsync();
        return await page.EvaluateAsync<string>("() => JSON.stringify(localStorage)");
    }

    /// <summary>A page that people come in by.</summary>
    /// <param name="Control">A CSS selector of the page's first control.</param>
    /// <param name="Answer">An expression that is true of the page once the control was used.</param>
    internal sealed record Entrance(string Name, string Path, bool SignedIn, string Control, string Answer);
}
