using System.Net;
using System.Net.Http.Json;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using ServerlessDrives.Http;
using ServerlessDrives.Tests.Shared;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Access;

/// <summary>
/// Every route, called as every kind of user, against the matrix that people can read: <c>matrix.md</c> beside this file.
/// </summary>
[Collection(RunningApp.Name)]
public sealed partial class RoleAndRouteMatrix(MatrixWorld world) : IClassFixture<MatrixWorld>
{
    /// <summary>Rows by what they say before the statuses.</summary>
    private static readonly IReadOnlyDictionary<string, string> Written = Read();

    public static TheoryData<string> Rows => [.. MatrixRequests.Rows.Select(KeyOf)];

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Everybody_gets_what_the_matrix_says(string row)
    {
        var asked = MatrixRequests.Rows.Single(known => KeyOf(known) == row);
        var statuses = new List<int>();
        foreach (var caller in world.Callers)
            statuses.Add(await StatusAsync(asked, caller));

        var got = row + string.Join(" | ", statuses) + " |";
        await File.AppendAllTextAsync(
            Path.Combine(AppContext.BaseDirectory, "matrix.actual.md"),
            got + "\n",
            TestContext.Current.CancellationToken);
        Written.ShouldContainKey(row, $"matrix.md lacks the row\n{got}");
        got.ShouldBe(Written[row]);
        foreach (var caller in world.CallersByGroup)
            (await StatusAsync(asked, caller)).ShouldBe(
                statuses[Array.IndexOf(MatrixWorld.Columns, caller.Column)],
                $"{caller.Column} by a group");
    }

    [Fact]
    public void No_route_is_missing_from_the_matrix_and_none_is_there_that_the_app_lacks()
    {
        var routes = HttpFunctionMethods.Of(typeof(HttpFunctionMethods).Assembly.GetTypes())
            .SelectMany(function => function.Verbs.Select(verb => $"{verb.ToUpperInvariant()} /{function.Route}"))
            .ToHashSet();
        routes.Count.ShouldBeGreaterThan(60);
        MatrixRequests.Rows.Select(row => row.Route).Distinct().ShouldBe(routes, ignoreOrder: true);
        Written.Keys.ShouldBe(MatrixRequests.Rows.Select(KeyOf), ignoreOrder: true);
    }

    [Fact]
    public async Task The_served_description_and_the_matrix_name_the_same_routes()
    {
        var served = (await world.Admin.GetAsync("/api/openapi.json", HttpStatusCode.OK))["paths"]!.AsObject()
            .SelectMany(path => path.Value!.AsObject().Select(verb => $"{verb.Key.ToUpperInvariant()} {path.Key}"))
            .ToList();
        served.Count.ShouldBeGreaterThan(60);
        // One function answers both, as its route matches an empty rest too; they are described apart.
        served.Remove("GET /api/drives/{driveId}/files").ShouldBeTrue();
        // The pages of the wizard are no part of the API.
        var called = MatrixRequests
            .Rows.Select(row => row.Route)
            .Where(route => route.Split(' ')[1].StartsWith("/api/", StringComparison.Ordinal))
            .Select(AsServed)
            .Distinct();
        called.ShouldBe(served, ignoreOrder: true);

        static string AsServed(string route) => Parameter().Replace(route, "{${name}}");
    }

    /// <summary>Of a route's parameter, the name without what only the router reads.</summary>
    [GeneratedRegex(
        @"\{\*?(?<name>\w+)[^}]*\}",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 100
    )]
    private static partial Regex Parameter();

    [Fact]
    public void The_matrix_has_a_column_for_every_kind_of_user() =>
        File.ReadLines(MatrixFile).ShouldContain($"| Route | On | {string.Join(" | ", MatrixWorld.Columns)} |");

