using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.Policies;

/// <summary>
/// What makes a bucket policy public. Source: "The meaning of public" in the S3 user guide: everybody is let in, and no condition holds the
/// caller to values that are fixed.
/// </summary>
internal static class PublicStatements
{
    /// <summary>The keys by which a condition can hold the caller to somebody.</summary>
    private static readonly HashSet<string> Narrowing = new(StringComparer.OrdinalIgnoreCase)
    {
        "aws:PrincipalAccount",
        "aws:PrincipalArn",
        "aws:PrincipalOrgID",
        "aws:PrincipalOrgPaths",
        "aws:SourceAccount",
        "aws:SourceArn",
        "aws:SourceIp",
        "aws:SourceOwner",
        "aws:SourceVpc",
        "aws:SourceVpce",
        "aws:userid",
        "s3:DataAccessPointAccount",
        "s3:DataAccessPointArn",
        "s3:x-amz-server-side-encryption-aws-kms-key-id",
    };

    private static readonly HashSet<string> Comparing = new(StringComparer.OrdinalIgnoreCase)
    {
        "ArnEquals",
        "ArnLike",
        "IpAddress",
        "StringEquals",
        "StringEqualsIgnoreCase",
        "StringLike",
    };

    public static bool Has(Statement statement) =>
        statement.Allows
        && (statement.NotPrincipals is not null || (statement.Principals ?? []).Any(principal => principal.Value == "*"))
        && !statement.Conditions.Any(Narrows);

    private static bool Narrows(Condition condition) =>
        Narrowing.Contains(condition.Key)
        && ConditionOperator.TryParse(condition.Operator, out var compares)
        // Where the key may be absent, or nothing at all has to match, anybody gets by.
        && compares is { IfExists: false, Set: not "ForAllValues" }
        && Comparing.Contains(compares.Name)
        && condition.Values.All(value => IsFixed(condition.Key, value));

    private static bool IsFixed(string key, string value)
    {
        if (value.Contains("${", StringComparison.Ordinal)) return false;
        if (key.Equals("aws:SourceIp", StringComparison.OrdinalIgnoreCase)) return IsNarrow(value);
        // The account is what holds an access point's ARN to somebody; its name may be anything.
        var held =
            key.Equals("s3:DataAccessPointArn", StringComparison.OrdinalIgnoreCase) && value.Split(':', 6) is [.. var head, _]
                ? string.Join(':', head)
                : value;
        return !held.Contains('*', StringComparison.Ordinal) && !held.Contains('?', StringComparison.Ordinal);
    }

    /// <summary>Ranges wider than /8 (IPv4) or /32 (IPv6) count as everybody.</summary>
    private static bool IsNarrow(string range)
    {
        var parts = range.Split('/');
        if (!IPAddress.TryParse(parts[0], out var address)) return false;
        return parts.Length == 1
            || (int.TryParse(parts[1], CultureInfo.InvariantCulture, out var bits)
                && bits >= (address.AddressFamily == AddressFamily.InterNetwork ? 8 : 32));
    }
}
