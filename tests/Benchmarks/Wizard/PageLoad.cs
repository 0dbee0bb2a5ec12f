using System.Text.Json;
using Microsoft.Playwright;

namespace ServerlessDrives.Tests.Benchmarks.Wizard;

/// <summary>What one load of a page took. Times are milliseconds since the navigation began.</summary>
/// <param name="Painted">First contentful paint.</param>
/// <param name="Shown">The page's first control has been drawn and the main thread takes input for it.</param>
/// <param name="Interactive">As <paramref name="Shown"/>, and no long task runs any more or is to come: the end of the last one, if that is later.</param>
/// <param name="Bytes">Of the page's files over the wire, compressed, headers included, until nothing more is fetched; the API's answers are left out.</param>
/// <param name="Requests">How many, the API's included.</param>
internal sealed record PageLoad(double Painted, double Shown, double Interactive, double Bytes, int Requests)
{
    /// <summary>
    /// Runs before the page's own scripts. A long task is what browsers call one: 50 ms or more without a chance for input.
    /// The control counts as shown after a frame that holds it and a task of its own after that, which is when an input event would have its turn.
    /// </summary>
    private const string Watch =
        """
        (() => {
          const seen = (window.pageLoad = { shown: 0, busy: 0 });
          new PerformanceObserver((list) => {
            for (const task of list.getEntries()) seen.busy = Math.max(seen.busy, task.startTime + task.duration);
          }).observe({ type: 'longtask', buffered: true });
          const isShown = () => [...document.querySelectorAll('button:enabled, a[href], input:enabled')].some((control) => control.matches(SELECTOR) && control.checkVisibility());
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

    /// <summary>Loads a page whose context has the script of <see cref="Watching"/>.</summary>
    public static async Task<PageLoad> MeasureAsync(IPage page, ICDPSession devtools, Uri address)
    {
        var (asked, bytes, requests) = (new Dictionary<string, string>(), 0.0, 0);
        void Ask(object? sender, JsonElement? request)
        {
            asked[request!.Value.GetProperty("requestId").GetString()!] = request.Value.GetProperty("request").GetProperty("url").GetString()!;
            requests++;
        }

        void Take(object? sender, JsonElement? answer)
        {
            if (asked.TryGetValue(answer!.Value.GetProperty("requestId").GetString()!, out var url) && !new Uri(url).AbsolutePath.StartsWith("/api/", StringComparison.Ordinal))
                bytes += answer.Value.GetProperty("encodedDataLength").GetDouble();
        }

        var (begun, finished) = (devtools.Event("Network.requestWillBeSent"), devtools.Event("Network.loadingFinished"));
        begun.OnEvent += Ask;
        finished.OnEvent += Take;
        await page.GotoAsync(address.AbsoluteUri);
        await page.WaitForLoadStateAsync(LoadState.NetworkIdle);
        await page.WaitForFunctionAsync($"() => pageLoad.shown > 0 && performance.now() > Math.max(pageLoad.shown, pageLoad.busy) + {Quiet}");
        begun.OnEvent -= Ask;
        finished.OnEvent -= Take;
        var figures = await page.EvaluateAsync<double[]>($"() => [{PaintedFirst}.startTime, pageLoad.shown, pageLoad.busy]");
        return new(figures[0], figures[1], Math.Max(figures[1], figures[2]), bytes, requests);
    }
}
