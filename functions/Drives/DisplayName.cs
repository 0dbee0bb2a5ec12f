using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using ServerlessDrives.Access;

namespace ServerlessDrives.Drives;

/// <summary>What people call a drive: 1 to 100 characters, unique within its audience without regard to case, and never changed.</summary>
[JsonConverter(typeof(DisplayNameJsonConverter))]
public sealed record DisplayName
{
    /// <summary>The longest name, in characters.</summary>
    public const int MaxLength = 100;

    private DisplayName(string value) => Value = value;

    public string Value { get; }

    /// <summary>What two names must not share in one audience: the compatibility form in upper case, so that look-alikes of case and width collide.</summary>
    public string Key => Value.Normalize(NormalizationForm.FormKC).ToUpperInvariant();

    public static Parsed<DisplayName> Parse(string? text)
    {
        var name = text?.Trim() ?? "";
        if (name.Length == 0)
            return Parsed.Refuse<DisplayName>("Give the drive a name.");
        if (name.Length > MaxLength)
            return Parsed.Refuse<DisplayName>($"The name has {name.Length} characters; at most {MaxLength} are allowed.");
        if (!IsWellFormed(name) || name.EnumerateRunes().Any(rune => Rune.IsControl(rune) || Rune.GetUnicodeCategory(rune) is System.Globalization.UnicodeCategory.Format or System.Globalization.UnicodeCategory.PrivateUse))
            return Parsed.Refuse<DisplayName>("The name has characters that can't be seen; use letters, digits, spaces and punctuation.");
        return new DisplayName(name);
    }

    private static bool IsWellFormed(string text) => !text.EnumerateRunes().Contains(Rune.ReplacementChar);

    public override string ToString() => Value;

    private sealed class DisplayNameJsonConverter : JsonConverter<DisplayName>
    {
        public override DisplayName Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            Parse(reader.GetString()).TryGet(out var name, out var problem) ? name : throw new JsonException(problem);

        public override void Write(Utf8JsonWriter writer, DisplayName value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);
    }
}
