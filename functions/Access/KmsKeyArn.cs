using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace ServerlessDrives.Access;

/// <summary>
/// A KMS key's ARN, multi-Region keys (<c>mrk-</c>) included. Aliases and bare ids are refused: what they mean depends on who asks.
/// </summary>
[JsonConverter(typeof(ParsedJsonConverter<KmsKeyArn>))]
public sealed partial record KmsKeyArn : IParsed<KmsKeyArn>
{
    private const string Expected = "expected arn:aws:kms:<region>:<account>:key/<id>, as the key's page in the KMS console shows it";

    private KmsKeyArn(string value, Region region, AccountId account, string keyId) =>
        (Value, Region, Account, KeyId) = (value, region, account, keyId);

    public string Value { get; }
    public Region Region { get; }
    public Partition Partition => Region.Partition;
    public AccountId Account { get; }

    /// <summary>The part after <c>key/</c>.</summary>
    public string KeyId { get; }

    public static Result<KmsKeyArn, ParseError> Parse(string? text)
    {
        var arn = text?.Trim() ?? "";
        if (arn.Length == 0)
            return new ParseError($"Give the KMS key's ARN; {Expected}.");
        if (AliasForm().IsMatch(arn))
            return new ParseError(
                $"That is an alias, which can come to mean another key. Give the ARN of the key itself; {Expected}.");
        if (KeyIdForm().IsMatch(arn))
            return new ParseError(
                "That is only the key's id. Give its whole ARN: " +
                $"arn:aws:kms:<region>:<account>:key/{(arn.StartsWith("key/", StringComparison.Ordinal) ? arn[4..] : arn)}."
            );
        if (WellFormed().Match(arn) is not { Success: true } match)
            return new ParseError($"{Typed.Quote(arn)} is not a KMS key's ARN; {Expected}.");
        if (!Region.Parse(match.Groups["region"].Value).TryGet(out var region, out var problem))
            return problem;
        if (match.Groups["partition"].Value != region.Partition.Name)
            return new ParseError(
                $"The region {region} is in the partition {region.Partition}, and the ARN says {match.Groups["partition"].Value}.");
        return new KmsKeyArn(arn, region, AccountId.Of(match.Groups["account"].Value), match.Groups["id"].Value);
    }

    public override string ToString() => Value;

    [GeneratedRegex(
        @"^arn:(?<partition>aws[a-z-]*):kms:(?<region>[a-z0-9-]+):(?<account>[0-9]{12}):key/(?<id>[A-Za-z0-9-]{1,128})\z",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex WellFormed();

    [GeneratedRegex(@"^(arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:)?alias/", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex AliasForm();

    [GeneratedRegex(
        @"^(key/)?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|mrk-[0-9a-f]{32})\z",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex KeyIdForm();
}
