using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.OpenApi;
using ServerlessDrives.Http;
using ServerlessDrives.Tests.Shared;
using ServerlessDrives.Tests.Unit.Architecture;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Unit.Api;

/// <summary>The API's description is whole, true and well-formed.</summary>
public sealed partial class ApiDescriptionTests
{
    private static readonly ApiContract Contract = ApiContract.Current;
    private static readonly JsonObject Document = Contract.Document;

    [Fact]
    public void Every_route_of_the_api_is_described_with_each_of_its_methods()
    {
        var described = Operations().Select(operation => $"{operation.Verb} {operation.Path}").ToHashSet();
        var functions = HttpFunctionMethods
            .Of(typeof(ApiDescription).Assembly.GetTypes())
            .Where(function => function.Route is not ("{*path}" or "{nothing:maxlength(0)?}"))
            .ToList();

        functions.Select(function => function.Route).ShouldAllBe(route => route.StartsWith("api/", StringComparison.Ordinal));
        functions
            .SelectMany(function => function.Verbs.Select(verb => $"{verb} /{function.Route.Replace("*", "", StringComparison.Ordinal)}"))
            .Where(route => !described.Contains(route))
            .ShouldBeEmpty();
    }

    [Fact]
    public void Every_code_that_is_answered_with_is_known_and_every_known_code_is_answered_with()
    {
        var used = new SortedSet<string>(StringComparer.Ordinal) { KnownProblems.AwsFamily };
        foreach (var file in Source.Files(Source.Functions).Where(file => Path.GetFileName(file) != "KnownProblems.cs"))
        {
            foreach (Match code in Code().Matches(File.ReadAllText(file)))
                used.Add(code.Groups["code"].Value);
        }

        used.ShouldBe(KnownProblems.All.Select(problem => problem.Code).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_known_code_comes_with_the_status_that_it_is_answered_with()
    {
        foreach (var file in Source.Files(Source.Functions))
        {
            foreach (Match code in KindAndCode().Matches(File.ReadAllText(file)))
                Problem
                    .StatusOf(new(Enum.Parse<RefusalKind>(code.Groups["kind"].Value), code.Groups["code"].Value, ""))
                    .ShouldBe(KnownProblems.For(code.Groups["code"].Value).Status, code.Value);
        }
    }

    [Fact]
    public void Every_known_code_is_described_by_an_operation()
    {
        var described = Operations()
            .SelectMany(operation => operation.Node["responses"]!.AsObject())
            .SelectMany(response =>
                response.Value!["content"]?[Problem.ContentType]?["examples"]?.AsObject().Select(example => example.Key) ?? [])
            .ToHashSet();

        KnownProblems
            .All.Select(problem => problem.Code)
            .Where(code => code != "wizard-not-built" && !described.Contains(code))
            .ShouldBeEmpty();
    }

    [Fact]
    public void Every_json_body_and_answer_has_an_example_that_fits_its_schema()
    {
        var complaints = new List<string>();
        foreach (var (path, verb, operation) in Operations().Where(operation => operation.Path != "/api/openapi.json"))
        {
            var contents = operation["responses"]!
                .AsObject()
                .Select(response => (Where: response.Key, Content: response.Value!["content"] as JsonObject))
                .Append((Where: "body", Content: operation["requestBody"]?["content"] as JsonObject));
            foreach (
                var (where, media) in contents.SelectMany(content => (content.Content ?? []).Select(media => (content.Where, Media: media)))
            )
            {
                if (media.Value!["schema"] is not { } schema)
                    continue;
                var examples = media.Value["example"] is { } one
                    ? [one]
                    : media.Value["examples"]?.AsObject().Select(example => example.Value!["value"]!).ToList() ?? [];
                if (examples.Count == 0)
                    complaints.Add($"{verb} {path} {where} {media.Key} has no example");
                complaints.AddRange(
                    examples
                        .SelectMany(example => Contract.Misfits(schema, example.ToJsonString()))
                        .Select(misfit => $"{verb} {path} {where}: {misfit}"));
            }
        }

        complaints.ShouldBeEmpty();
    }

    [Fact]
    public void An_example_that_does_not_fit_is_seen()
    {
        var schema = Operations().Single(operation => operation.Verb == "get" && operation.Path == "/api/drives/{driveId}").Node[
            "responses"
        ]!["200"]!["content"]!["application/json"]!["schema"];

        Contract.Misfits(schema, """{"id":"con_1"}""").ShouldNotBeEmpty();
        Contract
            .Complaints("GET", "/api/me", System.Net.HttpStatusCode.OK, "application/json", _ => true, """{"user":1}""")
            .ShouldNotBeEmpty();
        Contract.Complaints("GET", "/api/me", System.Net.HttpStatusCode.Conflict, "application/json", _ => true, "{}").ShouldNotBeEmpty();
        Contract.Complaints("GET", "/api/nothing", System.Net.HttpStatusCode.OK, "application/json", _ => true, "{}").ShouldNotBeEmpty();
    }

    [Fact]
    public void Fields_are_described_in_the_words_of_the_code() =>
        Document["components"]!["schemas"]!["Check"]!["properties"]!["fix"]!["description"]!
            .GetValue<string>()
            .ShouldStartWith("What to change");

    [Fact]
    public void Every_list_says_what_it_is_a_list_of()
    {
        var lists = Objects(Document)
            .Where(node =>
                node["type"] is JsonValue or JsonArray && node["type"]!.ToJsonString().Contains("\"array\"", StringComparison.Ordinal))
            .ToList();

        lists.Count.ShouldBeGreaterThan(20);
        lists.Where(list => list["items"] is null).Select(list => list.GetPath()).ShouldBeEmpty();

        static IEnumerable<JsonObject> Objects(JsonNode? node) => node switch
        {
            JsonObject map => map.SelectMany(field => Objects(field.Value)).Prepend(map),
            JsonArray list => list.SelectMany(Objects),
            _ => [],
        };
    }

    [Fact]
    public void The_official_reader_reads_it_without_a_complaint()
    {
        var read = OpenApiDocument.Parse(Document.ToJsonString(), "json");

        read.Diagnostic!.Errors.Select(error => $"{error.Pointer}: {error.Message}").ShouldBeEmpty();
        read.Diagnostic.SpecificationVersion.ShouldBe(OpenApiSpecVersion.OpenApi3_1);
        read.Document!.Paths.Count.ShouldBe(Document["paths"]!.AsObject().Count);
    }

    [Fact]
    public void The_reference_page_has_an_anchor_for_everything_and_needs_nothing_from_elsewhere()
    {
        var page = new ReferencePage(new ApiDescription());

        foreach (var problem in KnownProblems.All)
            page.Html.ShouldContain($"id=\"problem-{problem.Code}\"");
        foreach (var (_, _, operation) in Operations())
            page.Html.ShouldContain($"id=\"{operation["operationId"]!.GetValue<string>()}\"");
        KnownProblems.AnchorOf("aws-no-such-bucket").ShouldBe("problem-aws");
        page.Html.ShouldNotContain("<script");
        page.Html.ShouldNotContain("style=\"");
        page.Html.ShouldNotContain("src=");
        Link()
            .Matches(page.Html)
            .Select(link => link.Groups["target"].Value)
            .Where(target => target[0] != '/' && !page.Html.Contains($"id=\"{target[1..]}\"", StringComparison.Ordinal))
            .ShouldBeEmpty();
        var style = page.Html[
            (page.Html.IndexOf("<style>", StringComparison.Ordinal) + 7)..page.Html.IndexOf("</style>", StringComparison.Ordinal)
        ];
        page.ContentSecurityPolicy.ShouldContain(Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(style))));
    }

