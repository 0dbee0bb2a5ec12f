using System.Diagnostics;
using System.Text.Json.Nodes;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Unit.Deployment;

/// <summary>What a publication would consist of, asked of MSBuild itself.</summary>
public sealed class PublishTests
{
    [Fact]
    public async Task What_is_published_is_what_runs_on_one_machine_and_nothing_of_the_local_host()
    {
        var (publication, build) = (await EvaluateAsync("-p:_IsPublishing=true"), await EvaluateAsync("-p:_IsPublishing=false"));

        Items(publication, "ProjectReference").ShouldBeEmpty();
        var packages = Items(publication, "PackageReference");
        packages.ShouldContain("Microsoft.Azure.Functions.Worker.Sdk");
        packages.ShouldContain("Microsoft.Azure.Functions.Worker.Extensions.DurableTask");
        packages.ShouldBe(Items(build, "PackageReference"));
        Items(publication, "Compile").ShouldBe(Items(build, "Compile"));
        Items(publication, "Compile").ShouldAllBe(file => !file.Contains("infra", StringComparison.Ordinal));
        var published = publication["Items"]!["None"]!
            .AsArray()
            .Where(item =>
                Metadata(item, "CopyToPublishDirectory") is not ("Never" or "")
                || Metadata(item, "CopyToOutputDirectory") is "PreserveNewest")
            .Where(item => Metadata(item, "CopyToPublishDirectory") is not "Never")
            .Select(item => Metadata(item, "Link"))
            .ToList();
        published.ShouldContain("host.json");
        published.ShouldNotContain("local.settings.json");
    }

    [Theory]
    [InlineData("scheduler", true)]
    [InlineData("storage", false)]
    public async Task The_schedulers_provider_is_published_where_orchestrations_are_kept_there(string backend, bool isPublished)
    {
        var project = await EvaluateAsync("-p:_IsPublishing=true", $"-p:DURABLE_BACKEND={backend}");

        Items(project, "PackageReference")
            .Contains("Microsoft.Azure.Functions.Worker.Extensions.DurableTask.AzureManaged")
            .ShouldBe(isPublished);
        // The committed lock file doesn't name it.
        project["Properties"]!["NuGetLockFilePath"]!
            .GetValue<string>()
            .ShouldBe(isPublished ? Path.Combine(Repository.Folder, "functions", "obj", "packages.lock.json") : "");
    }

    [Theory]
    [InlineData(null, "dotnet")]
    [InlineData("CoreTools", "func")]
    public async Task Dotnet_run_starts_the_local_host_unless_core_tools_are_asked_for(string? host, string command)
    {
        // Core Tools' own check would ask them for their version.
        var (exitCode, output) = await RunAsync([
            .. host is null ? Array.Empty<string>() : [$"-p:FunctionsHost={host}"],
            "-p:BuildLocalHost=no",
            "-t:_FunctionsComputeRunArguments;RunWithLocalHost",
            "-getProperty:RunCommand,RunArguments",
        ]);

        if (host is null)
            exitCode.ShouldBe(0, output);
        output.ShouldContain(command);
    }

    [Theory]
    [InlineData("/embedded/")]
    [InlineData("org_11111111")]
    [InlineData("444455556666")]
    [InlineData("ws_claims")]
    public void No_route_and_nobody_of_the_embedded_cloud_is_in_the_source_of_the_app(string seeded) =>
        Directory
            .EnumerateFiles(Path.Combine(Repository.Folder, "functions"), "*.cs", SearchOption.AllDirectories)
            .Where(file =>
                !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
                && !file.Contains("node_modules", StringComparison.Ordinal))
            .Where(file => File.ReadAllText(file).Contains(seeded, StringComparison.Ordinal))
            .ShouldBeEmpty();

    private static List<string> Items(JsonNode project, string kind) =>
        [.. project["Items"]![kind]!.AsArray().Select(item => item!["Identity"]!.GetValue<string>())];

    private static string Metadata(JsonNode? item, string name) => item![name]?.GetValue<string>() ?? "";

    private static async Task<JsonNode> EvaluateAsync(params string[] properties)
    {
        var (exitCode, output) = await RunAsync([
            .. properties,
            "-getProperty:AzureFunctionsVersion,NuGetLockFilePath",
            "-getItem:ProjectReference,PackageReference,None,Compile",
        ]);
        exitCode.ShouldBe(0, output);
        return JsonNode.Parse(output)!;
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (
            var argument in arguments
                .Prepend("-p:SkipWizard=true")
                .Prepend("-nologo")
                .Prepend(Path.Combine(Repository.Folder, "functions", "ServerlessDrives.csproj"))
                .Prepend("msbuild"))
            start.ArgumentList.Add(argument);
        // The test run's own settings would decide otherwise.
        start.Environment.Remove("FunctionsHost");
        start.Environment.Remove("DURABLE_BACKEND");
        start.Environment.Remove("MSBuildSDKsPath");
        start.Environment.Remove("MSBUILD_EXE_PATH");
        using var run = Process.Start(start)!;
        var errors = run.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await run.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await run.WaitForExitAsync(TestContext.Current.CancellationToken);
        var said = await errors;
        return (run.ExitCode, run.ExitCode == 0 ? output : output + said);
    }
}
