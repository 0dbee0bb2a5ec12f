using System.Text.Json;
using System.Text.Json.Serialization;

namespace ServerlessDrives.Drives;

/// <summary>What people call a drive: 1 to 100 characters, unique within its audience without regard to case, and never changed.</summary>
[JsonConverter(typeof(DisplayNameJsonConverter))]
public sealed record DisplayName
{
    /// <summary>The longest name, in characters.</summary>
    public const int MaxLength = 100;

    private DisplayName(string value) => Value = value;

    public string Value { get; }

    /// <summary>What two names must not share in one audience, so that names which look alike collide.</summary>
    public string Key => VisibleText.KeyOf(Value);

    /// <summary>What they mustn't have shared before <see cref="Key"/> was what it is now: names of then are reserved under this.</summary>
    public string FormerKey => Value.ToUpperInvariant();

    public static Result<DisplayName, ParseError> Parse(string? text) =>
        VisibleText.Parse(text, MaxLength, "the drive").TryGet(out var name, out var problem)
            ? new DisplayName(name)
            : problem;

    /// <summary>A name that is stored: it was taken under the rules of its time.</summary>
    public static DisplayName Stored(string text)
    {
        ArgumentException.ThrowIfNullOrEmpty(text);
        return new(text);
    }

    public override string ToString() => Value;

    private sealed class DisplayNameJsonConverter : JsonConverter<DisplayName>
    {
        public override DisplayName Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.GetString() is { Length: > 0 } text ? Stored(text) : throw new JsonException("A name was expected.");

        public override void Write(Utf8JsonWriter writer, DisplayName value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.Value);
    }
}
