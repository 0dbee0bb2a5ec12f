using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Azure.Functions.Worker;
using ServerlessDrives.Http;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Unit.Architecture;

/// <summary>What the real host demands of HTTP functions, and doesn't check: it has no route precedence and swallows what isn't a result.</summary>
public sealed class TriggerRules
{
    private static readonly IReadOnlyList<HttpFunctionMethod> Functions = [.. HttpFunctionMethods.Of(typeof(ApiDescription).Assembly.GetTypes())];

    public static TheoryData<string> Names => new(Functions.Select(function => function.Name));

    [Fact]
    public void No_two_routes_of_one_method_match_the_same_path_but_for_the_last_one()
    {
        var last = Functions.MaxBy(function => function.Name, StringComparer.OrdinalIgnoreCase)!;
        last.Route.ShouldBe("{*path}");
        var ordinary = Functions.Where(function => function != last).ToList();
        var pairs = from one in ordinary
                    from other in ordinary
                    where string.CompareOrdinal(one.Name, other.Name) < 0 && one.Verbs.Intersect(other.Verbs, StringComparer.OrdinalIgnoreCase).Any() && CanMeet(one.Route, other.Route)
                    select $"{one.Name} ({one.Route}) and {other.Name} ({other.Route})";

        pairs.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("api/a/{x}", "api/{y}/b", true)]
    [InlineData("api/a/{*rest}", "api/a", true)]
    [InlineData("api/a/{*rest}", "api/a/b/c", true)]
    [InlineData("api/a/b", "api/a/c", false)]
    [InlineData("api/a/{x}", "api/a", false)]
    public void Overlaps_are_seen(string one, string other, bool meet) => CanMeet(one, other).ShouldBe(meet);

    [Theory]
    [MemberData(nameof(Names))]
    public void A_function_says_whom_it_answers_and_answers_with_a_result(string name)
    {
        var function = Functions.Single(function => function.Name == name);

        function.Requires.ShouldNotBeNull();
        function.Verbs.ShouldNotBeEmpty();
        new[] { typeof(IResult), typeof(IActionResult), typeof(Task<IResult>), typeof(Task<IActionResult>) }.ShouldContain(function.Method.ReturnType);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_function_leaves_no_authorization_to_keys_of_the_host(string name) => Functions.Single(function => function.Name == name).Method.GetParameters()
        .Select(parameter => parameter.GetCustomAttribute<HttpTriggerAttribute>()).OfType<HttpTriggerAttribute>().Single().AuthLevel.ShouldBe(AuthorizationLevel.Anonymous);

    [Fact]
    public void Function_names_are_unique_whatever_their_case() => typeof(ApiDescription).Assembly.GetTypes()
        .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))
        .Select(method => method.GetCustomAttribute<FunctionAttribute>()?.Name).OfType<string>()
        .GroupBy(name => name, StringComparer.OrdinalIgnoreCase).Where(same => same.Count() > 1).Select(same => same.Key).ShouldBeEmpty();

    private static bool CanMeet(string one, string other) => CanMeet(RoutePatternFactory.Parse(one).PathSegments, RoutePatternFactory.Parse(other).PathSegments, 0);

    private static bool CanMeet(IReadOnlyList<RoutePatternPathSegment> one, IReadOnlyList<RoutePatternPathSegment> other, int at)
    {
        if (IsRest(one, at) || IsRest(other, at))
            return true;
        if (at >= one.Count || at >= other.Count)
            return at >= one.Count && at >= other.Count;
        var (a, b) = (Literal(one[at]), Literal(other[at]));
        return (a is null || b is null || string.Equals(a, b, StringComparison.OrdinalIgnoreCase)) && CanMeet(one, other, at + 1);
    }

    private static bool IsRest(IReadOnlyList<RoutePatternPathSegment> pattern, int at) =>
        at < pattern.Count && pattern[at].Parts is [RoutePatternParameterPart { IsCatchAll: true }];

    private static string? Literal(RoutePatternPathSegment segment) => segment.Parts is [RoutePatternLiteralPart literal] ? literal.Content : null;
}
