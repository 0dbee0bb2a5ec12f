using System.Runtime.CompilerServices;
using Microsoft.Playwright;

namespace ServerlessDrives.Tests.Browser;

/// <summary>Pictures of pages, under <c>tests/Browser/screenshots</c>.</summary>
public static class Screenshots
{
    private static readonly string Folder = Path.Combine(Path.GetDirectoryName(Here())!, "screenshots");

    /// <summary>
    /// For whoever sets <c>SCREENSHOTS</c> to anything, to look at: they cost as much as all else that is done with a page.
    /// </summary>
    public static bool AreWanted { get; } = Environment.GetEnvironmentVariable("SCREENSHOTS") is { Length: > 0 };

    public static Task TakeIfWantedAsync(IPage page, string name) => AreWanted ? TakeAsync(page, name) : Task.CompletedTask;

    public static async Task TakeAsync(IPage page, string name)
    {
        // What stays at the top of the window would otherwise be somewhere within the picture of the whole page.
        await page.EvaluateAsync("() => scrollTo({ top: 0, behavior: 'instant' })");
        await page.ScreenshotAsync(new()
        {
            Path = Path.Combine(Folder, $"{name}.png"),
            FullPage = true,
            Animations = ScreenshotAnimations.Disabled,
            Caret = ScreenshotCaret.Hide,
        });
    }

    private static string Here([CallerFilePath] string path = "") => path;
}
