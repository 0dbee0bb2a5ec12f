using Spectre.Console;

namespace ServerlessDrives.Embedded.Cloud;

/// <summary>Where the embedded runtime talks to whoever started it.</summary>
internal static class Terminal
{
    private const int WideEnough = 1000;

    /// <summary>
    /// With colours and spinners on a terminal; plain when piped, and not wrapped at the 80 columns that a pipe doesn't have.
    /// </summary>
    public static IAnsiConsole Open()
    {
        if (!Console.IsOutputRedirected)
            return AnsiConsole.Create(new AnsiConsoleSettings());
        var plain = AnsiConsole.Create(
            new AnsiConsoleSettings
            {
                Ansi = AnsiSupport.No,
                ColorSystem = ColorSystemSupport.NoColors,
                Interactive = InteractionSupport.No,
            });
        plain.Profile.Width = WideEnough;
        return plain;
    }
}
