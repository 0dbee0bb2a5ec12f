using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
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
        "REQUESTS_PER_INSTANCE=50 LARGEST_REQUEST=200 VNET_ENABLED=true DURABLE_BACKEND=scheduler SCHEDULER_SKU=Dedicated " +
        "SCHEDULER_CAPACITY=3 SIGN_IN_API=api://drives"
    )]
    [InlineData("build-params", "main.bicepparam", "--stdout", "DURABLE_BACKEND=scheduler SCHEDULER_SKU=Consumption")]
    public async Task The_templates_compile_and_lint_without_a_word(
        string command,
        string file,
        string? option = null,
        string settings = "")
    {
        ArgumentNullException.ThrowIfNull(settings);
        var run = await BicepCompiler.RunAsync(Infra, settings, [.. new[] { command, file, option }.OfType<string>()]);
        run.Diagnostics.ShouldBeEmpty();
        run.ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task With_a_virtual_network_nothing_that_holds_state_answers_the_internet()
    {
        var run = await BicepCompiler.RunAsync(Infra, "VNET_ENABLED=true DURABLE_BACKEND=scheduler", "build", "main.bicep", "--stdout");
        // What is compiled keeps its conditions: each store has one, and each has an endpoint.
        foreach (var (module, type) in new[] { ("storage", "storageAccounts"), ("vault", "vaults"), ("scheduler", "schedulers") })
        {
            var resource = Resources(run.Output, module)
                .Single(found => found["type"]!.GetValue<string>().EndsWith($"/{type}", StringComparison.Ordinal));
            resource["properties"]!["publicNetworkAccess"]!.GetValue<string>().ShouldContain("'Disabled'", customMessage: module);
            run.Output.ShouldContain(module == "storage" ? "storage-{0}" : $"{module}-endpoint");
            if (module == "scheduler")
                resource["properties"]!["ipAllowlist"]!.GetValue<string>().ShouldContain("createArray()");
        }
    }

    [Fact]
    public void No_two_deployments_of_the_resource_group_have_one_name()
    {
        // The second would be a new version of the first, which is under way.
        var names = Directory
            .EnumerateFiles(Infra, "*.bicep", SearchOption.AllDirectories)
            .SelectMany(file => Found(File.ReadAllText(file), @"^module \w+ [^{]*\{\s*(for [^{]*\{\s*)?name: '(?<it>[^']+)'"))
            .ToList();
        names.Count.ShouldBeGreaterThan(10);
        names.ShouldBeUnique();
    }

    [Fact]
    public void Each_alert_names_a_section_of_the_docs_that_is_there()
    {
        var docs = File.ReadAllLines(Path.Combine(Repository.Folder, "docs", "operations.md"));
        var rules = File.ReadAllText(Path.Combine(Infra, "modules", "alerts.bicep"));
        var sections = Found(rules, "section: '(?<it>[^']+)'").ToList();
        sections.Count.ShouldBe(Found(rules, "(?<it>query): '").Count());
        sections.Where(section => !docs.Contains($"### {section}")).ShouldBeEmpty();
    }

    [Fact]
    public void Alerts_and_the_workbook_ask_for_metrics_that_there_are_and_the_workbook_for_all_of_ours()
    {
        var made = Directory
            .EnumerateFiles(Path.Combine(Repository.Folder, "functions"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("node_modules", StringComparison.Ordinal))
            .SelectMany(file => Found(
                File.ReadAllText(file),
                @"\.Create(Counter|Histogram)(<\w+>)?\(\s*""(?<it>serverlessdrives\.[\w.]+)"""))
            .Order()
            .ToList();
        made.Count.ShouldBeGreaterThan(5);
        var (workbook, alerts) = (Asked("workbook.json"), Asked("alerts.bicep"));
        workbook.ShouldBe(made);
        alerts.Where(name => !made.Contains(name)).ShouldBeEmpty();

        static List<string> Asked(string file) =>
        [
            .. Found(File.ReadAllText(Path.Combine(Infra, "modules", file)), @"name == \\?""(?<it>serverlessdrives\.[\w.]+)\\?""")
                .Distinct()
                .Order(),
        ];
    }

    [Fact]
    public void The_host_traces_as_well() => Host()["telemetryMode"]!.GetValue<string>().ShouldBe("OpenTelemetry");

    private static string Infra => Path.Combine(Repository.Folder, "infra", "azure");

    private static IEnumerable<string> Found(string text, string pattern) => Regex
        .Matches(text, pattern, RegexOptions.Multiline | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5))
        .Select(match => match.Groups["it"].Value);

    /// <summary>The resources of a module, in what main.bicep compiles to.</summary>
    private static IEnumerable<JsonNode> Resources(string compiled, string module)
    {
        var deployments = JsonNode.Parse(compiled)!["resources"]!;
        var resources = Items(deployments)
            .First(found => found["name"]?.GetValue<string>() == module)["properties"]!["template"]!["resources"]!;
        return Items(resources);

        // By symbolic name where a template uses them.
        static IEnumerable<JsonNode> Items(JsonNode resources) =>
            resources is JsonObject named ? named.Select(one => one.Value!) : resources.AsArray().Select(one => one!);
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
        var docs = await File.ReadAllTextAsync(
            Path.Combine(Repository.Folder, "docs", "operations.md"),
            TestContext.Current.CancellationToken);
        var read = new[] { Path.Combine(Infra, "main.bicepparam"), Path.Combine(Infra, "entra", "main.bicepparam") }
            .SelectMany(file => Found(File.ReadAllText(file), @"readEnvironmentVariable\('(?<it>\w+)'"))
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
}
