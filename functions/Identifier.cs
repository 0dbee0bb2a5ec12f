using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ServerlessDrives;

/// <summary>An identifier that says what it identifies: a prefix and a unique part that sorts by time of creation.</summary>
public interface IIdentifier<TSelf> : IParsable<TSelf>
    where TSelf : struct, IIdentifier<TSelf>
{
    /// <summary>The prefix with its underscore, such as <c>con_</c>.</summary>
    static abstract string Prefix { get; }

    /// <summary>The whole text, prefix included.</summary>
    string Value { get; }

    /// <summary>Wraps a text that is known to be well-formed.</summary>
    static abstract TSelf Of(string value);
}

/// <summary>Makes, reads and writes identifiers.</summary>
public static class Identifier
{
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

    /// <summary>
    /// A new identifier: 48 bits of milliseconds and 74 random bits (a version 7 UUID) in Crockford's base 32, lower case.
    /// </summary>
    public static TId New<TId>(TimeProvider clock)
        where TId : struct, IIdentifier<TId>
    {
        ArgumentNullException.ThrowIfNull(clock);
        return From<TId>(Guid.CreateVersion7(clock.GetUtcNow()));
    }

    /// <summary>
    /// The identifier with this unique part; orchestrations, which may not make GUIDs of their own, pass their context's.
    /// </summary>
    public static TId From<TId>(Guid unique)
        where TId : struct, IIdentifier<TId>
    {
        Span<byte> bytes = stackalloc byte[16];
        unique.TryWriteBytes(bytes, bigEndian: true, out _);
        var number = System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes);
        Span<char> text = stackalloc char[26];
        for (var i = text.Length - 1; i >= 0; i--, number >>= 5)
            text[i] = Alphabet[(int)(number & 31)];
        return TId.Of(string.Concat(TId.Prefix, text));
    }

    /// <summary>Whether the text is this kind of identifier: the prefix, then 1 to 64 of <c>a–z</c>, <c>0–9</c> and <c>-</c>.</summary>
    public static bool TryParse<TId>([NotNullWhen(true)] string? text, out TId id)
        where TId : struct, IIdentifier<TId>
    {
        id = default;
        if (text is null || !text.StartsWith(TId.Prefix, StringComparison.Ordinal))
            return false;
        var unique = text.AsSpan(TId.Prefix.Length);
        if (unique.Length is 0 or > 64 || unique.ContainsAnyExcept(Characters))
            return false;
        id = TId.Of(text);
        return true;
    }

    private static readonly System.Buffers.SearchValues<char> Characters = System.Buffers.SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyz0123456789-");
}

/// <summary>Identifiers are plain strings in JSON.</summary>
public sealed class IdentifierJsonConverter<TId> : JsonConverter<TId>
    where TId : struct, IIdentifier<TId>
{
    public override TId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && Identifier.TryParse<TId>(reader.GetString(), out var id)
            ? id
            : throw new JsonException($"An id that starts with {TId.Prefix} was expected.");

    public override void Write(Utf8JsonWriter writer, TId value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStringValue(value.Value);
    }

    public override TId ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Identifier.TryParse<TId>(reader.GetString(), out var id)
            ? id
            : throw new JsonException($"An id that starts with {TId.Prefix} was expected.");

    public override void WriteAsPropertyName(Utf8JsonWriter writer, TId value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WritePropertyName(value.Value);
    }
}
