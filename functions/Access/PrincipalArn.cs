using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace ServerlessDrives.Access;

/// <summary>Who we are in AWS: the user or role of our own account that customers' roles trust.</summary>
[JsonConverter(typeof(ParsedJsonConverter<PrincipalArn>))]
public sealed partial record PrincipalArn : IParsed<PrincipalArn>
{
    private PrincipalArn(string value, Partition partition, AccountId account) => (Value, Partition, Account) = (value, partition, account);

    public string Value { get; }
    public Partition Partition { get; }
    public AccountId Account { get; }

    public static Result<PrincipalArn, ParseError> Parse(string? text)
    {
        var arn = text?.Trim() ?? "";
        if (WellFormed().Match(arn) is not { Success: true } match)
            return new ParseError(
                $"{Typed.Quote(arn)} is not the ARN of a user or role; expected arn:aws:iam::123456789012:role/name.");
        return Partition.Parse(match.Groups["partition"].Value).TryGet(out var partition, out var problem)
            ? new PrincipalArn(arn, partition, AccountId.Of(match.Groups["account"].Value))
            : problem;
    }

    public override string ToString() => Value;

    [GeneratedRegex(
        @"^arn:(?<partition>aws[a-z-]*):iam::(?<account>[0-9]{12}):(root|(role|user)/[\x21-\x7E]{1,600})\z",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex WellFormed();
}
