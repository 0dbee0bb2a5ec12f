using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace ServerlessDrives.Access;

/// <summary>
/// An AWS region's code, such as <c>eu-west-1</c>. Well-formed ones that we don't know yet are accepted, since AWS adds regions.
/// </summary>
[JsonConverter(typeof(ParsedJsonConverter<Region>))]
public sealed partial record Region : IParsed<Region>
{
    private Region(string code, Partition partition) => (Code, Partition) = (code, partition);

    public string Code { get; }

    /// <summary>Follows from the code.</summary>
    public Partition Partition { get; }

    public static Result<Region, ParseError> Parse(string? text)
    {
        var code = text?.Trim() ?? "";
        if (code.Length == 0)
            return new ParseError("Give the bucket's region, such as us-east-1.");
        if (WellFormed().IsMatch(code))
            return new Region(code, PartitionOf(code));
        return new ParseError(
            Meant(code) is { } meant
                ? $"{Typed.Quote(code)} is not a region's code; did you mean {meant}?"
                : $"{Typed.Quote(code)} is not a region's code; expected one such as us-east-1 or eu-central-1. The bucket's " +
                    "properties in the S3 console show it."
        );
    }

    private static Partition PartitionOf(string code) =>
        code switch
        {
            _ when code.StartsWith("cn-", StringComparison.Ordinal) => Partition.China,
            _ when code.StartsWith("us-gov-", StringComparison.Ordinal) => Partition.GovCloud,
            _ when code.StartsWith("eusc-", StringComparison.Ordinal) => Partition.EuropeanSovereign,
            _ when code.StartsWith("us-iso-", StringComparison.Ordinal) => Partition.Iso,
            _ when code.StartsWith("us-isob-", StringComparison.Ordinal) => Partition.IsoB,
            _ when code.StartsWith("eu-isoe-", StringComparison.Ordinal) => Partition.IsoE,
            _ when code.StartsWith("us-isof-", StringComparison.Ordinal) || code.StartsWith("eu-isof-", StringComparison.Ordinal) =>
                Partition.IsoF,
            _ => Partition.Aws,
        };

    private static string? Meant(string code)
    {
        var lower = code.ToLowerInvariant().Replace('_', '-').Replace(' ', '-');
        if (WellFormed().IsMatch(lower))
            return lower;
        if (ZoneOf().Match(lower) is { Success: true } zone)
            return zone.Groups["code"].Value;
        // What S3 itself answers for its two oldest regions.
        return lower switch { "us" or "us-standard" => "us-east-1", "eu" => "eu-west-1", _ => null };
    }

    public override string ToString() => Code;

    [GeneratedRegex(@"^[a-z]{2,5}(-[a-z]{2,12}){1,3}-[0-9]{1,2}\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex WellFormed();

    [GeneratedRegex(
        @"(?<code>[a-z]{2,5}(-[a-z]{2,12}){1,3}-[0-9]{1,2})([a-z]\z|\))",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex ZoneOf();
}
