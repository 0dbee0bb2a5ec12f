using System.Diagnostics;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Unit.Deployment;

/// <summary>
/// The registration in Entra. The extension's types come from a registry that is asked when it is deployed, so that here the template is
/// compiled against a description of the part that it uses, in the form that such types have.
/// </summary>
public sealed class RegistrationTests
{
    private static string Folder => Path.Combine(Repository.Folder, "infra", "azure", "entra");

    [Theory]
    [InlineData("")]
    [InlineData("SIGN_IN_AUDIENCE=AzureADMultipleOrgs SIGN_IN_REDIRECTS=[\"https://drives.example.com/signin\"] GROUP_CLAIMS=true")]
    public async Task The_template_compiles_and_lints_without_a_word(string settings)
    {
        var copy = Directory.CreateTempSubdirectory("entra-").FullName;
        try
        {
            var entra = Directory.CreateDirectory(Path.Combine(copy, "entra")).FullName;
            File.Copy(Path.Combine(Folder, "..", "abbreviations.json"), Path.Combine(copy, "abbreviations.json"));
            foreach (var name in new[] { "main.bicep", "main.bicepparam" })
                File.Copy(Path.Combine(Folder, name), Path.Combine(entra, name));
            await GraphTypes.WriteAsync(entra, TestContext.Current.CancellationToken);
            var config = await File.ReadAllTextAsync(Path.Combine(Folder, "bicepconfig.json"), TestContext.Current.CancellationToken);
            const string Registry = "br:mcr.microsoft.com/bicep/extensions/microsoftgraph/v1.0:1.0.0";
            config.ShouldContain(Registry);
            await File.WriteAllTextAsync(
                Path.Combine(entra, "bicepconfig.json"),
                config.Replace(Registry, "./graph.tgz", StringComparison.Ordinal),
                TestContext.Current.CancellationToken);
            var published = await BicepCompiler.RunAsync(entra, "", "publish-extension", "index.json", "--target", "graph.tgz");
            published.ExitCode.ShouldBe(0, published.Diagnostics);

            var linted = await BicepCompiler.RunAsync(entra, "", "lint", "main.bicep");
            linted.Diagnostics.ShouldBeEmpty();
            var built = await BicepCompiler.RunAsync(entra, settings, "build-params", "main.bicepparam", "--stdout");
            built.Diagnostics.ShouldBeEmpty();
            built.ExitCode.ShouldBe(0);
            built.Output.ShouldContain("requestedAccessTokenVersion");
        }
        finally
        {
            Directory.Delete(copy, recursive: true);
        }
    }

    [Fact]
    public async Task Before_azd_provisions_the_app_is_registered_and_azd_knows_its_id_and_its_API()
    {
        var run = await RegisterAsync(new()
        {
            ["AZURE_ENV_NAME"] = "dev",
            ["AZURE_LOCATION"] = "westeurope",
            ["AZURE_SUBSCRIPTION_ID"] = "sub",
        });

        run.ExitCode.ShouldBe(0, run.Said);
        run.Calls[0].ShouldStartWith(
            "az deployment sub create --subscription sub --location westeurope --name entra-dev --parameters main.bicepparam");
        run.Calls[1..]
            .ShouldBe(["azd env set SIGN_IN_CLIENT_ID id-1", "azd env set SIGN_IN_API api://x/dev", "azd env set SIGN_IN_PRINCIPAL sp-1"]);
        run.Said.ShouldContain("az ad app permission admin-consent --id id-1");
    }

    [Fact]
    public async Task A_registration_that_was_made_by_hand_is_left_alone()
    {
        var run = await RegisterAsync(new() { ["SIGN_IN_CLIENT_ID"] = "by-hand" });

        run.ExitCode.ShouldBe(0, run.Said);
        run.Calls.ShouldBeEmpty();
    }

    /// <summary>Runs the hook with commands in place of Azure's, which note how they were called.</summary>
    private static async Task<(int ExitCode, string[] Calls, string Said)> RegisterAsync(Dictionary<string, string> environment)
    {
        var folder = Directory.CreateTempSubdirectory("azd-").FullName;
        try
        {
            var calls = Path.Combine(folder, "calls");
            foreach (var command in new[] { "az", "azd" })
            {
                var file = Path.Combine(folder, command);
                var answer = command == "az" ? "echo 'id-1 api://x/dev sp-1'" : ":";
                await File.WriteAllTextAsync(
                    file,
                    $"#!/bin/sh\necho \"{command} $*\" >> '{calls}'\n{answer}\n",
                    TestContext.Current.CancellationToken);
                if (!OperatingSystem.IsWindows())
                    File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }

            var start = new ProcessStartInfo("sh", [Path.Combine(Folder, "register.sh")])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            start.Environment["PATH"] = $"{folder}:{Environment.GetEnvironmentVariable("PATH")}";
            foreach (var (name, value) in environment)
                start.Environment[name] = value;
            using var run = Process.Start(start)!;
            var said = run.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            var errors = await run.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await run.WaitForExitAsync(TestContext.Current.CancellationToken);
            return (
                run.ExitCode,
                File.Exists(calls) ? await File.ReadAllLinesAsync(calls, TestContext.Current.CancellationToken) : [],
                await said + errors);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
