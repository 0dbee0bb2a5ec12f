using System.Text.Json.Serialization;

namespace ServerlessDrives.Access;

/// <summary>An AWS account: twelve digits.</summary>
[JsonConverter(typeof(ParsedJsonConverter<AccountId>))]
public sealed record AccountId : IParsed<AccountId>
{
    private AccountId(string value) => Value = value;

    public string Value { get; }

    public static Parsed<AccountId> Parse(string? text)
    {
        var digits = text?.Trim() ?? "";
        if (IsAccount(digits))
            return new AccountId(digits);
        // The console shows accounts as 1234-5678-9012.
        var joined = digits.Replace("-", "", StringComparison.Ordinal);
        return Parsed.Refuse<AccountId>(IsAccount(joined)
            ? $"Write the account without hyphens: {joined}."
            : $"{Typed.Quote(digits)} is not an AWS account; expected twelve digits.");
    }

    internal static bool IsAccount(string text) => text.Length == 12 && text.All(char.IsAsciiDigit);

    internal static AccountId Of(string twelveDigits) => new(twelveDigits);

    public override string ToString() => Value;
}
