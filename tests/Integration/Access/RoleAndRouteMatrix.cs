using System.Text;
using ServerlessDrives.Http;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Integration.Access;

/// <summary>Every route, called as every kind of user, against the matrix that people can read: <c>matrix.md</c> beside this file.</summary>
[Collection(RunningApp.Name)]
public sealed class RoleAndRouteMatrix(MatrixWorld world) : IClassFixture<MatrixWorld>
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
        {
            using var request = await asked.Make(world, caller);
            using var answer = await caller.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
            statuses.Add((int)answer.StatusCode);
        }

        var got = row + string.Join(" | ", statuses) + " |";
        await File.AppendAllTextAsync(Path.Combine(AppContext.BaseDirectory, "matrix.actual.md"), got + "\n", TestContext.Current.CancellationToken);
        Written.ShouldContainKey(row, $"matrix.md lacks the row\n{got}");
        got.ShouldBe(Written[row]);
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
    public void The_matrix_has_a_column_for_every_kind_of_user() =>
        File.ReadLines(MatrixFile).ShouldContain($"| Route | On | {string.Join(" | ", MatrixWorld.Columns)} |");

    private static string MatrixFile => Path.Combine(AppContext.BaseDirectory, "Access", "matrix.md");

    private static string KeyOf(MatrixRow row) => $"| `{row.Route}` | {row.On} | ";

    private static Dictionary<string, string> Read() => File.ReadLines(MatrixFile)
        .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
        .ToDictionary(line => string.Join("| ", line.Split("| ")[..3]) + "| ", line => line);
}
