using System.Security.Cryptography;
using System.Text.Json.Serialization;

namespace ServerlessDrives.Access;

/// <summary>
/// What a customer's trust policy asks of us, so that nobody else's connection can use the role: 2 to 1,224 of <c>[\w+=,.@:/-]</c>.
/// </summary>
[JsonConverter(typeof(ParsedJsonConverter<ExternalId>))]
public sealed record ExternalId : IParsed<ExternalId>
{
    private ExternalId(string value) => Value = value;

    public string Value { get; }

    /// <summary>160 random bits as 40 hexadecimal digits.</summary>
    public static ExternalId New() => new(RandomNumberGenerator.GetHexString(40, lowercase: true));

    public static Result<ExternalId, ParseError> Parse(string? text)
    {
        if (text is not { Length: >= 2 and <= 1224 })
            return new ParseError($"An external ID has 2 to 1,224 characters; this has {text?.Length ?? 0}.");
        return text.All(c => char.IsAsciiLetterOrDigit(c) || "_+=,.@:/-".Contains(c, StringComparison.Ordinal))
            ? new ExternalId(text)
            : new ParseError("An external ID has only letters, digits and _+=,.@:/-.");
    }

    public override string ToString() => Value;
}
