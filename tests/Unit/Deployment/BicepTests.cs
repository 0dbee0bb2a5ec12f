using System.Diagnostics;
using System.Reflection;
using System.Text.Json.Nodes;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Unit.Deployment;

/// <summary>What is deployed, as far as it can be proven without deploying it.</summary>
public sealed class BicepTests
{
    [Theory]
    [InlineData("lint", "main.bicep")]
    [InlineData("build", "main.bicep", "--stdout")]
    [InlineData("build-params", "main.bicepparam", "--stdout")]
    public async Task The_templates_compile_and_lint_without_a_word(string command, string file, string? option = null)
    {
        var bicep = Metadata("Bicep");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(bicep, File.GetUnixFileMode(bicep) | UnixFileMode.UserExecute);
        var start = new ProcessStartInfo(bicep)
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            WorkingDirectory = Path.Combine(Repository.Folder, "infra", "azure"),
        };
        foreach (var argument in new[] { command, file, option }.OfType<string>())
            start.ArgumentList.Add(argument);
        using var run = Process.Start(start)!;
        var output = run.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var diagnostics = await run.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await output;
        await run.WaitForExitAsync(TestContext.Current.CancellationToken);
        diagnostics.Trim().ShouldBeEmpty();
        run.ExitCode.ShouldBe(0);
    }

    [Fact]
    public void Host_json_keeps_routes_as_they_are_written_and_polls_fast_enough_for_a_wizard()
    {
        var host = JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Folder, "host.json")))!;
        host["extensions"]!["http"]!["routePrefix"]!.GetValue<string>().ShouldBe("");
        TimeSpan
            .Parse(
                host["extensions"]!["durableTask"]!["storageProvider"]!["maxQueuePollingInterval"]!.GetValue<string>(),
                System.Globalization.CultureInfo.InvariantCulture)
            .ShouldBeLessThanOrEqualTo(TimeSpan.FromSeconds(2));
    }

    [Fact]
    public void Nothing_but_the_project_file_names_the_embedded_runtime_in_the_app() =>
        Directory
            .EnumerateFiles(Path.Combine(Repository.Folder, "functions"), "*.cs", SearchOption.AllDirectories)
            .Where(file =>
                !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
                && !file.Contains("node_modules", StringComparison.Ordinal))
            .Where(file =>
                File.ReadAllText(file) is var text
                && (text.Contains("ServerlessDrives.Embedded", StringComparison.Ordinal) || text.Contains("#if", StringComparison.Ordinal)))
            .ShouldBeEmpty();

    private static string Metadata(string key) =>
        typeof(BicepTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(attribute => attribute.Key == key).Value!;
}
