using System.Text.Json.Serialization;

namespace ServerlessDrives.Access;

/// <summary>An SNS topic: <c>arn:aws:sns:us-east-1:123456789012:drives</c>.</summary>
[JsonConverter(typeof(ParsedJsonConverter<TopicArn>))]
public sealed record TopicArn : IParsed<TopicArn>
{
    private const int MaxName = 256;

    private TopicArn(Region region, AccountId account, string name) => (Region, Account, Name) = (region, account, name);

    public Region Region { get; }

    public AccountId Account { get; }

    /// <summary>1 to 256 letters, digits, hyphens and underscores; <c>.fifo</c> at its end for a FIFO topic.</summary>
    public string Name { get; }

    public string Value => $"arn:{Region.Partition}:sns:{Region}:{Account}:{Name}";

    public static TopicArn Of(Region region, AccountId account, string name) => new(region, account, name);

    public static Result<TopicArn, ParseError> Parse(string? text)
    {
        if (
            text?.Split(':') is not ["arn", var partition, "sns", var regionText, var accountText, var name]
            || name.Length is 0 or > MaxName
            || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
            return new ParseError("The ARN of an SNS topic was expected, such as arn:aws:sns:us-east-1:123456789012:drives.");
        if (
            !Region.Parse(regionText).TryGet(out var region, out var problem)
            || !AccountId.Parse(accountText).TryGet(out var account, out problem))
            return problem;
        return region.Partition.Name == partition
            ? new TopicArn(region, account, name)
            : new ParseError($"{regionText} is not a region of the partition {partition}.");
    }

    public override string ToString() => Value;
}
