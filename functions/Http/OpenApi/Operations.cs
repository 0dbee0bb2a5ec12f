using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ServerlessDrives.Http.Repetition;

namespace ServerlessDrives.Http;

/// <summary>Describes functions as OpenAPI operations, from the attributes on their methods.</summary>
internal sealed partial class Operations(Schemas schemas)
{
    /// <summary>Marks the parameter that takes all the rest of a path, slashes included: OpenAPI has no word for it.</summary>
    public const string RestOfPath = "x-rest-of-path";

    private const string ProblemReference = "#/components/schemas/Problem";

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
        operation["responses"] = Responses(function, verb, route, answers, reads);
        return operation;
    }

    private JsonArray Parameters(MethodInfo method, string verb, string route, bool withoutPath)
    {
        var parameters = new JsonArray();
        foreach (Match name in RouteParameter().Matches(route))
            parameters.Add(RouteParameterOf(name.Groups["name"].Value, name.Groups["all"].Success));
        foreach (var query in method.Queries().Where(query => query.WithoutPath == withoutPath))
            parameters.Add(QueryOf(query));
        if (method.Answers().Any(answer => IsPage(answer) && answer.WithoutPath == withoutPath))
        {
            parameters.Add(
                QueryOf(new QueryAttribute<int>("limit", "How many at most; 50 unless said otherwise.") { Least = 1, Most = Paging.Most }));
            parameters.Add(QueryOf(new QueryAttribute("cursor", "The nextCursor of the page before.")));
        }

        if (withoutPath)
            return parameters;
        foreach (var heeds in method.Headers())
            parameters.Add(HeaderOf(heeds.Header, heeds.Description));
        if (verb == "get" && IsResource(method))
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

    private JsonObject Responses(
        HttpFunctionMethod function,
        string verb,
        string route,
        List<AnswersAttribute> answers,
        ReadsAttribute? reads)
    {
        var responses = new SortedDictionary<int, JsonObject>();
        foreach (var same in answers.GroupBy(answer => answer.Status))
            responses[same.Key] = Response([.. same], verb);
        if (verb == "get" && IsResource(function.Method) && !responses.ContainsKey(304))
            responses[304] = Response([new AnswersAttribute(304, "You have it already.") { ETag = true }], verb);
        foreach (
            var problems in CodesOf(function, route, answers, reads).Distinct().Select(KnownProblems.For).GroupBy(problem => problem.Status)
        )
        {
            var refusal = Refusal([.. problems.OrderBy(problem => problem.Code, StringComparer.Ordinal)], verb);
            // A status may come with a good body or with a problem.
            if (responses.TryGetValue(problems.Key, out var known))
                known["content"]!.AsObject().Add(Problem.ContentType, refusal["content"]?[Problem.ContentType]?.DeepClone());
            else
                responses[problems.Key] = refusal;
        }

        return new(responses.Select(response => KeyValuePair.Create<string, JsonNode?>($"{response.Key}", response.Value)));
    }

    private JsonObject Response(AnswersAttribute[] answers, string verb)
    {
        var response = new JsonObject { ["description"] = string.Join(' ', answers.Select(answer => answer.Description)) };
        var headers = new JsonObject();
        foreach (var answer in answers)
        {
            if (answer.ETag)
                headers["ETag"] = Header("Changes exactly when the resource does.", required: true);
            if (answer.Location)
                headers["Location"] = Header("Where the resource is.", required: true);
            foreach (var header in answer.Headers)
                headers[header.Split(": ")[0]] = Header(header.Split(": ")[1], required: false);
        }

        if (headers.Count > 0)
            response["headers"] = headers;
        if (verb == "head" || answers.All(answer => answer.Body is null && answer.ContentType is null))
            return response;
        var content = new JsonObject();
        foreach (var answer in answers)
            content[answer.ContentType ?? "application/json"] = Content(answer);
        response["content"] = content;
        return response;
    }

    private JsonObject Content(AnswersAttribute answer)
    {
        var content = new JsonObject();
        if (answer.Body is not { } type)
            return content;
        content["schema"] = schemas.Written(type);
        if (Examples.Of(type) is { } example)
            content["example"] = example;
        return content;
    }

    private static JsonObject Refusal(KnownProblem[] problems, string verb)
    {
        var codes = problems.Where(problem => problem.Code != KnownProblems.AwsFamily).Select(problem => problem.Code).ToList();
        var any = new JsonArray();
        if (codes.Count > 0)
            any.Add(new JsonObject { ["enum"] = new JsonArray([.. codes.Select(code => (JsonNode)code)]) });
        if (codes.Count < problems.Length)
            any.Add(new JsonObject { ["type"] = "string", ["pattern"] = "^aws-" });
        var response = new JsonObject
        {
            ["description"] = string.Join(' ', problems.Select(problem => $"`{problem.Code}`: {problem.Meaning}")),
        };
        var headers = new JsonObject();
        if (problems[0].Status is 429 or 500 or 503 || problems.Any(problem => problem.Code == "in-progress"))
            headers["Retry-After"] = Header("Seconds to wait.", required: false);
        if (problems[0].Status == 401)
            headers["WWW-Authenticate"] = Header("Bearer", required: true);
        if (headers.Count > 0)
            response["headers"] = headers;
        if (verb == "head")
            return response;
        response["content"] = new JsonObject
        {
            [Problem.ContentType] = new JsonObject
            {
                ["schema"] = new JsonObject
                {
                    ["allOf"] = new JsonArray(
                        new JsonObject { ["$ref"] = ProblemReference },
                        new JsonObject
                        {
                            ["properties"] = new JsonObject
                            {
                                ["code"] = any.Count == 1 ? any[0]!.DeepClone() : new JsonObject { ["anyOf"] = any },
                            },
                        }),
                },
                ["examples"] = new JsonObject(
                    problems.Select(problem =>
                        KeyValuePair.Create<string, JsonNode?>(problem.Code, new JsonObject { ["value"] = ExampleOf(problem) }))),
            },
        };
        return response;
    }

    private static JsonObject ExampleOf(KnownProblem problem)
    {
        var code = problem.Code == KnownProblems.AwsFamily ? "aws-access-denied" : problem.Code;
        var example = new JsonObject
        {
            ["type"] = $"/api/docs#{KnownProblems.AnchorOf(code)}",
            ["title"] = problem.Title,
            ["status"] = problem.Status,
            ["detail"] = problem.Meaning,
            ["instance"] = "/api/…",
            ["code"] = code,
            ["traceId"] = "0af7651916cd43dd8448eb211c80319c",
        };
        if (problem.Code == "invalid")
            example["errors"] = new JsonObject { ["field"] = new JsonArray("What is wrong with it and what was expected.") };
        return example;
    }

    private static JsonObject Header(string description, bool required) =>
        new()
        {
            ["description"] = description,
            ["required"] = required,
            ["schema"] = new JsonObject { ["type"] = "string" },
        };

    /// <summary>Codes that follow from what a function needs, reads and names, and those that it states.</summary>
    private static IEnumerable<string> CodesOf(
        HttpFunctionMethod function,
        string route,
        List<AnswersAttribute> answers,
        ReadsAttribute? reads)
    {
        var (method, need) = (function.Method, function.Requires?.Need);
        List<string> codes = ["internal", "unavailable", "storage-full", .. method.Refusals()];
        if (need is not Need.Nobody)
            codes.Add("unauthenticated");
        if (need is Need.Admin)
            codes.Add("forbidden");
        if (need is not Need.Nobody && route.Contains("Id}", StringComparison.Ordinal))
            codes.Add("not-found");
        if (reads is { Body: not null })
            codes.AddRange(["malformed", "content-too-large", "unsupported-media-type", "invalid"]);
        if (method.IsDefined(typeof(HonoursIfMatchAttribute)))
            codes.Add("changed");
        if (method.IsDefined(typeof(HonoursIdempotencyKeyAttribute)))
            codes.AddRange(["in-progress", "answer-not-kept", "malformed", "content-too-large", "unsupported-media-type", "invalid"]);
        if (answers.Any(IsPage))
            codes.Add("invalid");
        return codes;
    }

    private static bool IsPage(AnswersAttribute answer) =>
        answer.Body is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(Page<>);

    private static bool IsResource(MethodInfo method) =>
        method
            .Answers()
            .Any(answer =>
                answer.GetType() is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(AnswersResourceAttribute<>));

    private static string PathOf(string route) => $"/{RouteParameter().Replace(route, "{${name}}")}";

    private static string Camel(string name) => char.ToLowerInvariant(name[0]) + name[1..];

    private static string Words(string id) => id.EndsWith("Id", StringComparison.Ordinal) ? id[..^2] : id;

    [GeneratedRegex(@"\{(?<all>\*)?(?<name>\w+)(:[^}]*)?\??\}", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex RouteParameter();
}
