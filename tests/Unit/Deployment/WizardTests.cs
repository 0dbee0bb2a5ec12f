using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Unit.Deployment;

/// <summary>The wizard's own tests and checks, in its own language.</summary>
public sealed class WizardTests
{
    [Fact]
    public Task The_wizards_own_tests_pass() => ScriptPassesAsync("test", "");

    [Fact]
    public Task The_linter_finds_nothing_in_the_wizards_sources() =>
        ScriptPassesAsync("lint", "See what ESLint says with: npm run lint");

    [Fact]
    public Task The_wizards_sources_are_formatted() =>
        ScriptPassesAsync("format:check", "Put it right with: npm run format");

    private static async Task ScriptPassesAsync(string script, string hint)
    {
        var (exitCode, output, errors) = await Shell.RunAsync(
            NpmPackages.Npm,
            ["run", script, "--silent"],
            folder: Path.Combine(Repository.Folder, "functions", "Wizard"),
            cancellation: TestContext.Current.CancellationToken);

        exitCode.ShouldBe(0, output + errors + hint);
    }
}
