using System.Diagnostics;
using System.Reflection;
using Xunit;

namespace ServerlessDrives.Tests.Unit.Deployment;

/// <summary>Runs the Bicep compiler that the tests restore.</summary>
internal static class BicepCompiler
{
    /// <param name="settings">Environment variables, separated by spaces.</param>
    /// <returns>Its exit code, what it wrote, and what it had to say about it.</returns>
    public static async Task<(int ExitCode, string Output, string Diagnostics)> RunAsync(
        string folder,
        string settings,
        params string[] arguments)
    {
        var bicep = typeof(BicepCompiler)
            .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .First(attribute => attribute.Key == "Bicep")
            .Value!;
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(bicep, File.GetUnixFileMode(bicep) | UnixFileMode.UserExecute);
        var start = new ProcessStartInfo(bicep, arguments)
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            WorkingDirectory = folder,
        };
        foreach (var setting in settings.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(setting => setting.Split('=')))
            start.Environment[setting[0]] = setting[1];
        using var run = Process.Start(start)!;
        var output = run.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var diagnostics = await run.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var written = await output;
        await run.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (run.ExitCode, written, diagnostics.Trim());
    }
}
