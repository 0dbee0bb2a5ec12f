using System.Diagnostics;

namespace ServerlessDrives.Tests.Benchmarks.Startup;

/// <summary>The app and its local host as <c>dotnet publish</c> leaves it in a folder.</summary>
/// <param name="Name">What is special about it.</param>
/// <param name="Options">What the command line says more.</param>
internal sealed record Publication(string Name, params string[] Options)
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(10);

    /// <returns>The program to start.</returns>
    public async Task<string> MakeAsync(string repository, string folder)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            WorkingDirectory = repository,
        };
        foreach (
            var argument in (string[])
                ["publish", "infra/embedded", "-c", "Release", "-p:SkipWizard=true", "--nologo", "-v", "quiet", "-o", folder, .. Options])
            start.ArgumentList.Add(argument);
        using var publish = Process.Start(start)!;
        var said = publish.StandardOutput.ReadToEndAsync();
        await publish.WaitForExitAsync().WaitAsync(TimeLimit);
        return publish.ExitCode == 0
            ? Path.Combine(folder, "ServerlessDrives.Embedded")
            : throw new InvalidOperationException($"dotnet publish ended with {publish.ExitCode}:\n{await said}");
    }
}
