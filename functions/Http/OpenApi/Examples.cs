using System.Reflection;
using System.Text.Json.Nodes;

namespace ServerlessDrives.Http;

/// <summary>An example of each body and answer: a JSON file named after its type, in this folder's <c>Examples</c>.</summary>
internal static class Examples
{
    private const string Prefix = "Examples.";

    private static readonly Assembly Here = typeof(Examples).Assembly;

    /// <summary>The example of this type; of a page, one with the item's example in it.</summary>
    public static JsonNode? Of(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Page<>)
        ? Of(type.GetGenericArguments()[0]) is { } item ? new JsonObject { ["items"] = new JsonArray(item), ["nextCursor"] = null } : null
        : Named(type.Name);

    private static JsonNode? Named(string name)
    {
        using var file = Here.GetManifestResourceStream($"{Prefix}{name}.json");
        return file is null ? null : JsonNode.Parse(file);
    }
}
