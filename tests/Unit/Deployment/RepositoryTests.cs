using System.Text.Json.Nodes;
using ServerlessDrives.Embedded.Cloud.Azurite;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Unit.Deployment;

/// <summary>What runs elsewhere than here: workflows, and what an installation fetches.</summary>
public sealed class RepositoryTests
{
    [Fact]
    public async Task Workflows_have_no_key_that_the_server_would_refuse()
    {
        const string Version = "0.6.0";
        var folder = await NpmPackages.InstalledAsync(
            $"action-validator-{Version}", $"@action-validator/core@{Version}", $"@action-validator/cli@{Version}");
        var files = Directory.GetFiles(Path.Combine(Repository.Folder, ".github", "workflows"), "*.yml");
        files.Length.ShouldBeGreaterThan(2);
        foreach (var file in files)
        {
            var (exit, output, errors) = await Shell.RunAsync(
                "node",
                [Path.Combine(folder, "node_modules", "@action-validator", "cli", "cli.mjs"), file],
                cancellation: TestContext.Current.CancellationToken);
            exit.ShouldBe(0, $"{file}: {output}{errors}");
        }
    }

    [Fact]
    public void Azurite_is_installed_by_a_lock_file_with_a_checksum_for_each_package()
    {
        var folder = Path.Combine(Repository.Folder, "infra", "embedded", "Cloud", "Azurite", "npm");
        var packages = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "package-lock.json")))!["packages"]!.AsObject();

        packages["node_modules/azurite"]!["version"]!.GetValue<string>().ShouldBe(AzuriteInstallation.Version);
        packages
            .Where(package => package.Key.Length > 0 && package.Value!["integrity"] is null)
            .Select(package => package.Key)
            .ShouldBeEmpty();
    }
}