    [Fact]
    public async Task Every_change_honours_If_Match_and_a_stale_one_changes_nothing()
    {
        // Files have S3's own ETags and answers; an upload has no state to be changed behind anybody's back; at the root there is nothing.
        string[] others =
        [
            "{nothing:maxlength(0)?}",
            "api/drives/{driveId}/files/{*file}",
            "api/drives/{driveId}/content",
            "api/drives/{driveId}/uploads/{uploadId}",
            "api/webhooks/{webhookId}",
            // Cancelling an operation is meant however far it has come.
            "api/drives/{driveId}/operations/{operationId}",
            // Revoking a share is meant whatever has become of it.
            "api/drives/{driveId}/shares",
            "api/drives/{driveId}/shares/{shareId}",
        ];
        var changes = Functions.Where(function => function.Verbs.Any(verb => verb is "put" or "patch" or "delete")).ToList();
        changes
            .Where(function => function.Method.GetCustomAttribute<HonoursIfMatchAttribute>() is null)
            .Select(function => function.Route)
            .Distinct()
            .ShouldBeSubsetOf(others);
        foreach (
            var row in changes.Where(function => function.Method.GetCustomAttribute<HonoursIfMatchAttribute>() is not null).Select(RowOf))
        {
            using var request = await row.Make(world, world.Callers[0]);
            if (row.Route == "DELETE /api/drives/{driveId}")
                request.Content = JsonContent.Create(
                    new
                    {
                        confirmation = (await world.Admin.GetAsync(request.RequestUri!.ToString(), HttpStatusCode.OK)).Text("displayName"),
                    });
            request.Headers.TryAddWithoutValidation("If-Match", "\"stale\"");
            using var answer = await world.Admin.SendAsync(request, TestContext.Current.CancellationToken);
            ((int)answer.StatusCode).ShouldBe(412, row.ToString());
        }
    }

    [Fact]
    public async Task Every_creation_honours_its_Idempotency_Key()
    {
        var creations = Functions
            .Where(function =>
                function.Verbs.Contains("post")
                && function.Method.GetCustomAttributes<AnswersAttribute>().Any(answer => answer.Status == 201))
            .ToList();
        creations
            .Where(function => function.Method.GetCustomAttribute<HonoursIdempotencyKeyAttribute>() is null)
            .Select(function => function.Route)
            .ShouldBeEmpty();
        var keyed = Functions.Where(function => function.Method.GetCustomAttribute<HonoursIdempotencyKeyAttribute>() is not null).ToList();
        keyed.Count.ShouldBeGreaterThan(8);
        foreach (var row in keyed.Select(RowOf))
        {
            var key = Guid.NewGuid().ToString();
            using var asked = await row.Make(world, world.Callers[0]);
            var body = asked.Content is null ? "" : await asked.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            var answers = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => SendAsync(asked.RequestUri!, body, key)));
            answers.Distinct().Count().ShouldBe(1, row.ToString());
            answers[0].Status.ShouldBeInRange(200, 202, $"{row}: {answers[0].Body}");
            (await SendAsync(asked.RequestUri!, body, key)).ShouldBe(answers[0], row.ToString());
            (await SendAsync(asked.RequestUri!, body.Length == 0 ? "{}" : body + " ", key)).Status.ShouldBe(422, row.ToString());
        }
    }

    private async Task<int> StatusAsync(MatrixRow row, Caller caller)
    {
        using var request = await row.Make(world, caller);
        using var answer = await caller.Http.SendAsync(
            request,
            HttpCompletionOption.ResponseHeadersRead,
            TestContext.Current.CancellationToken);
        return (int)answer.StatusCode;
    }

    private static List<HttpFunctionMethod> Functions => [.. HttpFunctionMethods.Of(typeof(HttpFunctionMethods).Assembly.GetTypes())];

    private static MatrixRow RowOf(HttpFunctionMethod function) =>
        MatrixRequests.Rows.First(row => row.Route == $"{function.Verbs[0].ToUpperInvariant()} /{function.Route}");

    private async Task<(int Status, string Body)> SendAsync(Uri path, string body, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        if (body.Length > 0)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        request.Headers.Add("Idempotency-Key", key);
        using var answer = await world.Admin.SendAsync(request, TestContext.Current.CancellationToken);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private static string MatrixFile => Path.Combine(AppContext.BaseDirectory, "Access", "matrix.md");

    private static string KeyOf(MatrixRow row) => $"| `{row.Route}` | {row.On} | ";

    private static Dictionary<string, string> Read() => File.ReadLines(MatrixFile)
        .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
        .ToDictionary(line => string.Join("| ", line.Split("| ")[..3]) + "| ", line => line);
}
