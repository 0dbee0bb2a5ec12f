using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace ServerlessDrives.Http;

/// <summary>Answers a refusal as RFC 9457 <c>application/problem+json</c>.</summary>
public sealed class Problem(Refusal refusal) : IResult
{
    public const string ContentType = "application/problem+json";

    /// <summary>Where problem types are described.</summary>
    private const string Types = "/api/docs#";

    public static int StatusOf(Refusal refusal) =>
        refusal.Kind switch
        {
            RefusalKind.Malformed => refusal.Code switch
            {
                "content-too-large" => StatusCodes.Status413PayloadTooLarge,
                "range-not-satisfiable" => StatusCodes.Status416RangeNotSatisfiable,
                "unsupported-media-type" => StatusCodes.Status415UnsupportedMediaType,
                _ => StatusCodes.Status400BadRequest,
            },
            RefusalKind.Forbidden => refusal.Code is "unauthenticated" ? StatusCodes.Status401Unauthorized : StatusCodes.Status403Forbidden,
            RefusalKind.NotFound => StatusCodes.Status404NotFound,
            RefusalKind.Conflict => StatusCodes.Status409Conflict,
            RefusalKind.Gone => StatusCodes.Status410Gone,
            RefusalKind.Changed => StatusCodes.Status412PreconditionFailed,
            RefusalKind.Invalid => StatusCodes.Status422UnprocessableEntity,
            RefusalKind.TooMany => StatusCodes.Status429TooManyRequests,
            RefusalKind.RefusedByAws => StatusCodes.Status502BadGateway,
            RefusalKind.Unavailable => refusal.Code is "internal"
                ? StatusCodes.Status500InternalServerError
                : StatusCodes.Status503ServiceUnavailable,
            _ => throw new InvalidOperationException($"No status is known for {refusal.Kind}."),
        };

    public Task ExecuteAsync(HttpContext httpContext)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        var response = httpContext.Response;
        response.StatusCode = StatusOf(refusal);
        response.Headers.CacheControl = "no-store";
        if (refusal.RetryAfter is { } wait)
            response.Headers.RetryAfter = $"{Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds))}";
        if (response.StatusCode == StatusCodes.Status401Unauthorized)
            response.Headers.WWWAuthenticate = "Bearer";
        return HttpMethods.IsHead(httpContext.Request.Method)
            ? Task.CompletedTask
            : response.WriteAsJsonAsync(Body(httpContext), Json.Options, ContentType, httpContext.RequestAborted);
    }

    private JsonObject Body(HttpContext http)
    {
        var body = new JsonObject
        {
            ["type"] = Types + KnownProblems.AnchorOf(refusal.Code),
            ["title"] = TitleOf(refusal.Code),
            ["status"] = StatusOf(refusal),
            ["detail"] = refusal.Detail,
            ["instance"] = http.Request.Path.Value,
            ["code"] = refusal.Code,
            ["traceId"] = Activity.Current?.TraceId.ToHexString() ?? http.TraceIdentifier,
        };
        if (refusal.Errors.Count > 0)
            body["errors"] = System.Text.Json.JsonSerializer.SerializeToNode(refusal.Errors, Json.Options);
        foreach (var (name, value) in refusal.Extensions)
            body[name] = System.Text.Json.JsonSerializer.SerializeToNode(value, Json.Options);
        return body;
    }

    /// <summary>The code in words: short, and the same for every problem of its kind.</summary>
    private static string TitleOf(string code) => $"{char.ToUpperInvariant(code[0])}{code[1..].Replace('-', ' ')}";
}
