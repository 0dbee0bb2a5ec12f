using System.Runtime.CompilerServices;
using Microsoft.Playwright;

namespace ServerlessDrives.Tests.Browser;

/// <summary>Pictures of pages, under <c>tests/Browser/screenshots</c>.</summary>
public static class Screenshots
{
    private static readonly string Folder = Path.Combine(Path.GetDirectoryName(Here())!, "screenshots");

    public static Task TakeAsync(IPage page, string name) =>
        page.ScreenshotAsync(new() { Path = Path.Combine(Folder, $"{name}.png"), FullPage = true, Animations = ScreenshotAnimations.Disabled, Caret = ScreenshotCaret.Hide });

    private static string Here([CallerFilePath] string path = "") => path;
}
