using System.Reflection;
using System.Text.Json.Nodes;

namespace ServerlessDrives.Http;

/// <summary>Describes what a function answers, and the problems that it may answer with.</summary>
internal sealed class OperationResponses(Schemas schemas)
{
    private const string ProblemReference = "#/components/schemas/Problem";

    public JsonObject Of(
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

    public static bool IsPage(AnswersAttribute answer) =>
        answer.Body is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(Page<>);

    public static bool IsResource(MethodInfo method) =>
        method
            .Answers()
            .Any(answer =>
                answer.GetType() is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(AnswersResourceAttribute<>));
}
