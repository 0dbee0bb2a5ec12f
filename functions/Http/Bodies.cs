using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ServerlessDrives.Http;

/// <summary>Reads request bodies. The worker's own binding answers bad JSON with an empty 500.</summary>
public static class Bodies
{
    /// <summary>The largest JSON body in bytes: a bucket policy is at most 20 kB, and nothing else comes near it.</summary>
    public const int MostBytes = 256 * 1024;

    private static readonly Refusal TooLarge = new(
        RefusalKind.Malformed,
        "content-too-large",
        $"The body is larger than {MostBytes / 1024} kB.");

    /// <summary>A file's body that has, or comes to, more bytes than are taken.</summary>
    internal static Refusal LargerThan(long most) =>
        new(
            RefusalKind.Malformed,
            "content-too-large",
            string.Create(CultureInfo.InvariantCulture, $"A request takes at most {most:N0} bytes here. ") +
            "What is larger goes straight to S3, by an upload: POST …/uploads.");

    /// <summary>Lets a body be of any size, before any of it is read: web servers refuse more than some tens of MB by default.</summary>
    public static void TakeAnySize(this HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = null;
    }

    /// <summary>The body, or what is wrong with it.</summary>
    /// <param name="withoutBody">What an empty body stands for; null where one is needed.</param>
    public static async Task<Result<T, Refusal>> ReadJsonAsync<T>(this HttpRequest request, T? withoutBody = null)
        where T : class
    {
        var bytes = await request.ReadBytesAsync();
        if (!bytes.TryGet(out var json, out var refusal))
            return refusal;
        if (json.Length == 0)
            return withoutBody is not null ? withoutBody : new Refusal(RefusalKind.Malformed, "malformed", "A JSON body was expected.");
        try
        {
            return JsonSerializer.Deserialize<T>(json, Json.Options) is { } body
                ? body
                : new Refusal(RefusalKind.Malformed, "malformed", "A JSON object was expected, not null.");
        }
        catch (JsonException wrong)
        {
            // The message may quote the body, and the body may hold a secret; the position is enough.
            return new Refusal(
                RefusalKind.Malformed,
                "malformed",
                $"The body can't be read as JSON of the expected shape: see line {wrong.LineNumber + 1}, byte " +
                $"{wrong.BytePositionInLine + 1}{(wrong.Path is null ? "" : $", at {wrong.Path}")}."
            );
        }
    }

    /// <summary>A JSON body's bytes, of a bounded size; empty when there is none.</summary>
    public static Task<Result<byte[], Refusal>> ReadBytesAsync(this HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return
            request.ContentLength is not 0
            && request.ContentType is not null
            && !request.HasJsonContentType()
            && !(request.ContentLength > MostBytes)
            ? Task.FromResult<Result<byte[], Refusal>>(
                new Refusal(RefusalKind.Malformed, "unsupported-media-type", "Send application/json.")
            )
            : request.ReadAnyBytesAsync();
    }

    /// <summary>The same, whatever its type says: SNS sends JSON as text/plain.</summary>
    public static async Task<Result<byte[], Refusal>> ReadAnyBytesAsync(this HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.ContentLength > MostBytes)
            return TooLarge;
        using var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await request.Body.ReadAsync(buffer, request.HttpContext.RequestAborted)) > 0)
        {
            if (body.Length + read > MostBytes)
                return TooLarge;
            body.Write(buffer, 0, read);
        }

        return body.ToArray();
    }
}
