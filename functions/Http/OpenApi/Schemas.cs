using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using ServerlessDrives.Access;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Http;

/// <summary>
/// JSON Schemas (2020-12) of what the API reads and writes, from the contracts that the serialiser itself uses. Every type of ours becomes
/// one entry under <c>components/schemas</c>, and others refer to it.
/// </summary>
internal sealed class Schemas(CodeComments comments)
{
    private const string Components = "#/components/schemas/";

    private readonly SortedDictionary<string, JsonNode> _components = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Type> _names = [];
    private readonly HashSet<Type> _read = [];

    /// <summary>All that have been referred to so far.</summary>
    public IReadOnlyDictionary<string, JsonNode> All => _components;

    /// <summary>A schema for something that is written; types of ours by reference.</summary>
    public JsonNode Written(Type type) => Of(type);

    /// <summary>A schema for something that is read: fields may be missing unless <see cref="NeedsFieldsAttribute"/> names them.</summary>
    public JsonNode Read(Type type)
    {
        NoteRead(type);
        return Of(type);
    }

    private void NoteRead(Type type)
    {
        if (!IsNamed(type) || !_read.Add(type))
            return;
        foreach (var property in Json.Options.GetTypeInfo(type).Properties)
            NoteRead(ElementOf(property.PropertyType));
    }

    private JsonNode Of(Type type)
    {
        if (Simple(type) is { } simple)
            return simple;
        if (PageItem(type) is { } item)
            return ReferTo($"{NameOf(item)}Page", type, () => Page(item));
        return IsNamed(type)
            ? ReferTo(NameOf(type), type, () => Export(type))
            : Export(type);
    }

    private JsonObject ReferTo(string name, Type type, Func<JsonNode> make)
    {
        if (_names.TryAdd(name, type))
            _components[name] = make();
        else if (_names[name] != type)
            throw new InvalidOperationException($"{type.FullName} and {_names[name].FullName} would both be called {name}.");
        return new JsonObject { ["$ref"] = Components + name };
    }

    private JsonObject Page(Type item) => new()
    {
        ["type"] = "object",
        ["description"] = "A page of a list.",
        ["required"] = new JsonArray("items", "nextCursor"),
        ["properties"] = new JsonObject
        {
            ["items"] = new JsonObject { ["type"] = "array", ["items"] = Of(item) },
            ["nextCursor"] = new JsonObject
            {
                ["type"] = new JsonArray("string", "null"),
                ["description"] = "What to send as ?cursor= " +
                "for the next page; null at the end."
            },
        },
    };

    private JsonNode Export(Type root) => Json.Options.GetJsonSchemaAsNode(root, new JsonSchemaExporterOptions
    {
        TreatNullObliviousAsNonNullable = true,
        TransformSchemaNode = (context, schema) => Transform(root, context, schema),
    });

    private JsonNode Transform(Type root, JsonSchemaExporterContext context, JsonNode schema)
    {
        var declared = context.TypeInfo.Type;
        var type = Nullable.GetUnderlyingType(declared) ?? declared;
        var isRoot = context.Path.Length == 0;
        var isNullable = !isRoot && (declared != type || context.PropertyInfo is { IsGetNullable: true } || AllowsNull(schema));
        JsonObject described;
        if (Simple(type) is { } simple)
            described = OrNull(simple, isNullable);
        else if (!isRoot && context.BaseTypeInfo is null && IsNamed(type))
            described = OrNull((JsonObject)Of(type), isNullable);
        else
            described = Finish(type, context, schema, isRoot);

        if (
            context.PropertyInfo is { } property
            && described["description"] is null
            && comments.OfProperty(property.DeclaringType, ClrNameOf(property)) is { } said)
            described["description"] = said;
        return described;
    }

    private JsonObject Finish(Type type, JsonSchemaExporterContext context, JsonNode schema, bool isRoot)
    {
        var node = schema as JsonObject ?? [];
        if (type.IsEnum && node["enum"] is not null)
            node["type"] ??= AllowsNull(node) ? new JsonArray("string", "null") : "string";
        // The exporter leaves out what a list is of where a converter of ours writes it.
        if (context.TypeInfo is { Kind: JsonTypeInfoKind.Enumerable, ElementType: { } element })
            node["items"] ??= Of(element);
        if (isRoot && DescriptionOf(type) is { } description)
            node["description"] = description;
        if (node["properties"] is JsonObject properties && IsOurs(type))
            Require(type, node, properties);
        return node;
    }

    /// <summary>
    /// What is written has all its fields, but for those that are left out where they say nothing; what is read has those that it can't do
    /// without.
    /// </summary>
    private void Require(Type type, JsonObject node, JsonObject properties)
    {
        if (!_read.Contains(type))
        {
            var leftOut = type.GetProperties()
                .Where(property => property.GetCustomAttribute<JsonIgnoreAttribute>() is { Condition: JsonIgnoreCondition.WhenWritingNull })
                .Select(property => JsonNamingPolicy.CamelCase.ConvertName(property.Name));
            node["required"] = new JsonArray([
                .. properties.Select(property => property.Key).Except(leftOut).Select(name => (JsonNode)name),
            ]);
            return;
        }

        node.Remove("required");
        if (type.GetCustomAttribute<NeedsFieldsAttribute>() is not { } needs)
            return;
        node["required"] = new JsonArray([.. needs.Fields.Select(field => (JsonNode)field)]);
        foreach (var field in needs.Fields)
            RefuseNull((JsonObject)(properties[field] ?? throw new InvalidOperationException($"{type.Name} has no field {field}.")));
    }

