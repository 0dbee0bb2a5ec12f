using System.Text.Json.Serialization;

namespace ServerlessDrives.Access;

/// <summary>
/// The public half of an access key: 16 to 128 word characters. Problems never repeat the text, which may be the other half.
/// </summary>
[JsonConverter(typeof(ParsedJsonConverter<AccessKeyId>))]
public sealed record AccessKeyId : IParsed<AccessKeyId>
{
    private AccessKeyId(string value) => Value = value;

    public string Value { get; }

    public static Result<AccessKeyId, ParseError> Parse(string? text)
    {
        var id = text?.Trim() ?? "";
        if (id.Length == 0)
            return new ParseError("Give the access key ID.");
        if (id.StartsWith("ASIA", StringComparison.Ordinal))
            return new ParseError(
                "That is a temporary access key (ASIA…), which ends within hours; temporary credentials can't be used. Give an IAM " +
                "user's own key (AKIA…)."
            );
        if (id.Length == 40 && id.Any(c => c is '/' or '+' || char.IsAsciiLetterLower(c)))
            return new ParseError("That looks like a secret access key. The access key ID is the shorter half, such as AKIA….");
        if (id.Length >= 16 && id[..4] is "AIDA" or "AROA" or "AGPA" or "ANPA" or "AIPA")
            return new ParseError(
                "That is the unique ID of a user, role, group or policy, not an access key ID; expected one such as AKIA….");
        if (id.Any(c => !char.IsAsciiLetterOrDigit(c) && c != '_'))
            return new ParseError("An access key ID has only letters, digits and underscores, such as AKIA….");
        if (id.Length is < 16 or > 128)
            return new ParseError($"An access key ID has 16 to 128 characters, most have 20; this has {id.Length}.");
        return new AccessKeyId(id);
    }

    public override string ToString() => Value;
}
