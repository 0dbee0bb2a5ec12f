using System.Text.Json;
using System.Text.Json.Serialization;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Adapters.Tables;

/// <summary>Reads back what we wrote ourselves: anything unreadable is a broken row, not a person's mistake.</summary>
internal static class Stored
{
    /// <summary>How the parts of a row that are documents are written.</summary>
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public static T Read<T>(Result<T, ParseError> parsed)
        where T : notnull =>
        parsed.TryGet(out var value, out var problem)
            ? value
            : throw new InvalidDataException($"A stored {typeof(T).Name} can't be read: {problem}");

    public static Audience Audience(string scope) => Workspaces.Audience.OfScopeKey(scope);

    public static UserId User(string text) => UserId.Parse(text, null);

    public static string Write<T>(T value) => JsonSerializer.Serialize(value, Json);

    public static T Read<T>(string json) =>
        JsonSerializer.Deserialize<T>(json, Json) ?? throw new InvalidDataException($"A stored {typeof(T).Name} is null.");

    public static TEnum Enum<TEnum>(string text)
        where TEnum : struct, Enum =>
        System.Enum.TryParse<TEnum>(text, out var value)
            ? value
            : throw new InvalidDataException($"A stored {typeof(TEnum).Name} can't be read: {text}");
}
