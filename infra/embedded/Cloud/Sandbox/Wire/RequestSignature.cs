using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.Wire;

/// <summary>
/// What a request says of its own signature (Signature Version 4), in the Authorization header or, presigned, in the query.
/// </summary>
/// <param name="Date">The credential scope's day: <c>20260131</c>.</param>
/// <param name="SignedHeaders">Lower case, sorted by whoever signed.</param>
/// <param name="SignedAt">Taken from <c>X-Amz-Date</c>, or the Date header.</param>
/// <param name="Expires">How long a presigned request is good for; null for a signed header.</param>
internal sealed record RequestSignature(
    string AccessKeyId,
    string Date,
    string Region,
    string Service,
    IReadOnlyList<string> SignedHeaders,
    string Signature,
    DateTimeOffset SignedAt,
    string? SessionToken,
    TimeSpan? Expires)
{
    public const string Algorithm = "AWS4-HMAC-SHA256";
    private const string TimeFormat = "yyyyMMdd'T'HHmmss'Z'";

    public bool Presigned => Expires is not null;
    public string Timestamp => SignedAt.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);
    public string Scope => $"{Date}/{Region}/{Service}/aws4_request";

    /// <summary>Null for an anonymous request; throws when there is a signature that can't be read.</summary>
    public static RequestSignature? Of(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        if (header.Length > 0) return OfHeader(request, header);
        // Signature Version 2, which no bucket made after June 2020 takes and no later region ever did.
        if (request.Query.ContainsKey("AWSAccessKeyId") && request.Query.ContainsKey("Signature")) throw Unsupported();
        return request.Query.ContainsKey("X-Amz-Algorithm") || request.Query.ContainsKey("X-Amz-Signature") ? OfQuery(request) : null;
    }

    private static RequestSignature OfHeader(HttpRequest request, string header)
    {
        if (!header.StartsWith(Algorithm, StringComparison.Ordinal))
            throw Unsupported();
        var parts = header[Algorithm.Length..].Split(',', StringSplitOptions.TrimEntries)
            .Select(p => p.Split('=', 2)).Where(p => p.Length == 2).GroupBy(p => p[0]).ToDictionary(g => g.Key, g => g.First()[1]);
        var scope = parts.GetValueOrDefault("Credential", "").Split('/');
        if (scope.Length < 5 || !parts.TryGetValue("SignedHeaders", out var signed) || !parts.TryGetValue("Signature", out var signature))
            throw Malformed(
                "The authorization header is malformed; the authorization header requires Credential, SignedHeaders and Signature.");
        if (SignedTime(request) is not { } at)
            throw new AwsError(403, "AccessDenied", "AWS authentication requires a valid Date or x-amz-date header");
        return Read(scope, signed, signature, at, Text(request.Headers["x-amz-security-token"]), null);
    }

    private static RequestSignature OfQuery(HttpRequest request)
    {
        string Required(string name) =>
            Text(request.Query[name])
            ?? throw MalformedQuery(
                "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, " +
                "X-Amz-SignedHeaders, and X-Amz-Expires parameters."
            );
        if (Required("X-Amz-Algorithm") != Algorithm)
            throw MalformedQuery("X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256\"");
        var scope = Required("X-Amz-Credential").Split('/');
        if (scope.Length < 5)
            throw MalformedQuery(
                "Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; expecting " +
                "\"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\"."
            );
        if (Time(Required("X-Amz-Date")) is not { } at)
            throw MalformedQuery("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"");
        if (!long.TryParse(Required("X-Amz-Expires"), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var expires))
            throw MalformedQuery("X-Amz-Expires should be a number");
        if (expires < 0)
            throw MalformedQuery("X-Amz-Expires must be non-negative");
        if (expires > 604_800)
            throw MalformedQuery(
                "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds");
        return Read(
            scope,
            Required("X-Amz-SignedHeaders"),
            Required("X-Amz-Signature"),
            at,
            Text(request.Query["X-Amz-Security-Token"]),
            TimeSpan.FromSeconds(expires));
    }

    private static RequestSignature Read(
        string[] scope,
        string signed,
        string signature,
        DateTimeOffset at,
        string? token,
        TimeSpan? expires)
    {
        // An access key id holds no slash today, but the scope is read from its end all the same, as AWS does.
        var tail = scope[^4..];
        if (tail[3] != "aws4_request")
            throw Malformed(
                "The authorization header is malformed; incorrect terminal \"" + tail[3] + "\". This endpoint uses \"aws4_request\".");
        return new RequestSignature(
            string.Join('/', scope[..^4]),
            tail[0],
            tail[1],
            tail[2],
            signed.Split(';'),
            signature,
            at,
            token,
            expires);
    }

    private static DateTimeOffset? SignedTime(HttpRequest request) =>
        Time(request.Headers["x-amz-date"].ToString())
        ?? (
            DateTimeOffset.TryParse(
                request.Headers.Date.ToString(),
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal,
                out var date)
                ? date
                : null);

    private static DateTimeOffset? Time(string text) =>
        DateTimeOffset.TryParseExact(text, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : null;

    private static string? Text(Microsoft.Extensions.Primitives.StringValues values) => values.Count == 0 ? null : values.ToString();

    private static AwsError Unsupported() =>
        new(400, "InvalidRequest", "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.");

    private static AwsError Malformed(string message) => new(400, "AuthorizationHeaderMalformed", message);

    private static AwsError MalformedQuery(string message) => new(400, "AuthorizationQueryParametersError", message);
}
