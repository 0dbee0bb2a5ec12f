using ServerlessDrives.Tests.Integration.Sandbox;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Setup;

/// <summary>Runs setup scripts by a shell, with the real <c>aws</c> command, on the sandbox.</summary>
internal static class AwsScripts
{
    /// <param name="without">A command that this machine is to lack.</param>
    public static async Task<string> RunAsync(
        AwsAdministrator administrator,
        string script,
        string? without = null,
        params string[] options
    )
    {
        var (exit, output, errors) = await TryAsync(administrator, script, without, options);
        exit.ShouldBe(0, $"{output}\n{errors}");
        return output;
    }

    public static async Task<(int Exit, string Output, string Errors)> TryAsync(
        AwsAdministrator administrator,
        string script,
        string? without = null,
        params string[] options)
    {
        ArgumentNullException.ThrowIfNull(administrator);
        ArgumentNullException.ThrowIfNull(script);
        var environment = await AwsCommand.PreparedAsync(administrator.CommandLineEnvironment());
        var folder = Directory.CreateTempSubdirectory("setup-");
        try
        {
            var file = Path.Combine(folder.FullName, "setup.sh");
            await File.WriteAllTextAsync(
                file,
                without is null ? script : script.Replace($"command -v {without}", "false", StringComparison.Ordinal));
            return await Shell.RunAsync("sh", [file, .. options], environment, folder.FullName, TestContext.Current.CancellationToken);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
