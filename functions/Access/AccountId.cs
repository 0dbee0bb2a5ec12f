using System.Text.Json.Serialization;

namespace ServerlessDrives.Access;

/// <summary>An AWS account: twelve digits. An S3-compatible server may have owners of another form.</summary>
[JsonConverter(typeof(ParsedJsonConverter<AccountId>))]
public sealed record AccountId : IParsed<AccountId>
{
    internal const int Digits = 12;

    private AccountId(string value) => Value = value;

    public string Value { get; }

    public static Result<AccountId, ParseError> Parse(string? text)
    {
        var digits = text?.Trim() ?? "";
        if (IsAccount(digits))
            return new AccountId(digits);
        // The console shows accounts as 1234-5678-9012.
        var joined = digits.Replace("-", "", StringComparison.Ordinal);
        return new ParseError(IsAccount(joined)
            ? $"Write the account without hyphens: {joined}."
            : $"{Typed.Quote(digits)} is not an AWS account; expected twelve digits.");
    }

    /// <summary>Also what an S3-compatible server calls the owner of a bucket: visible ASCII, at most 128 characters.</summary>
    public static Result<AccountId, ParseError> ParseOfAnyServer(string? text)
    {
        var owner = text?.Trim() ?? "";
        return owner.Length is > 0 and <= 128 && owner.All(c => c is > ' ' and <= '~')
            ? new AccountId(owner)
            : new ParseError(
                $"{Typed.Quote(owner)} is no owner of a bucket; expected twelve digits, or what the server calls its owners.");
    }

    internal static bool IsAccount(string text) => text.Length == Digits && text.All(char.IsAsciiDigit);

    internal static AccountId Of(string twelveDigits) => new(twelveDigits);

    public override string ToString() => Value;
}
