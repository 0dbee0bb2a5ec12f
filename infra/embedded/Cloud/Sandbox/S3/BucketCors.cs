using System.Globalization;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;
using ServerlessDrives.Embedded.Cloud.Sandbox.S3.Storage;
using ServerlessDrives.Embedded.Cloud.Sandbox.Wire;

namespace ServerlessDrives.Embedded.Cloud.Sandbox.S3;

/// <summary>
/// Which pages of other origins a bucket lets call it. Source: "Using cross-origin resource sharing (CORS)" and "Troubleshooting CORS" in
/// the S3 user guide.
/// </summary>
internal static class BucketCors
{
    private const int MostRules = 100;

    private static readonly string[] Methods = ["GET", "PUT", "POST", "DELETE", "HEAD"];

    public static Task GetAsync(S3Call call)
    {
        call.AllowOnBucket("s3:GetBucketCORS");
        var rules = call.Settings.Cors ?? throw S3Errors.Of(404, "NoSuchCORSConfiguration", "The CORS configuration does not " +
            "exist", ("BucketName", call.Settings.Name));
        return S3Xml.AnswerAsync(call, "CORSConfiguration", xml =>
        {
            foreach (var rule in rules)
            {
                xml.Nested("CORSRule", one =>
                {
                    one.Optional("ID", rule.Id);
                    foreach (var origin in rule.Origins) one.Element("AllowedOrigin", origin);
                    foreach (var method in rule.Methods) one.Element("AllowedMethod", method);
                    foreach (var header in rule.Headers) one.Element("AllowedHeader", header);
                    foreach (var header in rule.Exposed) one.Element("ExposeHeader", header);
                    one.Optional("MaxAgeSeconds", rule.MaxAgeSeconds?.ToString(CultureInfo.InvariantCulture));
                });
            }
        });
    }

    public static async Task PutAsync(S3Call call)
    {
        call.AllowOnBucket("s3:PutBucketCORS");
        var rules = (await S3Xml.ReadRequiredAsync(call, "CORSConfiguration")).Children("CORSRule").Select(Rule).ToList();
        if (rules.Count is 0 or > MostRules) throw S3Errors.MalformedXml();
        call.Bucket.Change(s => s with { Cors = rules });
        await call.EmptyAsync(200);
    }

    public static Task DeleteAsync(S3Call call)
    {
        call.AllowOnBucket("s3:PutBucketCORS");
        call.Bucket.Change(s => s with { Cors = null });
        return call.EmptyAsync(204);
    }

