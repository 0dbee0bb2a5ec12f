using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ServerlessDrives.Common;

/// <summary>A group of the identity provider's; in Entra ID the group's object ID, a GUID, in lower case.</summary>
[JsonConverter(typeof(GroupIdJsonConverter))]
public readonly record struct GroupId : IParsable<GroupId>
{
    private readonly Guid? _value;

    private GroupId(Guid value) => _value = value;

    public string Value => (_value ?? throw new InvalidOperationException("An id that was never given.")).ToString("D");

    public static GroupId Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var id) ? id : throw new FormatException($"'{s}' is not the object ID of a group.");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out GroupId result)
    {
        var isGuid = Guid.TryParseExact(s, "D", out var value) && value != Guid.Empty;
        result = isGuid ? new(value) : default;
        return isGuid;
    }

    public override string ToString() => Value;
}

/// <summary>Group ids are plain strings in JSON.</summary>
public sealed class GroupIdJsonConverter : JsonConverter<GroupId>
{
    public override GroupId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        GroupId.TryParse(reader.GetString(), null, out var id) ? id : throw new JsonException("The object ID of a group was expected.");

    public override void Write(Utf8JsonWriter writer, GroupId value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStringValue(value.Value);
    }
}
