using System.Runtime.CompilerServices;
using Microsoft.Playwright;

namespace ServerlessDrives.Tests.Browser;

/// <summary>Pictures of pages, under <c>tests/Browser/screenshots</c>.</summary>
public static class Screenshots
{
    private static readonly string Folder = Path.Combine(Path.GetDirectoryName(Here())!, "screenshots");

    public static Task TakeAsync(IPage page, string name) =>
        page.ScreenshotAsync(new() { Path = Path.Combine(Folder, $"{name}.png"), FullPage = true, Animations = ScreenshotAnimations.Disabled, Caret = ScreenshotCaret.Hide });

    /// <summary>Adds a line to <c>interactive.txt</c>.</summary>
    public static Task WriteDownAsync(string line)
    {
        Directory.CreateDirectory(Folder);
        return File.AppendAllLinesAsync(Path.Combine(Folder, "interactive.txt"), [$"{DateTime.UtcNow:u} {line}"]);
    }

    private static string Here([CallerFilePath] string path = "") => path;
}
