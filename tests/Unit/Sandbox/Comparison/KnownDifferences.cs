using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ServerlessDrives.Tests.Unit.Sandbox.Comparison;

/// <summary>
/// Where the independent evaluator and AWS's documentation differ, each with the page of the IAM user guide that decides.
/// </summary>
internal static partial class KnownDifferences
{
    /// <summary>What explains a difference in this case; null when nothing does.</summary>
    public static string? Explanation(JsonObject one)
    {
        var policies = one["identity"]!
            .AsArray()
            .Append(one["policy"])
            .Append(one["boundary"])
            .Append(one["session"])
            .OfType<JsonObject>()
            .ToList();
        var keys = one["keys"]!.AsObject();
        if (policies.Exists(policy => policy["Version"]!.GetValue<string>() == "2008-10-17" && Variable().IsMatch(policy.ToJsonString())))
            return "Variables and tags: a document of version 2008-10-17 has no variables; ${…} is text there. The evaluator fills " +
                "them in.";
        if (
            one["resource"]!.GetValue<string>().Contains('*', StringComparison.Ordinal)
            && policies.Exists(policy => Variable().IsMatch(policy.ToJsonString())))
            return "Variables and tags: ${*} is the character *, which a key may hold. The evaluator takes a * in the request's " +
                "resource for a wildcard.";
        if (policies.Exists(policy => Variable().Matches(policy.ToJsonString()).Any(variable => !HasValue(variable, keys))))
            return "Variables and tags: a variable without a value has no equal or like value, so that NotResource and negated " +
                "operators hold. The evaluator leaves the statement out.";
        var conditions = policies
            .SelectMany(policy => policy["Statement"]!.AsArray())
            .Select(statement => statement!["Condition"]?.AsObject())
            .OfType<JsonObject>()
            .SelectMany(all => all)
            .ToList();
        if (
            conditions.Exists(condition =>
                condition.Key.StartsWith("NotIpAddress", StringComparison.Ordinal)
                && IsMixed(condition.Value!["aws:SourceIp"], keys["aws:SourceIp"])))
            return "Condition operators, IP address: NotIpAddress means all addresses but those given, and an IPv4 address is in no " +
                "range of IPv6. The evaluator says false.";
        if (
            conditions.Exists(condition =>
                condition.Key.StartsWith("ForAnyValue:", StringComparison.Ordinal)
                && condition.Key.EndsWith("IfExists", StringComparison.Ordinal)
                && condition.Value!.AsObject().Any(asked => !keys.ContainsKey(asked.Key))))
            return "Condition operators, IfExists: true where the key isn't in the request. The evaluator lets ForAnyValue decide, " +
                "which is false then.";
        if (
            one["boundary"] is not null
            && one["who"]!.GetValue<string>() == "session"
            && one["policy"] is { } resource
            && NamesEveryone(resource))
            return "Permissions boundaries: what a resource-based policy gives a role is limited by its boundary, what it gives a " +
                "session isn't. The pages are silent on \"*\"; the sandbox takes the stricter.";
        return null;
    }

    private static bool HasValue(Match variable, JsonObject keys) =>
        variable.Groups["default"].Success
        || variable.Groups["name"].Value is "*" or "?" or "$"
        || keys.ContainsKey(variable.Groups["name"].Value);

    private static bool IsMixed(JsonNode? ranges, JsonNode? address) =>
        ranges is not null
        && address is not null
        && (ranges is JsonArray many ? many.Select(range => range!.GetValue<string>()) : [ranges.GetValue<string>()]).Any(range =>
            IsV6(range) != IsV6(address.GetValue<string>()));

    private static bool IsV6(string text) => text.Contains(':', StringComparison.Ordinal);

    private static bool NamesEveryone(JsonNode policy) => policy["Statement"]!.AsArray().Any(statement => statement!["Principal"] switch
    {
        JsonValue => true,
        JsonObject named => named["AWS"] is JsonValue value && value.GetValue<string>() == "*",
        _ => false,
    });

    [GeneratedRegex(@"\$\{(?<name>[^},]+)(?<default>,[^}]*)?\}", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Variable();
}
