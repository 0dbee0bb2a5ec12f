using System.Text.Json;
using System.Text.Json.Serialization;

namespace ServerlessDrives.Common;

/// <summary>
/// A value that a person may type and a machine may store: one text, read by <see cref="Parse"/>, written by <c>ToString()</c>.
/// </summary>
internal interface IParsed<TSelf>
    where TSelf : class, IParsed<TSelf>
{
    static abstract Result<TSelf, ParseError> Parse(string? text);

    /// <summary>The same for what was taken before: an S3-compatible server has names that AWS doesn't.</summary>
    static virtual Result<TSelf, ParseError> ParseOfAnyServer(string? text) => TSelf.Parse(text);
}

/// <summary>Such values are plain strings in JSON; a text that doesn't parse is a <see cref="JsonException"/>.</summary>
internal sealed class ParsedJsonConverter<T> : JsonConverter<T>
    where T : class, IParsed<T>
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType is not JsonTokenType.String)
            throw new JsonException($"A {typeof(T).Name} as text was expected.");
        return T.ParseOfAnyServer(reader.GetString()).TryGet(out var value, out var problem)
            ? value
            : throw new JsonException(problem.Message);
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
