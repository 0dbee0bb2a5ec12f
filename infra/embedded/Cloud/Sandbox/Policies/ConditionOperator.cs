using System.Globalization;
using System.Net;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.Policies;

/// <summary>
/// How a condition compares. Source: "IAM JSON policy elements: Condition operators" and "Set operators for multi-valued context keys" in
/// the IAM user guide.
/// </summary>
/// <param name="Name">Without prefix and suffix.</param>
/// <param name="Set">Null, <c>ForAnyValue</c> or <c>ForAllValues</c>.</param>
internal sealed record ConditionOperator(string Name, string? Set, bool IfExists)
{
    private const string IfExistsSuffix = "IfExists";

    private static readonly HashSet<string> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        "StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike", "StringNotLike",
        "NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericLessThanEquals", "NumericGreaterThan", "NumericGreaterThanEquals",
        "DateEquals", "DateNotEquals", "DateLessThan", "DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals",
        "Bool", "BinaryEquals", "IpAddress", "NotIpAddress", "ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike", "Null",
    };

    /// <summary>A negated operator holds when no value matches, and when the key is absent.</summary>
    private bool Negated => Name.Contains("Not", StringComparison.OrdinalIgnoreCase);

    public static bool TryParse(string written, out ConditionOperator parsed)
    {
        var name = written;
        string? set = null;
        foreach (var prefix in (ReadOnlySpan<string>)["ForAnyValue", "ForAllValues"])
        {
            if (!name.StartsWith(prefix + ":", StringComparison.OrdinalIgnoreCase)) continue;
            set = prefix;
            name = name[(prefix.Length + 1)..];
        }

        var ifExists = name.EndsWith(IfExistsSuffix, StringComparison.OrdinalIgnoreCase);
        if (ifExists) name = name[..^IfExistsSuffix.Length];
        parsed = new ConditionOperator(name, set, ifExists);
        return Names.Contains(name) && !(ifExists && parsed.Is("Null"));
    }

    public bool Holds(Condition condition, RequestKeys keys, bool variables)
    {
        var present = keys.TryGet(condition.Key, out var given);
        if (Is("Null")) return condition.Values.Any(v => bool.TryParse(v, out var absent) && absent == !present);
        if (!present || given is null) return IfExists || (Set is null ? Negated : Set == "ForAllValues");

        bool Fits(string value)
        {
            var any = condition.Values.Any(wanted => Compare(wanted, value, variables ? keys : null));
            return Negated ? !any : any;
        }

        return Set switch
        {
            "ForAllValues" => given.All(Fits),
            "ForAnyValue" => given.Any(Fits),
            _ => Negated ? given.All(Fits) : given.Any(Fits),
        };
    }

    private bool Is(string name) => Name.Equals(name, StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Without the negation, which is applied over all values at once. Variables mean something to string and ARN operators only.
    /// </summary>
    private bool Compare(string wanted, string given, RequestKeys? keys)
    {
        var positive = Name.Replace("Not", "", StringComparison.OrdinalIgnoreCase).ToLowerInvariant();
        return positive switch
        {
            "stringequals" => Pattern.Of(wanted, keys, wildcards: false)?.Matches(given) ?? false,
            "stringequalsignorecase" => Pattern.Of(wanted, keys, wildcards: false)?.Matches(given, ignoreCase: true) ?? false,
            "stringlike" => Pattern.Of(wanted, keys)?.Matches(given) ?? false,
            "arnequals" or "arnlike" => Pattern.Of(wanted, keys)?.MatchesArn(given) ?? false,
            "bool" => wanted.Equals(given, StringComparison.OrdinalIgnoreCase),
            "binaryequals" => wanted == given,
            "ipaddress" => InRange(wanted, given),
            _ when positive.StartsWith("numeric", StringComparison.Ordinal) => Number(wanted) is { } w
                && Number(given) is { } g
                && Ordered(positive["numeric".Length..], g.CompareTo(w)),
            _ => Time(wanted) is { } w && Time(given) is { } g && Ordered(positive["date".Length..], g.CompareTo(w)),
        };
    }

    private static bool Ordered(string relation, int comparison) => relation switch
    {
        "lessthan" => comparison < 0,
        "lessthanequals" => comparison <= 0,
        "greaterthan" => comparison > 0,
        "greaterthanequals" => comparison >= 0,
        _ => comparison == 0,
    };

    private static decimal? Number(string text) =>
        decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

    // W3C date formats or seconds since 1970.
    private static DateTimeOffset? Time(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds) && text.Length > 4
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time
        : null;

    private static bool InRange(string range, string address)
    {
        if (!IPAddress.TryParse(address, out var ip))
            return false;
        if (ip.IsIPv4MappedToIPv6)
            ip = ip.MapToIPv4();
        var cidr = range.Contains('/', StringComparison.Ordinal)
            ? range
            : range + (range.Contains(':', StringComparison.Ordinal) ? "/128" : "/32");
        var slash = cidr.IndexOf('/', StringComparison.Ordinal);
        if (
            !IPAddress.TryParse(cidr[..slash], out var network)
            || !int.TryParse(cidr[(slash + 1)..], out var bits)
            || network.AddressFamily != ip.AddressFamily)
            return false;
        var (a, b) = (ip.GetAddressBytes(), network.GetAddressBytes());
        for (var i = 0; i < a.Length && bits > 0; i++, bits -= 8)
        {
            var mask = bits >= 8 ? 0xFF : 0xFF << (8 - bits) & 0xFF;
            if ((a[i] & mask) != (b[i] & mask)) return false;
        }

        return true;
    }
}
