using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ServerlessDrives.Http.Repetition;

namespace ServerlessDrives.Http;

/// <summary>Describes functions as OpenAPI operations, from the attributes on their methods.</summary>
internal sealed partial class Operations(Schemas schemas)
{
    private readonly OperationResponses _responses = new(schemas);

    /// <summary>Marks the parameter that takes all the rest of a path, slashes included: OpenAPI has no word for it.</summary>
    public const string RestOfPath = "x-rest-of-path";

    /// <summary>
    /// What a function answers to. One whose route ends in a catch-all, and that says something of the call without that part, is described
    /// as two paths: OpenAPI's parameters are never empty.
    /// </summary>
    public IEnumerable<(string Path, string Verb, JsonObject Operation)> Of(HttpFunctionMethod function)
    {
        foreach (var verb in function.Verbs.Select(verb => verb.ToLowerInvariant()))
        {
            if (function.Method.Summaries().Any(summary => summary.WithoutPath))
            {
                var bare = function.Route[..function.Route.LastIndexOf("/{*", StringComparison.Ordinal)];
                yield return ($"/{bare}", verb, Describe(function, verb, bare, withoutPath: true));
            }

            yield return (PathOf(function.Route), verb, Describe(function, verb, function.Route, withoutPath: false));
        }
    }

    private JsonObject Describe(HttpFunctionMethod function, string verb, string route, bool withoutPath)
    {
        var method = function.Method;
        var summary =
            method.Summaries().FirstOrDefault(summary => summary.WithoutPath == withoutPath)
            ?? throw new InvalidOperationException(
                $"{method.DeclaringType?.Name}.{method.Name} doesn't say what it does: add [Summary(…)].");
        var section =
            method.DeclaringType?.GetCustomAttribute<SectionAttribute>()?.Name
            ?? throw new InvalidOperationException(
                $"{method.DeclaringType?.Name} doesn't say where it stands in the reference: add [Section(…)].");
        var reads = method.Reads();
        var answers = method.Answers().Where(answer => answer.Status == 304 || answer.WithoutPath == withoutPath).ToList();
        var operation = new JsonObject
        {
            ["operationId"] =
                Camel(function.Name)
                + (
                    withoutPath ? "Folder"
                    : verb == "head" && !function.Name.StartsWith("Head", StringComparison.Ordinal) ? "Head"
                    : ""),
            ["tags"] = new JsonArray(section),
            ["summary"] = summary.Text,
        };
        if (summary.Detail is { } detail)
            operation["description"] = detail;
        if (function.Requires?.Need is Need.Nobody)
            operation["security"] = new JsonArray();
        var parameters = Parameters(method, verb, route, withoutPath);
        if (parameters.Count > 0)
            operation["parameters"] = parameters;
        if (reads is not null)
            operation["requestBody"] = Body(reads);
        operation["responses"] = _responses.Of(function, verb, route, answers, reads);
        return operation;
    }

    private JsonArray Parameters(MethodInfo method, string verb, string route, bool withoutPath)
    {
        var parameters = new JsonArray();
        foreach (Match name in RouteParameter().Matches(route))
            parameters.Add(RouteParameterOf(name.Groups["name"].Value, name.Groups["all"].Success));
        foreach (var query in method.Queries().Where(query => query.WithoutPath == withoutPath))
            parameters.Add(QueryOf(query));
        if (method.Answers().Any(answer => OperationResponses.IsPage(answer) && answer.WithoutPath == withoutPath))
        {
            parameters.Add(
                QueryOf(new QueryAttribute<int>("limit", "How many at most; 50 unless said otherwise.") { Least = 1, Most = Paging.Most }));
            parameters.Add(QueryOf(new QueryAttribute("cursor", "The nextCursor of the page before.")));
        }

        if (withoutPath)
            return parameters;
        foreach (var heeds in method.Headers())
            parameters.Add(HeaderOf(heeds.Header, heeds.Description));
        if (verb == "get" && OperationResponses.IsResource(method))
            parameters.Add(HeaderOf("If-None-Match", "ETags that the reader has; 304 when one still holds."));
        if (method.IsDefined(typeof(HonoursIfMatchAttribute)))
            parameters.Add(HeaderOf("If-Match", "The ETag of what you saw; 412 when it has changed."));
        if (method.IsDefined(typeof(HonoursIdempotencyKeyAttribute)))
            parameters.Add(
                HeaderOf(
                    Idempotency.Header,
                    "Any text of your own, at most 200 characters; the same key and body get the same answer for a day."));
        return parameters;
    }

    private JsonObject RouteParameterOf(string name, bool isRest)
    {
        var schema = IdNamed(name) is { } id
            ? (JsonObject)schemas.Written(id)
            : new JsonObject { ["type"] = "string" };
        var parameter = new JsonObject
        {
            ["name"] = name,
            ["in"] = "path",
            ["required"] = true,
            ["description"] =
                isRest ? "The file below the drive's path; its slashes are sent as they are."
                : name == "token" ? "What the callback link holds."
                : $"The {Words(name)}'s id.",
            ["schema"] = schema,
        };
        if (isRest)
            parameter[RestOfPath] = true;
        return parameter;
    }

    /// <summary>The kind of id that a parameter of this name holds, such as <c>driveId</c>; null where it holds something else.</summary>
    private static Type? IdNamed(string name)
    {
        if (name == "userId")
            return typeof(UserId);
        return
            name.EndsWith("Id", StringComparison.Ordinal)
            && Type.GetType($"{typeof(IIdKind).Namespace}.{char.ToUpperInvariant(name[0])}{name[1..^2]}Kind") is { } kind
            ? typeof(Id<>).MakeGenericType(kind)
            : null;
    }

    private JsonObject QueryOf(QueryAttribute query)
    {
        var schema = (JsonObject)schemas.Written(query.Type);
        if (query.OneOf.Length > 0)
            schema["enum"] = new JsonArray([.. query.OneOf.Select(word => (JsonNode)word)]);
        if (query.Least != int.MinValue)
            schema["minimum"] = query.Least;
        if (query.Most != int.MaxValue)
            schema["maximum"] = query.Most;
        return new()
        {
            ["name"] = query.Name,
            ["in"] = "query",
            ["required"] = query.Required,
            ["description"] = query.Description,
            ["schema"] = schema,
        };
    }

    private static JsonObject HeaderOf(string name, string description) =>
        new()
        {
            ["name"] = name,
            ["in"] = "header",
            ["required"] = false,
            ["description"] = description,
            ["schema"] = new JsonObject { ["type"] = "string" },
        };

    private JsonObject Body(ReadsAttribute reads)
    {
        var content = new JsonObject();
        if (reads.Body is { } type)
        {
            content["schema"] = schemas.Read(type);
            if (Examples.Of(type) is { } example)
                content["example"] = example;
        }

        return new() { ["required"] = !reads.Optional, ["content"] = new JsonObject { [reads.ContentType] = content } };
    }

    private static string PathOf(string route) => $"/{RouteParameter().Replace(route, "{${name}}")}";

    private static string Camel(string name) => char.ToLowerInvariant(name[0]) + name[1..];

    private static string Words(string id) => id.EndsWith("Id", StringComparison.Ordinal) ? id[..^2] : id;

    [GeneratedRegex(@"\{(?<all>\*)?(?<name>\w+)(:[^}]*)?\??\}", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex RouteParameter();
}
