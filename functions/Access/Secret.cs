using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ServerlessDrives.Access;

/// <summary>Something that only the vault and the one who signs with it may see. It prints as <c>***</c> and doesn't serialise.</summary>
[DebuggerDisplay("***")]
[JsonConverter(typeof(SecretJsonConverter))]
public sealed class Secret
{
    private readonly string _value;

    public Secret(string value)
    {
        ArgumentException.ThrowIfNullOrEmpty(value);
        _value = value;
    }

    /// <summary>The plain text; for the adapters that hand it to the vault or sign with it, and nobody else.</summary>
    public string Reveal() => _value;

    public override string ToString() => "***";

    private sealed class SecretJsonConverter : JsonConverter<Secret>
    {
        public override Secret Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String && reader.GetString() is { Length: > 0 } text
                ? new Secret(text)
                : throw new JsonException("A secret as text was expected.");

        public override void Write(Utf8JsonWriter writer, Secret value, JsonSerializerOptions options) =>
            throw new NotSupportedException("A secret doesn't leave its type.");
    }
}

/// <summary>
/// Where the vault keeps a secret: a name that is made once and never used again, since the vault's soft delete blocks it.
/// </summary>
[JsonConverter(typeof(SecretNameJsonConverter))]
public sealed record SecretName
{
    private SecretName(string value) => Value = value;

    /// <summary>1 to 127 of <c>0–9 a–z A–Z -</c>.</summary>
    public string Value { get; }

    public static SecretName New() => new($"drive-{Guid.NewGuid():N}");

    public static Result<SecretName, ParseError> Parse(string? text) =>
        text is { Length: > 0 and <= 127 } && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')
            ? new SecretName(text)
            : new ParseError("A vault's secret is named by 1 to 127 letters, digits and hyphens.");

    public override string ToString() => Value;

    private sealed class SecretNameJsonConverter : JsonConverter<SecretName>
    {
        public override SecretName Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            Parse(reader.GetString()).TryGet(out var name, out var problem) ? name : throw new JsonException(problem.Message);

        public override void Write(Utf8JsonWriter writer, SecretName value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.Value);
    }
}