    [Fact]
    public async Task The_linter_finds_no_error()
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("openapi-").FullName, "openapi.json");
        await File.WriteAllTextAsync(file, Document.ToJsonString(), TestContext.Current.CancellationToken);
        try
        {
            var (exit, output) = await Redocly.LintAsync(file, TestContext.Current.CancellationToken);
            exit.ShouldBe(0, output);
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
        }
    }

    private static IEnumerable<(string Path, string Verb, JsonObject Node)> Operations() =>
        from path in Document["paths"]!.AsObject()
        from operation in path.Value!.AsObject()
        select (path.Key, operation.Key, operation.Value!.AsObject());

    [GeneratedRegex(
        @"(RefusalKind\.\w+,|\bConflict\()\s*\x22(?<code>[a-z][a-z-]*)\x22",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Code();

    [GeneratedRegex(
        @"RefusalKind\.(?<kind>\w+),\s*\x22(?<code>[a-z][a-z-]*)\x22",
        RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking
    )]
    private static partial Regex KindAndCode();

    [GeneratedRegex("href=\"(?<target>[^\"]+)\"", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Link();
}

/// <summary>Redocly's linter from npm.</summary>
internal static class Redocly
{
    private const string Version = "2.77.0";

    private static readonly Dictionary<string, string> Quiet = new()
    {
        ["REDOCLY_TELEMETRY"] = "off",
        ["REDOCLY_SUPPRESS_UPDATE_NOTICE"] = "true",
        ["CI"] = "true",
    };

    public static async Task<(int Exit, string Output)> LintAsync(string file, CancellationToken cancellation)
    {
        var packages = await NpmPackages.InstalledAsync($"redocly-{Version}", $"@redocly/cli@{Version}");
        var program = Path.Combine(packages, "node_modules", ".bin", OperatingSystem.IsWindows() ? "redocly.cmd" : "redocly");
        var (exit, output, errors) = await Shell.RunAsync(
            program,
            ["lint", "--extends=recommended", file],
            Quiet,
            cancellation: cancellation);
        return (exit, output + errors);
    }
}