    private static void RefuseNull(JsonObject schema)
    {
        if (schema["type"] is JsonArray types)
            schema["type"] = types.Select(one => one!.GetValue<string>()).First(one => one != "null");
        if (schema["anyOf"] is JsonArray { Count: 2 } either && either[0]?["$ref"] is { } reference)
        {
            schema.Remove("anyOf");
            schema["$ref"] = reference.DeepClone();
        }
    }

    private string? DescriptionOf(Type type)
    {
        var said = comments.OfType(type);
        if (!type.IsEnum)
            return said;
        var values = Enum.GetNames(type)
            .Select(value => (Word: JsonNamingPolicy.CamelCase.ConvertName(value), Said: comments.OfEnumValue(type, value)))
            .Where(value => value.Said is not null);
        return
            string.Join(
                ' ',
                ((string?[])[said, .. values.Select(value => $"`{value.Word}`: {value.Said}")]).Where(part => part is not null))
                is { Length: > 0 } text
            ? text
            : null;
    }

    /// <summary>Types that are one text in JSON, or whose converter keeps their shape to itself.</summary>
    private static JsonObject? Simple(Type type)
    {
        if (type.GetInterfaces().Any(face => face.IsGenericType && face.GetGenericTypeDefinition() == typeof(IIdentifier<>)))
        {
            var prefix = type.GetProperty(nameof(ConnectionId.Prefix), BindingFlags.Public | BindingFlags.Static)!.GetValue(null);
            return new() { ["type"] = "string", ["pattern"] = $"^{prefix}[a-z0-9-]{{1,64}}$" };
        }

        if (type == typeof(DateTimeOffset))
            return new() { ["type"] = "string", ["format"] = "date-time" };
        if (type == typeof(Uri))
            return new() { ["type"] = "string", ["format"] = "uri" };
        if (type == typeof(Secret))
            return new() { ["type"] = "string", ["writeOnly"] = true, ["format"] = "password" };
        if (type == typeof(Audience))
            return AudienceSchema();
        if (type == typeof(JsonObject))
            return new() { ["type"] = "object", ["description"] = "A JSON document." };
        return type == typeof(TimeSpan) || type == typeof(UserId) || type.GetCustomAttribute<JsonConverterAttribute>() is not null
            ? new() { ["type"] = "string" }
            : null;
    }

    private static JsonObject AudienceSchema() => new()
    {
        ["type"] = "object",
        ["description"] = "Who may use it: one workspace, or the whole organization.",
        ["required"] = new JsonArray("type"),
        ["properties"] = new JsonObject
        {
            ["type"] = new JsonObject { ["type"] = "string", ["enum"] = new JsonArray("workspace", "organization") },
            ["workspaceId"] = new JsonObject
            {
                ["type"] = "string",
                ["pattern"] = "^ws_[a-z0-9-]{1,64}$",
                ["description"] = "With " +
                "`workspace` only."
            },
        },
    };

    private static JsonObject OrNull(JsonObject schema, bool isNullable)
    {
        if (!isNullable)
            return schema;
        if (schema["type"] is JsonValue type)
        {
            schema["type"] = new JsonArray(type.GetValue<string>(), "null");
            return schema;
        }

        return new JsonObject { ["anyOf"] = new JsonArray(schema, new JsonObject { ["type"] = "null" }) };
    }

    private static bool AllowsNull(JsonNode schema) =>
        (schema is JsonObject { } node && node["type"] is JsonArray types && types.Any(one => one?.GetValue<string>() == "null"))
        || (schema is JsonObject { } words && words["enum"] is JsonArray values && values.Any(one => one is null));

    private static bool IsNamed(Type type) =>
        IsOurs(type) && Simple(type) is null && (type.IsEnum || Json.Options.GetTypeInfo(type).Kind is JsonTypeInfoKind.Object);

    private static bool IsOurs(Type type) => type.Assembly == typeof(Schemas).Assembly && !type.IsGenericType;

    private static Type? PageItem(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Page<>) ? type.GetGenericArguments()[0] : null;

    private static Type ElementOf(Type type) =>
        Nullable.GetUnderlyingType(type)
        ?? type.GetInterfaces()
            .Append(type)
            .FirstOrDefault(face =>
                type != typeof(string) && face.IsGenericType && face.GetGenericTypeDefinition() == typeof(IEnumerable<>))
            ?.GetGenericArguments()[0]
        ?? type;

    private static string ClrNameOf(JsonPropertyInfo property) => (property.AttributeProvider as MemberInfo)?.Name ?? property.Name;

    /// <summary>What a type is called outside: a view is called after what it shows.</summary>
    private static string NameOf(Type type) => type.Name.EndsWith("View", StringComparison.Ordinal) ? type.Name[..^4] : type.Name;
}
