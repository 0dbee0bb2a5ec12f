using System.Text.Json;
using ServerlessDrives.Tests.Shared;

namespace ServerlessDrives.Tests.Benchmarks.Wizard;

/// <summary>What one load of a page took. Times are milliseconds since the navigation began.</summary>
/// <param name="Painted">First contentful paint.</param>
/// <param name="Shown">The page's first control has been drawn and the main thread takes input for it.</param>
/// <param name="Interactive">As <paramref name="Shown"/>, and no long task runs any more or is to come: the end of the last one, if that is
/// later.</param>
/// <param name="Bytes">Of the page's files over the wire, compressed, headers included, until nothing more is fetched; the API's answers
/// are left out.</param>
/// <param name="Requests">How many, the API's included.</param>
internal sealed record PageLoad(double Painted, double Shown, double Interactive, double Bytes, int Requests)
{
    /// <summary>
    /// Runs before the page's own scripts. A long task is what browsers call one: 50 ms or more without a chance for input.
    /// The control counts as shown after a frame that holds it and a task of its own after that, which is when an input event would have
    /// its turn.
    /// </summary>
    private const string Watch =
        """
        (() => {
          const seen = (window.pageLoad = { shown: 0, busy: 0 });
          new PerformanceObserver((list) => {
            for (const task of list.getEntries()) seen.busy = Math.max(seen.busy, task.startTime + task.duration);
          }).observe({ type: 'longtask', buffered: true });
          const isShown = () => [...document.querySelectorAll('button:enabled, a[href], input:enabled')]
            .some((control) => control.matches(SELECTOR) && control.checkVisibility());
          const look = () => {
            if (!isShown()) return;
            watcher.disconnect();
            requestAnimationFrame(() => setTimeout(() => (seen.shown = performance.now())));
          };
          const watcher = new MutationObserver(look);
          watcher.observe(document, { childList: true, subtree: true, attributes: true });
        })();
        """;

    /// <summary>The first contentful paint's entry in the page's timeline, undefined before it.</summary>
    public const string PaintedFirst = "performance.getEntriesByName('first-contentful-paint')[0]";

    /// <summary>Milliseconds in which no long task may begin before the page counts as quiet.</summary>
    private const double Quiet = 1_000;

    public static string Watching(string control) => Watch.Replace("SELECTOR", JsonSerializer.Serialize(control), StringComparison.Ordinal);

    /// <summary>Loads a page in a tab that has the script of <see cref="Watching"/>.</summary>
    public static async Task<PageLoad> MeasureAsync(BareTab tab, Uri address)
    {
        var files = new FilesOverTheWire();
        tab.Ear = files.Hear;
        await tab.SendAsync("Page.navigate", new() { ["url"] = address.AbsoluteUri });
        await tab.UntilAsync(
            $"location.href === {JsonSerializer.Serialize(address.AbsoluteUri)} && pageLoad.shown > 0 && performance.now() > " +
            $"Math.max(pageLoad.shown, pageLoad.busy) + {Quiet}"
        );
        tab.Ear = null;
        var figures = (await tab.ReadAsync($"[{PaintedFirst}.startTime, pageLoad.shown, pageLoad.busy]")).Deserialize<double[]>()!;
        return new(figures[0], figures[1], Math.Max(figures[1], figures[2]), files.Bytes, files.Requests);
    }
}
