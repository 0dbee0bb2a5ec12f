using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ServerlessDrives.Common;

/// <summary>
/// A person, as the identity provider names them (<c>oid</c>, or <c>sub</c>): 1 to 128 printable characters without spaces.
/// </summary>
[JsonConverter(typeof(UserIdJsonConverter))]
public readonly record struct UserId : IParsable<UserId>
{
    private readonly string? _value;

    private UserId(string value) => _value = value;

    public string Value => _value ?? throw new InvalidOperationException("An id that was never given.");

    public static UserId Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var id) ? id : throw new FormatException($"'{s}' is not a user id.");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out UserId result)
    {
        result = default;
        // '/', '\\', '#' and '?' can't stand in the key of a table row.
        if (s is not { Length: > 0 and <= 128 } || s.AsSpan().ContainsAnyExceptInRange('!', '~') || s.AsSpan().ContainsAny("/\\#?"))
            return false;
        result = new(s);
        return true;
    }

    public override string ToString() => Value;
}

/// <summary>User ids are plain strings in JSON.</summary>
public sealed class UserIdJsonConverter : JsonConverter<UserId>
{
    public override UserId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        UserId.TryParse(reader.GetString(), null, out var id) ? id : throw new JsonException("A user id was expected.");

    public override void Write(Utf8JsonWriter writer, UserId value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStringValue(value.Value);
    }
}
