using Microsoft.Playwright;
using Shouldly;
using static Microsoft.Playwright.Assertions;

namespace ServerlessDrives.Tests.Browser;

/// <summary>
/// Every page and dialog, each looked at in both themes, on the narrowest screen and on a desktop at 200 %: by axe, for what doesn't fit
/// and for what moves; on a phone and on the widest screen as well for whoever asks for pictures. One state is looked at in all ways
/// before the next; a theme or a window's size changes under the person, as it does for people.
/// </summary>
public abstract class EveryPage(Browsers browsers) : BrowserTests(browsers)
{
    private const int Height = 860;
    private const int Desktop = 1280;
    private const int Phone = 390;

    /// <summary>Milliseconds.</summary>
    private const int SettlingLimit = 5_000;

    /// <summary>CSS pixels, of a 4K screen without scaling.</summary>
    private const int Widest = 3840;

    /// <summary>
    /// CSS pixels: the narrowest that WCAG's reflow asks for, and a desktop at 200 %. What fits these fits what is wider.
    /// </summary>
    private static readonly int[] Widths = [320, Desktop / 2];

    private readonly List<string> _violations = [];

    private protected Task<Scene> SceneAsync() => Browsers.SceneAsync();

    private protected async Task VisitAsync(Person person, string path, ILocator until, string name)
    {
        await person.GoAsync(path);
        await person.SeeAsync(until.First);
        await LookAsync(person, name);
    }

    private protected async Task LookAsync(Person person, string name)
    {
        var page = person.Page;
        await Expect(page.Locator(".skeleton")).ToHaveCountAsync(0);
        foreach (var theme in new[] { ColorScheme.Dark, ColorScheme.Light })
        {
            var look = theme is ColorScheme.Light ? "light" : "dark";
            await page.EmulateMediaAsync(new() { ColorScheme = theme });
            await Expect(page.Locator($"html[data-theme={look}], html:not(:has(#root))")).ToHaveCountAsync(1);
            await Screenshots.TakeIfWantedAsync(page, $"{look}/{name}");
            var violations = theme is ColorScheme.Light
                ? await Accessibility.ViolationsAsync(page)
                : await Accessibility.ViolationsOfColoursAsync(page);
            _violations.AddRange(violations.Select(violation => $"{look}/{name}: {violation}"));
        }

        if (
            await page.EvaluateAsync<int>("() => document.getAnimations().filter((animation) => animation.playState === 'running').length")
            is > 0
                and var moving)
            _violations.Add($"{name}: {moving} things move, though less motion is asked for");
        foreach (var width in Widths)
        {
            await page.SetViewportSizeAsync(width, Height);
            await FitsAsync(page, name, width);
        }

        foreach (var (width, folder) in Screenshots.AreWanted ? ((int, string)[])[(Phone, "phone"), (Widest, "widest")] : [])
        {
            await page.SetViewportSizeAsync(width, Height);
            await Screenshots.TakeIfWantedAsync(page, $"{folder}/{name}");
        }

        await page.SetViewportSizeAsync(Desktop, Height);
    }

    private protected void NothingIsWrong() => _violations.ShouldBeEmpty();

    private protected async Task FitsAsync(IPage page, string name, int width)
    {
        try
        {
            // What hangs from something, such as a menu, follows it a moment later.
            await page.WaitForFunctionAsync(
                "() => document.documentElement.scrollWidth <= innerWidth",
                null,
                new() { Timeout = SettlingLimit });
        }
        catch (TimeoutException)
        {
            _violations.Add(
                $"{name}: {await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - innerWidth")} px wider than a " +
                $"window of {width} px"
            );
        }
    }
}
