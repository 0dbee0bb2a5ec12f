using System.Net;
using System.Text.Json.Nodes;
using Json.Schema;
using ServerlessDrives.Http;

namespace ServerlessDrives.Tests.Shared;

/// <summary>The API's own description, held against what it really answers.</summary>
public sealed class ApiContract
{
    private const string Definitions = "https://serverlessdrives.example/definitions";

    private static readonly string[] Bodiless = ["HEAD"];

    private readonly EvaluationOptions _options = new() { OutputFormat = OutputFormat.List, RequireFormatValidation = true };
    private readonly Dictionary<string, JsonSchema> _parsed = [];
    private readonly Lock _gate = new();
    private readonly List<(string[] Segments, bool TakesTheRest, JsonObject Item)> _paths;

    public ApiContract(JsonObject document)
    {
        ArgumentNullException.ThrowIfNull(document);
        Document = document;
        _paths =
        [
            .. document["paths"]!
                .AsObject()
                .Select(path => (path.Key.Split('/'), TakesTheRest(path.Value!.AsObject()), path.Value!.AsObject())),
        ];
        var definitions = new JsonObject(
            document["components"]!["schemas"]!
                .AsObject()
                .Select(schema => KeyValuePair.Create(schema.Key, (JsonNode?)Closed(Repointed(schema.Value!)))));
        _options.SchemaRegistry.Register(
            JsonSchema.FromText(new JsonObject { ["$id"] = Definitions, ["$defs"] = definitions }.ToJsonString()));
    }

    /// <summary>Of this build.</summary>
    public static ApiContract Current { get; } = new(new ApiDescription().Document);

    public JsonObject Document { get; }

    /// <summary>What of the answer isn't as described; empty when all is.</summary>
    /// <param name="body">Null when it wasn't looked at.</param>
    public IReadOnlyList<string> Complaints(
        string method,
        string path,
        HttpStatusCode status,
        string? mediaType,
        Func<string, bool> hasHeader,
        string? body)
    {
        ArgumentNullException.ThrowIfNull(method);
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(hasHeader);
        if (Find(path)?[method.ToLowerInvariant()] is not JsonObject operation)
            return status is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed ? [] : ["the call is not described"];
        if (operation["responses"]![$"{(int)status}"] is not JsonObject response)
            return ["the status is not described"];
        var complaints = new List<string>();
        foreach (var (name, header) in response["headers"] as JsonObject ?? [])
        {
            if (header!["required"]!.GetValue<bool>() && !hasHeader(name))
                complaints.Add($"the header {name} is missing");
        }

        if (Bodiless.Contains(method) || response["content"] is not JsonObject content)
        {
            if (!string.IsNullOrEmpty(body))
                complaints.Add("there is a body, and none is described");
            return complaints;
        }

        if (content[mediaType ?? ""] is JsonObject described)
            complaints.AddRange(Misfits(described["schema"], body));
        else if (content["*/*"] is null)
            complaints.Add($"the content type {mediaType ?? "(none)"} is not described");
        return complaints;
    }

    /// <summary>Where the JSON doesn't fit the schema.</summary>
    public IReadOnlyList<string> Misfits(JsonNode? schema, string? json)
    {
        if (schema is null || json is null)
            return [];
        var text = schema.ToJsonString();
        JsonSchema parsed;
        lock (_gate)
        {
            if (!_parsed.TryGetValue(text, out parsed!))
                _parsed[text] = parsed = JsonSchema.FromText(Repointed(schema).ToJsonString());
        }

        var result = parsed.Evaluate(JsonNode.Parse(json), _options);
        return result.IsValid
            ? []
            :
            [
                .. result
                    .Details.Where(detail => detail.HasErrors)
                    .SelectMany(detail => detail.Errors!.Select(error => $"{detail.InstanceLocation}: {error.Value}")),
            ];
    }

    private JsonObject? Find(string path)
    {
        var asked = path.TrimEnd('/').Split('/');
        return _paths
            .Where(known => Matches(known.Segments, known.TakesTheRest, asked))
            .OrderByDescending(known => known.Segments.Count(segment => segment is not ['{', ..]))
            .ThenBy(known => known.Segments.Length)
            .FirstOrDefault()
            .Item;
    }

    private static bool TakesTheRest(JsonObject item) =>
        item.Any(operation =>
            operation.Value!["parameters"] is JsonArray parameters
            && parameters.Any(parameter => parameter![Operations.RestOfPath] is not null));

    private static bool Matches(string[] known, bool takesTheRest, string[] asked) =>
        (takesTheRest ? asked.Length >= known.Length : asked.Length == known.Length)
        && known.Index().All(segment => segment.Item is ['{', ..] ? asked[segment.Index].Length > 0 : segment.Item == asked[segment.Index]);

    private static JsonNode Repointed(JsonNode schema) =>
        JsonNode.Parse(schema.ToJsonString().Replace("#/components/schemas/", $"{Definitions}#/$defs/", StringComparison.Ordinal))!;

    /// <summary>Nothing may be answered that isn't described, which readers of the document needn't know.</summary>
    private static JsonNode Closed(JsonNode schema)
    {
        if (schema is JsonObject node)
        {
            if (node["properties"] is JsonObject && node["additionalProperties"] is null)
                node["additionalProperties"] = false;
            foreach (var (_, part) in node.ToList())
                Closed(part ?? new JsonObject());
        }
        else if (schema is JsonArray list)
        {
            foreach (var part in list)
                Closed(part ?? new JsonObject());
        }

        return schema;
    }
}

/// <summary>Fails whoever gets an answer from the API that isn't as described.</summary>
public sealed class AgainstTheContract() : DelegatingHandler(new HttpClientHandler())
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var answer = await base.SendAsync(request, cancellationToken);
        var path = request.RequestUri!.AbsolutePath;
        if (!path.StartsWith("/api/", StringComparison.Ordinal))
            return answer;
        var mediaType = answer.Content.Headers.ContentType?.MediaType;
        // A file's bytes are left to whoever reads them.
        var isOurs = mediaType is "application/json" or Problem.ContentType || answer.Content.Headers.ContentLength == 0;
        var body = isOurs ? await answer.Content.ReadAsStringAsync(cancellationToken) : null;
        var complaints = ApiContract.Current.Complaints(
            request.Method.Method,
            path,
            answer.StatusCode,
            mediaType,
            name => answer.Headers.Contains(name) || answer.Content.Headers.Contains(name),
            body);
        return complaints.Count == 0
            ? answer
            : throw new InvalidOperationException(
                $"{request.Method} {path} answered {(int)answer.StatusCode}, but {string.Join("; ", complaints)}.\n{body}");
    }
}
