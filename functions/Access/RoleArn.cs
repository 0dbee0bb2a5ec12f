using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace ServerlessDrives.Access;

/// <summary>
/// An IAM role's ARN: <c>arn:&lt;partition&gt;:iam::&lt;account&gt;:role/&lt;path/&gt;name</c>, at most 2,048 characters.
/// </summary>
[JsonConverter(typeof(ParsedJsonConverter<RoleArn>))]
public sealed partial record RoleArn : IParsed<RoleArn>
{
    private const int MaxLength = 2048;
    private const string Expected = "expected arn:aws:iam::123456789012:role/name, as the role's page in the IAM console shows it";

    private RoleArn(string value, Partition partition, AccountId account, string path, string roleName) =>
        (Value, Partition, Account, Path, RoleName) = (value, partition, account, path, roleName);

    public string Value { get; }
    public Partition Partition { get; }
    public AccountId Account { get; }

    /// <summary>
    /// Begins and ends with a slash; <c>/</c> for most roles. AWS takes every visible character of ASCII in it; we take those of names,
    /// since the ARN is written into scripts and templates.
    /// </summary>
    public string Path { get; }

    /// <summary>1 to 64 of <c>[\w+=,.@-]</c>, without the path.</summary>
    public string RoleName { get; }

    public static Result<RoleArn, ParseError> Parse(string? text) => Parse(text, WellFormed());

    /// <summary>Also with accounts that aren't twelve digits, as S3-compatible servers have them.</summary>
    public static Result<RoleArn, ParseError> ParseOfAnyServer(string? text) => Parse(text, OfAnyServer());

    private static Result<RoleArn, ParseError> Parse(string? text, Regex form)
    {
        var arn = text?.Trim() ?? "";
        if (arn.Length == 0)
            return new ParseError($"Give the role's ARN; {Expected}.");
        if (arn.Length > MaxLength)
            return new ParseError($"A role's ARN has at most {MaxLength} characters; this has {arn.Length}.");
        if (form.Match(arn) is not { Success: true } match)
            return new ParseError(ProblemOf(arn));
        if (!Partition.Parse(match.Groups["partition"].Value).TryGet(out var partition, out var problem))
            return problem;
        var path = "/" + match.Groups["path"].Value;
        if (path.StartsWith("/aws-service-role/", StringComparison.Ordinal))
            return new ParseError("That is a service-linked role, which only its AWS service can assume. Make a role of your own.");
        if (path.StartsWith("/aws-reserved/", StringComparison.Ordinal))
            return new ParseError(
                "That role belongs to IAM Identity Center, so its trust policy can't be changed. Make a role of your own.");
        return new RoleArn(arn, partition, AccountId.Of(match.Groups["account"].Value), path, match.Groups["name"].Value);
    }

    private static string ProblemOf(string arn)
    {
        if (AssumedRole().Match(arn) is { Success: true } session)
            return "That is a session's ARN, not the role's; the role is probably " +
                $"arn:{session.Groups["partition"].Value}:iam::{session.Groups["account"].Value}:role/{session.Groups["name"].Value} " +
            "(add the role's path if it has one).";
        if (OtherResource().Match(arn) is { Success: true } other)
        {
            return other.Groups["kind"].Value switch
            {
                "user" => $"That is a user's ARN. A role is needed; {Expected}. For a user, choose the access key instead.",
                "instance-profile" =>
                    "That is an instance profile's ARN. Give the ARN of the role in it, with role/ in place of instance-profile/.",
                "root" => $"That is the account's root, which can't be assumed; {Expected}.",
                "policy" => $"That is a policy's ARN. Give the ARN of the role that it is attached to; {Expected}.",
                "group" => $"That is a group's ARN, and groups can't be assumed; {Expected}.",
                _ => $"{Typed.Quote(arn)} is not a role's ARN; {Expected}.",
            };
        }

        if (NameOnly().IsMatch(arn))
            return $"Give the role's whole ARN, not its name: arn:aws:iam::<account>:role/{arn}.";
        return $"{Typed.Quote(arn)} is not a role's ARN; {Expected}.";
    }

    public override string ToString() => Value;

    [GeneratedRegex(
        @"^arn:(?<partition>aws[a-z-]*):iam::(?<account>[0-9]{12}):role/"
            + @"(?<path>(?:[A-Za-z0-9_+=,.@/-]{1,510}/)?)(?<name>[A-Za-z0-9_+=,.@-]{1,64})\z",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex WellFormed();

    [GeneratedRegex(
        @"^arn:(?<partition>aws[a-z-]*):iam::(?<account>[A-Za-z0-9_+=,.@-]{0,64}):role/"
            + @"(?<path>(?:[A-Za-z0-9_+=,.@/-]{1,510}/)?)(?<name>[A-Za-z0-9_+=,.@-]{1,64})\z",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex OfAnyServer();

    [GeneratedRegex(
        @"^arn:(?<partition>aws[a-z-]*):sts::(?<account>[0-9]{12}):assumed-role/(?<name>[A-Za-z0-9_+=,.@-]{1,64})",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex AssumedRole();

    [GeneratedRegex(
        @"^arn:aws[a-z-]*:iam::([0-9]{12}|aws):(?<kind>user|instance-profile|root|policy|group)(/|\z)",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex OtherResource();

    [GeneratedRegex(@"^[A-Za-z0-9_+=,.@-]{1,64}\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NameOnly();
}
