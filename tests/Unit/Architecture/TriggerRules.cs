using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Microsoft.DurableTask.Client;
using ServerlessDrives.Http;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Unit.Architecture;

/// <summary>
/// What the real host demands of HTTP functions, and doesn't check: it has no route precedence and swallows what isn't a result.
/// </summary>
public sealed class TriggerRules
{
    private static readonly IReadOnlyList<HttpFunctionMethod> Functions =
    [
        .. HttpFunctionMethods.Of(typeof(ApiDescription).Assembly.GetTypes()),
    ];

    public static TheoryData<string> Names => new(Functions.Select(function => function.Name));

    [Fact]
    public void No_two_routes_of_one_method_match_the_same_path_but_for_the_last_one()
    {
        var last = Functions.MaxBy(function => function.Name, StringComparer.OrdinalIgnoreCase)!;
        last.Route.ShouldBe("{*path}");
        var ordinary = Functions.Where(function => function != last).ToList();
        var pairs =
            from one in ordinary
            from other in ordinary
            where
                string.CompareOrdinal(one.Name, other.Name) < 0
                && one.Verbs.Intersect(other.Verbs, StringComparer.OrdinalIgnoreCase).Any()
                && CanMeet(one.Route, other.Route)
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
        new[] { typeof(IResult), typeof(IActionResult), typeof(Task<IResult>), typeof(Task<IActionResult>) }.ShouldContain(
            function.Method.ReturnType);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_function_leaves_no_authorization_to_keys_of_the_host(string name) =>
        Functions
            .Single(function => function.Name == name)
            .Method.GetParameters()
            .Select(parameter => parameter.GetCustomAttribute<HttpTriggerAttribute>())
            .OfType<HttpTriggerAttribute>()
            .Single()
            .AuthLevel.ShouldBe(AuthorizationLevel.Anonymous);

    [Fact]
    public void A_function_is_public_and_each_of_its_parameters_is_bound() =>
        (
            from type in typeof(ApiDescription).Assembly.GetTypes()
            from method in type.GetMethods(
                BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
            where method.IsDefined(typeof(FunctionAttribute))
            let triggers = method.GetParameters().Count(parameter => parameter.GetCustomAttributes<TriggerBindingAttribute>().Any())
            let unbound = method.GetParameters().Where(parameter => !IsBound(method, parameter)).Select(parameter => parameter.Name)
            where !method.IsPublic || triggers != 1 || unbound.Any()
            select $"{type.Name}.{method.Name}: {triggers} triggers, unbound: {string.Join(", ", unbound)}"
        ).ShouldBeEmpty();

    [Fact]
    public void Function_names_are_unique_whatever_their_case() => typeof(ApiDescription).Assembly.GetTypes()
        .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))
        .Select(method => method.GetCustomAttribute<FunctionAttribute>()?.Name).OfType<string>()
        .GroupBy(name => name, StringComparer.OrdinalIgnoreCase).Where(same => same.Count() > 1).Select(same => same.Key).ShouldBeEmpty();

    /// <summary>
    /// By its attribute or its type; of an HTTP function also what the worker reads from the route or the query by its name.
    /// </summary>
    private static bool IsBound(MethodInfo method, ParameterInfo parameter)
    {
        var type = Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType;
        if (
            type == typeof(FunctionContext)
            || type == typeof(CancellationToken)
            || parameter.GetCustomAttributes<TriggerBindingAttribute>().Any())
            return true;
        if (parameter.GetCustomAttribute<InputBindingAttribute>() is { } input)
            return input is DurableClientAttribute && type == typeof(DurableTaskClient);
        return method.GetParameters().Any(other => other.IsDefined(typeof(HttpTriggerAttribute)))
            && (type == typeof(string) || type.IsPrimitive || type.IsEnum || type == typeof(DateTimeOffset));
    }

    private static bool CanMeet(string one, string other) =>
        CanMeet(RoutePatternFactory.Parse(one).PathSegments, RoutePatternFactory.Parse(other).PathSegments, 0);

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

    private static string? Literal(RoutePatternPathSegment segment) =>
        segment.Parts is [RoutePatternLiteralPart literal] ? literal.Content : null;
}
