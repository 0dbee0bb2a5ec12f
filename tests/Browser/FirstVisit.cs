using Microsoft.Playwright;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Browser;

public sealed class FirstVisit(Browsers browsers) : BrowserTests(browsers)
{
    /// <summary>Bytes over the wire, compressed, that the first page may take; later pages bring their own parts.</summary>
    private const double Budget = 200_000;

    /// <summary>
    /// From the start of the navigation to the first frame in which the button is there and the page would answer a press. A quarter of the machine's speed, nothing cached.
    /// Written down in <c>screenshots/interactive.txt</c> and not held against a clock: that depends on what else the machine does.
    /// </summary>
    [Theory]
    [InlineData("sign-in", "Sign in")]
    [InlineData("drives", "Add data source")]
    public async Task It_can_be_used_soon_on_a_slow_computer(string page, string control)
    {
        var ada = page is "drives" ? await SignedInAsync() : await ArriveAsync();
        var devtools = await ada.Page.Context.NewCDPSessionAsync(ada.Page);
        await devtools.SendAsync("Network.enable");
        await devtools.SendAsync("Network.setCacheDisabled", new() { ["cacheDisabled"] = true });
        await devtools.SendAsync("Emulation.setCPUThrottlingRate", new() { ["rate"] = 4 });
        await ada.Page.AddInitScriptAsync($$"""
            new MutationObserver((_, observer) => {
              if (![...document.querySelectorAll('button:enabled, a')].some((element) => element.textContent === '{{control}}')) return;
              observer.disconnect();
              requestAnimationFrame(() => setTimeout(() => { window.usableAt = performance.now(); }));
            }).observe(document, { childList: true, subtree: true });
            """);
        var figures = new List<double>();
        for (var round = 0; round < 5; round++)
        {
            await ada.GoAsync("/");
            await ada.Page.WaitForFunctionAsync("() => window.usableAt > 0");
            figures.Add(await ada.Page.EvaluateAsync<double>("() => window.usableAt"));
        }

        figures.Sort();
        await Screenshots.WriteDownAsync($"{page}: usable after {figures[2]:0} ms (median of five, CPU at a quarter; {figures[0]:0} to {figures[^1]:0})");
    }
}
