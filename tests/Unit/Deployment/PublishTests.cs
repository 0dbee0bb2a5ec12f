using System.Diagnostics;
using System.Reflection;
using System.Text.Json.Nodes;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Unit.Deployment;

/// <summary>What a publication would consist of, asked of MSBuild itself.</summary>
public sealed class PublishTests
{
    /// <summary>NuGet's words for a package, a version or a source that isn't there.</summary>
    private static readonly string[] NotServed = ["NU1101", "NU1102", "NU1301"];

    [Fact]
    public async Task A_publication_is_bound_to_the_official_packages_and_has_nothing_of_the_embedded_runtime()
    {
        var project = await EvaluateAsync("-p:_IsPublishing=true");

        project["Properties"]!["FunctionsRuntime"]!.GetValue<string>().ShouldBe("Azure");
        Items(project, "ProjectReference").ShouldBeEmpty();
        var packages = Items(project, "PackageReference");
        packages.ShouldContain("Microsoft.Azure.Functions.Worker.Sdk");
        packages.ShouldContain("Microsoft.Azure.Functions.Worker.Extensions.DurableTask");
        Items(project, "Compile").ShouldAllBe(file => !file.Contains("infra", StringComparison.Ordinal));
        var published = project["Items"]!["None"]!.AsArray().Where(item => Metadata(item, "CopyToPublishDirectory") is not ("Never" or "") || Metadata(item, "CopyToOutputDirectory") is "PreserveNewest")
            .Where(item => Metadata(item, "CopyToPublishDirectory") is not "Never").Select(item => Metadata(item, "Link")).ToList();
        published.ShouldContain("host.json");
        published.ShouldNotContain("local.settings.json");
    }

    [Theory]
    [InlineData("scheduler", true)]
    [InlineData("storage", false)]
    public async Task The_schedulers_provider_is_published_where_orchestrations_are_kept_there(string backend, bool isPublished)
    {
        var project = await EvaluateAsync("-p:_IsPublishing=true", $"-p:DURABLE_BACKEND={backend}");

        Items(project, "PackageReference").Contains("Microsoft.Azure.Functions.Worker.Extensions.DurableTask.AzureManaged").ShouldBe(isPublished);
    }

    [Fact]
    public async Task A_build_is_bound_to_the_embedded_runtime_and_to_no_official_package()
    {
        var project = await EvaluateAsync("-p:_IsPublishing=false");

        project["Properties"]!["FunctionsRuntime"]!.GetValue<string>().ShouldBe("Embedded");
        Items(project, "ProjectReference").ShouldHaveSingleItem().ShouldContain("ServerlessDrives.Embedded");
        Items(project, "PackageReference").ShouldAllBe(package => !package.StartsWith("Microsoft.Azure.Functions", StringComparison.Ordinal) && !package.StartsWith("Microsoft.DurableTask", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_app_compiles_against_the_official_packages()
    {
        // Beside the other build's, which the running tests were made from; the host's own extensions need no compiling for this,
        // and the rules of style are the other build's, which takes half the time.
        var folder = Directory.CreateTempSubdirectory("serverless-drives-official-");
        try
        {
            var (exitCode, output) = await RunAsync("-restore", "-t:Compile", "-p:FunctionsRuntime=Azure", "-p:_FunctionsBuildEnabled=false", "-p:EnableNETAnalyzers=false", "-p:EnforceCodeStyleInBuild=false", $"-p:BaseIntermediateOutputPath={folder.FullName}/");

            if (NotServed.Any(output.Contains))
                Assert.Skip("The official packages can't be had from this package mirror.");
            exitCode.ShouldBe(0, output);
            File.Exists(Path.Combine(folder.FullName, "Debug", "net10.0", "ServerlessDrives.dll")).ShouldBeTrue(output);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("/embedded/")]
    [InlineData("org_11111111")]
    [InlineData("444455556666")]
    [InlineData("ws_claims")]
    public void No_route_and_nobody_of_the_embedded_cloud_is_in_the_source_of_the_app(string seeded) => Directory
        .EnumerateFiles(Path.Combine(Repository.Folder, "functions"), "*.cs", SearchOption.AllDirectories)
        .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal) && !file.Contains("node_modules", StringComparison.Ordinal))
        .Where(file => File.ReadAllText(file).Contains(seeded, StringComparison.Ordinal))
        .ShouldBeEmpty();

    private static List<string> Items(JsonNode project, string kind) => [.. project["Items"]![kind]!.AsArray().Select(item => item!["Identity"]!.GetValue<string>())];

    private static string Metadata(JsonNode? item, string name) => item![name]?.GetValue<string>() ?? "";

    private static async Task<JsonNode> EvaluateAsync(params string[] properties)
    {
        var (exitCode, output) = await RunAsync([.. properties, "-getProperty:FunctionsRuntime", "-getItem:ProjectReference,PackageReference,None,Compile"]);
        exitCode.ShouldBe(0, output);
        return JsonNode.Parse(output)!;
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments.Prepend("-p:SkipWizard=true").Prepend("-nologo").Prepend(Path.Combine(Repository.Folder, "functions", "ServerlessDrives.csproj")).Prepend("msbuild"))
            start.ArgumentList.Add(argument);
        // The test run's own settings would decide otherwise.
        start.Environment.Remove("FunctionsRuntime");
        start.Environment.Remove("DURABLE_BACKEND");
        start.Environment.Remove("MSBuildSDKsPath");
        start.Environment.Remove("MSBUILD_EXE_PATH");
        // Where intermediate files go elsewhere, those of other builds are no sources all the same.
        start.Environment["DefaultItemExcludes"] = "obj/**;bin/**";
        using var run = Process.Start(start)!;
        var errors = run.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await run.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await run.WaitForExitAsync(TestContext.Current.CancellationToken);
        var said = await errors;
        return (run.ExitCode, run.ExitCode == 0 ? output : output + said);
    }
}
