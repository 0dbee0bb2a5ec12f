using System.Reflection;
using System.Text.Json.Nodes;

namespace ServerlessDrives.Http;

/// <summary>The whole API as an OpenAPI 3.1 document, made once from the code.</summary>
public sealed class ApiDescription
{
    /// <summary>The headings of the reference, in the order in which a newcomer would read them.</summary>
    private static readonly (string Name, string Description)[] Sections =
    [
        ("People", "Who I am, workspaces, and who is in them."),
        ("Connecting", "The wizard: from a name to a proven drive. Every step can be confirmed here or by a callback link."),
        ("Roles", "Customers' IAM roles that we assume, under external IDs of ours."),
        ("Drives", "Usable buckets: list, verify, watch, disconnect, and choose defaults."),
        ("Files", "The data plane: browse, read, write, presigned transfers, and stable references."),
        ("Sharing", "Links to single files for people without an account."),
        ("Integrations", "What starts when files arrive, and where outputs land."),
        ("Events", "Webhooks, and the audit trail."),
        ("Operations", "Health, sign-in, and this description."),
    ];

    public ApiDescription()
        : this(typeof(ApiDescription).Assembly)
    {
    }

    internal ApiDescription(Assembly assembly)
    {
        var schemas = new Schemas(CodeComments.Of(assembly));
        var operations = new Operations(schemas);
        var paths = new SortedDictionary<string, JsonObject>(StringComparer.Ordinal);
        foreach (
            var function in HttpFunctionMethods
                .Of(assembly.GetTypes())
                .Where(function => function.Route.StartsWith("api/", StringComparison.Ordinal))
                .OrderBy(function => function.Name, StringComparer.Ordinal))
        {
            foreach (var (path, verb, operation) in operations.Of(function))
            {
                if (!paths.TryGetValue(path, out var item))
                    paths[path] = item = [];
                item[verb] = operation;
            }
        }

        Document = new JsonObject
        {
            ["openapi"] = "3.1.1",
            ["info"] = new JsonObject
            {
                ["title"] = "ServerlessDrives",
                ["version"] = ServerlessDrivesApplication.Version,
                ["summary"] = "Connects Amazon S3 buckets to workspaces as drives, and proves that they work.",
                ["description"] = Introduction,
                ["license"] = new JsonObject { ["name"] = "MIT", ["identifier"] = "MIT" },
            },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = "/", ["description"] = "Where this description came from." }),
            ["tags"] = new JsonArray([
                .. Sections.Select(section => (JsonNode)new JsonObject { ["name"] = section.Name, ["description"] = section.Description }),
            ]),
            ["security"] = new JsonArray(new JsonObject { ["bearer"] = new JsonArray() }),
            ["paths"] = new JsonObject(paths.Select(path => KeyValuePair.Create<string, JsonNode?>(path.Key, path.Value))),
            ["components"] = new JsonObject
            {
                ["securitySchemes"] = new JsonObject
                {
                    ["bearer"] = new JsonObject
                    {
                        ["type"] = "http",
                        ["scheme"] = "bearer",
                        ["bearerFormat"] = "JWT",
                        ["description"] = "A token of the OpenID Connect issuer that GET /api/signin names.",
                    },
                },
                ["schemas"] = new JsonObject([
                    .. schemas.All.Select(schema => KeyValuePair.Create<string, JsonNode?>(schema.Key, schema.Value)),
                    KeyValuePair.Create<string, JsonNode?>("Problem", ProblemSchema()),
                ]),
            },
        };
    }

    /// <summary>Not to be changed by readers.</summary>
    public JsonObject Document { get; }

    private const string Introduction =
        """
        JSON, camelCase, times in UTC as of RFC 3339. Sign in with a bearer token.

        Errors are RFC 9457 problems: `code` is stable, `errors` names each wrong field, `type` leads to the explanation.
        Lists take `limit` (50 unless said otherwise, at most 500) and `cursor`.
        Resources carry an `ETag`; changes honour `If-Match`. Every POST that creates something honours `Idempotency-Key`.
        """;

    private static JsonObject ProblemSchema() => new()
    {
        ["type"] = "object",
        ["description"] = "What went wrong, as of RFC 9457.",
        ["required"] = new JsonArray("type", "title", "status", "detail", "instance", "code", "traceId"),
        ["properties"] = new JsonObject
        {
            ["type"] = Text("Where the code is explained.", "uri-reference"),
            ["title"] = Text("The code in words."),
            ["status"] = new JsonObject
            {
                ["type"] = "integer",
                ["minimum"] = 400,
                ["maximum"] = 599,
                ["description"] = "The HTTP " +
                "status."
            },
            ["detail"] = Text("What is wrong this time and what to do, for people."),
            ["instance"] = Text("The path that was asked for.", "uri-reference"),
            ["code"] = new JsonObject
            {
                ["type"] = "string",
                ["pattern"] = "^[a-z0-9]+(-[a-z0-9]+)*$",
                ["description"] = "Stable, for " +
                "programs."
            },
            ["traceId"] = Text("What to tell the operator."),
            ["errors"] = new JsonObject
            {
                ["type"] = "object",
                ["additionalProperties"] = new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["type"] = "string" } },
                ["description"] = "Messages by field, with `invalid`.",
            },
            ["usedBy"] = new JsonObject
            {
                ["type"] = "array",
                ["items"] = HoldSchema(),
                ["description"] = "What stands in the way, by " +
                "id and name."
            },
            ["reason"] = Text("Finer than the code, of callback links: `over`, `outdated`, `not-yet`."),
            ["verification"] = new JsonObject { ["$ref"] = "#/components/schemas/VerificationReport" },
            ["size"] = new JsonObject { ["type"] = "integer", ["description"] = "The file's size in bytes, with `range-not-satisfiable`." },
            ["drives"] = new JsonObject
            {
                ["type"] = "array",
                ["items"] = new JsonObject { ["type"] = "object" },
                ["description"] = "With `overlap`: the other drives that you may know of.",
            },
            ["partitions"] = new JsonObject
            {
                ["type"] = "array",
                ["items"] = new JsonObject { ["type"] = "string" },
                ["description"] = "With `invalid`, where a new role's partition has to be chosen: those that there are.",
            },
            ["roleId"] = Text("With `role-known`: the role to use again, where you may use it."),
            ["awsErrorCode"] = Text("AWS's own code, with `aws-…`."),
            ["awsRequestId"] = Text("For a ticket to AWS, with `aws-…`."),
        },
    };

    private static JsonObject HoldSchema() => new()
    {
        ["type"] = "object",
        ["required"] = new JsonArray("id", "displayName"),
        ["properties"] = new JsonObject
        {
            ["id"] = new JsonObject { ["type"] = "string" },
            ["displayName"] = new JsonObject { ["type"] = "string" },
            ["description"] = Text("With `drive-in-use`: the name again, as that answer called it at first."),
        },
    };

    private static JsonObject Text(string description, string? format = null)
    {
        var schema = new JsonObject { ["type"] = "string", ["description"] = description };
        if (format is not null)
            schema["format"] = format;
        return schema;
    }
}