    /// <summary>A browser asks, unsigned, whether a page may make a call. Whether the caller may is decided when the call comes.</summary>
    public static Task PreflightAsync(S3Call call)
    {
        var origin = call.Header("Origin") ?? throw Insufficient("Insufficient information. Origin request header needed.");
        var asked = call.Header("Access-Control-Request-Method");
        if (call.Bucket is null) throw Forbidden(call, asked ?? "OPTIONS", "CORSResponse: Bucket not found");
        if (call.Settings.Cors is not { } rules)
            throw Forbidden(call, asked ?? "OPTIONS", "CORSResponse: CORS is not enabled for this bucket.");
        var method = asked is not null && Methods.Contains(asked)
            ? asked
            : throw Insufficient($"Invalid Access-Control-Request-Method: {asked ?? "null"}");
        var headers = (call.Header("Access-Control-Request-Headers") ?? "").Split(
            ',',
            StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (Find(rules, origin, method, headers) is not { } rule)
        {
            throw Forbidden(
                call,
                method,
                "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / " +
                "Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec."
            );
        }

        Tell(call.Response, rule, origin);
        if (headers.Length > 0)
            call.Response.Headers.AccessControlAllowHeaders = string.Join(", ", headers.Select(header => header.ToLowerInvariant()));
        return call.EmptyAsync(200);
    }

    /// <summary>Says on an answer, also on a refusal, that the page of the request's origin may read it.</summary>
    public static void Tell(AwsCall call, BucketSettings settings)
    {
        if (
            settings.Cors is { } rules
            && call.Request.Headers.Origin.ToString() is { Length: > 0 } origin
            && Find(rules, origin, call.Request.Method, []) is { } rule)
            Tell(call.Response, rule, origin);
    }

    private static void Tell(HttpResponse response, CorsRule rule, string origin)
    {
        var anybody = rule.Origins.First(allowed => Matches(allowed, origin, StringComparison.Ordinal)) == "*";
        var headers = response.Headers;
        headers.AccessControlAllowOrigin = anybody ? "*" : origin;
        if (!anybody) headers.AccessControlAllowCredentials = "true";
        headers.AccessControlAllowMethods = string.Join(", ", rule.Methods);
        if (rule.Exposed.Count > 0) headers.AccessControlExposeHeaders = string.Join(", ", rule.Exposed);
        if (rule.MaxAgeSeconds is { } age) headers.AccessControlMaxAge = age.ToString(CultureInfo.InvariantCulture);
        headers.Vary = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method";
    }

    /// <summary>The first rule that has the origin, the method and every header.</summary>
    private static CorsRule? Find(IReadOnlyList<CorsRule> rules, string origin, string method, IReadOnlyList<string> headers) =>
        rules.FirstOrDefault(rule =>
            rule.Methods.Contains(method)
            && rule.Origins.Any(allowed => Matches(allowed, origin, StringComparison.Ordinal))
            && headers.All(header => rule.Headers.Any(allowed => Matches(allowed, header, StringComparison.OrdinalIgnoreCase))));

    /// <param name="pattern">At most one <c>*</c>, for any text.</param>
    private static bool Matches(string pattern, string text, StringComparison comparison)
    {
        var star = pattern.IndexOf('*', StringComparison.Ordinal);
        return star < 0
            ? pattern.Equals(text, comparison)
            : text.Length >= pattern.Length - 1
                && text.StartsWith(pattern[..star], comparison)
                && text.EndsWith(pattern[(star + 1)..], comparison);
    }

    private static CorsRule Rule(XElement element)
    {
        var rule = new CorsRule(
            element.Text("ID"),
            Texts(element, "AllowedOrigin"),
            Texts(element, "AllowedMethod"),
            Texts(element, "AllowedHeader"),
            Texts(element, "ExposeHeader"),
            element.Text("MaxAgeSeconds") is not { } age ? null
                : int.TryParse(age, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? seconds
                : throw S3Errors.MalformedXml());
        if (rule.Origins.Count == 0 || rule.Methods.Count == 0)
            throw S3Errors.MalformedXml();
        if (rule.Methods.FirstOrDefault(method => !Methods.Contains(method)) is { } unknown)
            throw S3Errors.Of(400, "InvalidRequest", $"Found unsupported HTTP method in CORS config. Unsupported method is {unknown}");
        if (rule.Origins.FirstOrDefault(HasManyStars) is { } origin)
            throw S3Errors.Of(400, "InvalidRequest", $"AllowedOrigin \"{origin}\" can not have more than one wildcard.");
        if (rule.Headers.FirstOrDefault(HasManyStars) is { } header)
            throw S3Errors.Of(400, "InvalidRequest", $"AllowedHeader \"{header}\" can not have more than one wildcard.");
        if (rule.Exposed.FirstOrDefault(exposed => exposed.Contains('*', StringComparison.Ordinal)) is { } wild)
            throw S3Errors.Of(
                400,
                "InvalidRequest",
                $"ExposeHeader \"{wild}\" contains wildcard. We currently do not support wildcard for ExposeHeader.");
        return rule;
    }

    private static List<string> Texts(XElement element, string name) => [.. element.Children(name).Select(child => child.Value.Trim())];

    private static bool HasManyStars(string text) => text.Count(c => c == '*') > 1;

    private static AwsError Insufficient(string message) => S3Errors.Of(400, "BadRequest", message);

    private static AwsError Forbidden(S3Call call, string method, string message) =>
        S3Errors.Of(403, "AccessForbidden", message, ("Method", method), ("ResourceType", call.Key.Length == 0 ? "BUCKET" : "OBJECT"));
}
