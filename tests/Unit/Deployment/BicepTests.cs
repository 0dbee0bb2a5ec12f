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
    [InlineData(
        "build-params",
        "main.bicepparam",
        "--stdout",
        "ALERT_EMAIL=operators@example.com MONTHLY_BUDGET=100 BUDGET_START=2026-11-01 ZONE_REDUNDANT=true ALWAYS_READY_INSTANCES=2 " +
        "REQUESTS_PER_INSTANCE=50 LARGEST_REQUEST=200 PRIVATE_NETWORK=true DURABLE_BACKEND=scheduler"
    )]
    public async Task The_templates_compile_and_lint_without_a_word(
        string command,
        string file,
        string? option = null,
        string settings = "")
    {
        ArgumentNullException.ThrowIfNull(settings);
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
        foreach (var setting in settings.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(setting => setting.Split('=')))
            start.Environment[setting[0]] = setting[1];
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
        var host = Host();
        host["extensions"]!["http"]!["routePrefix"]!.GetValue<string>().ShouldBe("");
        TimeSpan
            .Parse(
                host["extensions"]!["durableTask"]!["storageProvider"]!["maxQueuePollingInterval"]!.GetValue<string>(),
                System.Globalization.CultureInfo.InvariantCulture)
            .ShouldBeLessThanOrEqualTo(TimeSpan.FromSeconds(2));
    }

    [Fact]
    public void What_a_host_had_taken_before_it_died_is_taken_by_another_one_after_the_least_time_that_the_host_allows()
    {
        var provider = Host()["extensions"]!["durableTask"]!["storageProvider"]!;
        foreach (var queue in new[] { "controlQueueVisibilityTimeout", "workItemQueueVisibilityTimeout" })
            TimeSpan
                .Parse(provider[queue]!.GetValue<string>(), System.Globalization.CultureInfo.InvariantCulture)
                .ShouldBe(TimeSpan.FromMinutes(1), queue);
    }

    [Fact]
    public async Task Every_environment_variable_that_sets_the_deployment_is_in_the_docs()
    {
        var infra = Path.Combine(Repository.Folder, "infra", "azure", "main.bicepparam");
        var docs = await File.ReadAllTextAsync(
            Path.Combine(Repository.Folder, "docs", "operations.md"),
            TestContext.Current.CancellationToken);
        var read = (await File.ReadAllLinesAsync(infra, TestContext.Current.CancellationToken))
            .Where(line => line.Contains("readEnvironmentVariable", StringComparison.Ordinal))
            .Select(line => line.Split('\'')[1])
            // azd's own.
            .Where(name => !name.StartsWith("AZURE_", StringComparison.Ordinal))
            .ToList();
        read.Count.ShouldBeGreaterThan(5);
        read.Where(name => !docs.Contains(name, StringComparison.Ordinal)).ShouldBeEmpty();
    }

    private static JsonNode Host() => JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Folder, "host.json")))!;

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
