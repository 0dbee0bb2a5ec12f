using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Unit.Deployment;

/// <summary>The wizard's own tests, in its own language.</summary>
public sealed class WizardTests
{
    [Fact]
    public async Task The_wizards_own_tests_pass()
    {
        var (exitCode, output, errors) = await Shell.RunAsync(
            NpmPackages.Npm,
            ["test", "--silent"],
            folder: Path.Combine(Repository.Folder, "functions", "Wizard"),
            cancellation: TestContext.Current.CancellationToken);

        exitCode.ShouldBe(0, output + errors);
    }
}
