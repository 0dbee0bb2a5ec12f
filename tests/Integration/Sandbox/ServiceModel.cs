using System.Text.Json.Nodes;

namespace ServerlessDrives.Tests.Integration.Sandbox;

/// <summary>What AWS says that a service's requests may hold: botocore's model, which comes with Debian's <c>awscli</c>.</summary>
internal sealed class ServiceModel
{
    private static readonly string[] Folders =
    [
        "/usr/lib/python3/dist-packages/awscli/botocore/data",
        "/usr/lib/python3/dist-packages/botocore/data",
    ];
    private readonly JsonNode model;

    private ServiceModel(JsonNode model) => this.model = model;

    public static ServiceModel Of(string service)
    {
        var folder = Folders.Select(folder => Path.Combine(folder, service)).FirstOrDefault(Directory.Exists)
            ?? throw new InvalidOperationException("The service models aren't there: apt-get install awscli");
        var newest = Directory.GetDirectories(folder).Order(StringComparer.Ordinal).Last();
        return new ServiceModel(JsonNode.Parse(File.ReadAllText(Path.Combine(newest, "service-2.json")))!);
    }

    public IEnumerable<Operation> Operations => model["operations"]!.AsObject().Select(pair => new Operation(
        pair.Key,
        pair.Value!["http"]!["method"]!.GetValue<string>(),
        pair.Value["http"]!["requestUri"]!.GetValue<string>(),
        pair.Value["input"] is { } input ? [.. Members(input["shape"]!.GetValue<string>())] : []));

    /// <summary>The paths to all leaves of a document, each once; a list is one element of it.</summary>
    public IEnumerable<string> Leaves(string shape) => Leaves(shape, "", []);

    /// <summary>The first value of an enumeration, or something of the type.</summary>
    public string Sample(string shape) =>
        model["shapes"]![shape] switch
        {
            { } known
                when known["enum"] is JsonArray values
                    && values.FirstOrDefault(value => value!.GetValue<string>().Length > 0) is { } first => first.GetValue<string>(),
            { } known => known["type"]!.GetValue<string>() switch
            {
                "boolean" => "true",
                "integer" or "long" or "float" => "1",
                "timestamp" => "2030-01-01T00:00:00Z",
                _ => "a",
            },
            null => "a",
        };

    public string TypeOf(string shape) => model["shapes"]![shape]!["type"]!.GetValue<string>();

    private IEnumerable<Member> Members(string shape) => model["shapes"]![shape]!["members"]!.AsObject().Select(pair => new Member(
        pair.Key,
        pair.Value!["shape"]!.GetValue<string>(),
        pair.Value["location"]?.GetValue<string>(),
        pair.Value["locationName"]?.GetValue<string>() ?? pair.Key));

    private IEnumerable<string> Leaves(string shape, string path, HashSet<string> above)
    {
        var described = model["shapes"]![shape]!;
        switch (described["type"]!.GetValue<string>())
        {
            case "structure" when above.Add(shape):
                var members = described["members"]!.AsObject();
                foreach (var (name, member) in members)
                {
                    var inner = member!["shape"]!.GetValue<string>();
                    var element = member["locationName"]?.GetValue<string>() ?? name;
                    if (member["xmlAttribute"] is not null) continue;
                    if (TypeOf(inner) == "list")
                    {
                        var list = model["shapes"]![inner]!;
                        var isFlat = list["flattened"] is not null || member["flattened"] is not null;
                        element = isFlat ? element : $"{element}/{list["member"]!["locationName"]?.GetValue<string>() ?? "member"}";
                        inner = list["member"]!["shape"]!.GetValue<string>();
                    }

                    foreach (var leaf in Leaves(inner, path.Length == 0 ? element : $"{path}/{element}", above)) yield return leaf;
                }

                if (members.Count == 0) yield return path;
                above.Remove(shape);
                break;
            case "structure":
                break;
            default:
                yield return path;
                break;
        }
    }
}

internal sealed record Operation(string Name, string Method, string Uri, IReadOnlyList<Member> Members);

/// <param name="Location"><c>header</c>, <c>headers</c>, <c>querystring</c>, <c>uri</c>, or null for the body.</param>
/// <param name="WireName">As it is sent.</param>
internal sealed record Member(string Name, string Shape, string? Location, string WireName);
