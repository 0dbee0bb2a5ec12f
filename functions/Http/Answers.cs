using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace ServerlessDrives.Http;

/// <summary>Makes answers out of results.</summary>
public static class Answers
{
    /// <summary>The value as this makes of it, or the refusal as a problem.</summary>
    public static IResult Answer<T>(this Result<T, Refusal> result, Func<T, IResult> answer)
        where T : notnull
        => result.Match(answer, refusal => new Problem(refusal));

    public static IResult AsProblem(this Refusal refusal) => new Problem(refusal);

    /// <summary>A resource with its ETag; 304 when the caller has it already.</summary>
    public static IResult Resource(HttpRequest request, object body, int status = StatusCodes.Status200OK, string? location = null) =>
        new ResourceAnswer(request, body, status, location);

    /// <summary>A page of a list.</summary>
    public static IResult List<T>(Page<T> page)
    {
        ArgumentNullException.ThrowIfNull(page);
        return Results.Json(new { items = page.Items, nextCursor = Cursor.Write(page.NextCursor) }, Json.Options);
    }

    /// <summary>
    /// The ETag of a resource as it is answered: it changes exactly when what is seen changes, but for what <see cref="ITagged"/> leaves
    /// out.
    /// </summary>
    public static string ETagOf(object body) =>
        ETagOf(JsonSerializer.SerializeToUtf8Bytes(body is ITagged part ? part.Tagged : body, Json.Options));

    private static string ETagOf(byte[] bytes) => $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 12))}\"";

    private sealed class ResourceAnswer(HttpRequest request, object body, int status, string? location) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            var bytes = JsonSerializer.SerializeToUtf8Bytes(body, Json.Options);
            var etag = body is ITagged ? ETagOf(body) : ETagOf(bytes);
            var response = httpContext.Response;
            response.Headers.ETag = etag;
            // A browser that asks again by the ETag would go on showing what the ETag leaves out.
            response.Headers.CacheControl = body is ITagged ? "no-store" : "no-cache";
            if (location is not null)
                response.Headers.Location = location;
            if (
                status == StatusCodes.Status200OK
                && HttpMethods.IsGet(request.Method)
                && Preconditions.Match(request.Headers.IfNoneMatch, etag))
            {
                response.StatusCode = StatusCodes.Status304NotModified;
                return;
            }

            response.StatusCode = status;
            response.ContentType = "application/json; charset=utf-8";
            response.ContentLength = bytes.Length;
            await response.Body.WriteAsync(bytes, httpContext.RequestAborted);
        }
    }
}

/// <summary>Conditional requests.</summary>
public static class Preconditions
{
    /// <summary>Whether one of the listed ETags is this one, weak or strong, as <c>If-None-Match</c> asks; <c>*</c> is any.</summary>
    public static bool Match(StringValues listed, string etag) =>
        EachOf(listed).Any(one => one == "*" || one == etag || one == $"W/{etag}");

    /// <summary>
    /// Whether <c>If-Match</c> lists only weak ETags, which it compares strongly and therefore with nothing (RFC 9110, 8.8.3.2 and 13.1.1).
    /// </summary>
    public static bool MatchesNothing(StringValues ifMatch) =>
        ifMatch.Count > 0 && EachOf(ifMatch).All(one => one.StartsWith("W/", StringComparison.Ordinal));

    /// <summary>
    /// The refusal of a change to something that is no longer what the caller saw; null when there is no <c>If-Match</c> or it matches.
    /// </summary>
    /// <param name="answered">The resource as a GET would answer it now.</param>
    public static Refusal? Check(HttpRequest request, object answered, string what)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Headers.IfMatch.Count == 0)
            return null;
        var etag = Answers.ETagOf(answered);
        return EachOf(request.Headers.IfMatch).Any(one => one == "*" || one == etag) ? null : Refusal.Changed(what);
    }

    private static IEnumerable<string> EachOf(StringValues listed) =>
        listed.SelectMany(value => (value ?? "").Split(',', StringSplitOptions.TrimEntries));
}

/// <summary>Cursors: opaque to callers, so that what they are made of may change.</summary>
public static class Cursor
{
    public static string? Write(string? position) =>
        position is null ? null : System.Buffers.Text.Base64Url.EncodeToString(System.Text.Encoding.UTF8.GetBytes(position));

    /// <returns>The position, or null when it isn't one of ours.</returns>
    public static string? Read(string cursor)
    {
        ArgumentNullException.ThrowIfNull(cursor);
        if (cursor.Length > 8000 || !System.Buffers.Text.Base64Url.IsValid(cursor))
            return null;
        var text = System.Text.Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(cursor));
        return text.Contains('\uFFFD') || text.Any(char.IsControl) ? null : text;
    }
}

/// <summary>Which part of a list is asked for.</summary>
/// <param name="Limit">1 to 500; 50 unless said otherwise.</param>
/// <param name="Cursor">Where the previous page ended, decoded; null for the beginning.</param>
public sealed record Paging(int Limit, string? Cursor)
{
    public const int Most = 500;
    private const int Usual = 50;

    public static Result<Paging, Refusal> Of(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var form = new FormReader();
        var limit = Usual;
        if (
            request.Query.TryGetValue("limit", out var asked)
            && !(int.TryParse(asked, System.Globalization.NumberStyles.None, null, out limit) && limit is >= 1 and <= Most))
            form.Refuse<int>("limit", $"A number from 1 to {Most} was expected.");
        string? cursor = null;
        if (
            request.Query.TryGetValue("cursor", out var given)
            && given.ToString() is { Length: > 0 } text
            && (cursor = Http.Cursor.Read(text)) is null)
            form.Refuse<string>("cursor", "This is not a cursor of ours; leave it out to begin anew.");
        return form.IsValid ? new Paging(limit, cursor) : form.Refusal;
    }
}
