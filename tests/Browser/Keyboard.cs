using Microsoft.Playwright;
using Shouldly;
using static Microsoft.Playwright.Assertions;

namespace ServerlessDrives.Tests.Browser;

/// <summary>A person who has no mouse: goes from one thing to the next with Tab, presses Enter or Space, and types.</summary>
public sealed class Keyboard(Person person)
{
    private const int MostStops = 80;

    private IPage Page => person.Page;

    /// <summary>Tab until it has the focus, which must be seen to be there.</summary>
    public async Task TabToAsync(ILocator what, bool backwards = false)
    {
        await Expect(what).ToBeVisibleAsync();
        for (var stops = 0; stops < MostStops; stops++)
        {
            if (await HasFocusAsync(what))
                return;
            await Page.Keyboard.PressAsync(backwards ? "Shift+Tab" : "Tab");
        }

        (await HasFocusAsync(what)).ShouldBeTrue($"{what} can't be reached with Tab");
    }

    public async Task PressAsync(ILocator what, string key = "Enter")
    {
        await Expect(what).ToBeEnabledAsync();
        await TabToAsync(what);
        await Page.Keyboard.PressAsync(key);
    }

    public async Task TypeAsync(ILocator field, string text)
    {
        await TabToAsync(field);
        await Page.Keyboard.PressAsync("Control+A");
        await Page.Keyboard.TypeAsync(text);
    }

    /// <summary>Goes into a group of radio buttons, where Tab goes to the chosen one, and on with the arrows.</summary>
    public async Task ChooseAsync(ILocator group, ILocator radio)
    {
        await TabToAsync(group.GetByRole(AriaRole.Radio, new() { Checked = true }));
        for (var steps = 0; steps < 10 && !await radio.IsCheckedAsync(); steps++)
            await Page.Keyboard.PressAsync("ArrowDown");
        await Expect(radio).ToBeCheckedAsync();
    }

    private static Task<bool> HasFocusAsync(ILocator what) => what.EvaluateAsync<bool>("element => element === document.activeElement");
}
