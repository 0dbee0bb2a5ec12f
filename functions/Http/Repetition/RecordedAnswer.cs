using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using ServerlessDrives.Http.Middleware;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Http.Repetition;

/// <summary>An answer as it was given.</summary>
/// <param name="Reader">Who may be answered so again: somebody who sees no less than the one who was answered first.</param>
public sealed record RecordedAnswer(
    int Status,
    string? ContentType,
    string? Location,
    string? ETag,
    string Body,
    AnswerReader? Reader = null)
{
    /// <summary>Has a result written, and keeps what it wrote.</summary>
    public static async Task<RecordedAnswer> RecordAsync(HttpRequest request, IResult result)
    {
        using var body = new MemoryStream();
        var recorded = new DefaultHttpContext
        {
            RequestServices = request.HttpContext.RequestServices,
            TraceIdentifier = request.HttpContext.TraceIdentifier,
        };
        recorded.Request.Method = request.Method;
        recorded.Request.Path = request.Path;
        recorded.Response.Body = body;
        await result.ExecuteAsync(recorded);
        var headers = recorded.Response.Headers;
        return new(
            recorded.Response.StatusCode,
            recorded.Response.ContentType,
            Text(headers.Location),
            Text(headers.ETag),
            Encoding.UTF8.GetString(body.ToArray()),
            AnswerReader.Of(request.Person()));
    }

    private static string? Text(Microsoft.Extensions.Primitives.StringValues value) => value.Count == 0 ? null : value.ToString();

    /// <param name="key">The caller's, of which the key that encrypts is made.</param>
    public byte[] Seal(string key)
    {
        var plain = Compress(JsonSerializer.SerializeToUtf8Bytes(this, Json.Options));
        var nonce = RandomNumberGenerator.GetBytes(AesGcm.NonceByteSizes.MaxSize);
        var (tag, cipherText) = (new byte[AesGcm.TagByteSizes.MaxSize], new byte[plain.Length]);
        using var cipher = new AesGcm(KeyOf(key), tag.Length);
        cipher.Encrypt(nonce, plain, cipherText, tag);
        return [.. nonce, .. tag, .. cipherText];
    }

    public static RecordedAnswer Open(byte[] kept, string key)
    {
        var (nonce, tag) = (AesGcm.NonceByteSizes.MaxSize, AesGcm.TagByteSizes.MaxSize);
        var plain = new byte[kept.Length - nonce - tag];
        using var cipher = new AesGcm(KeyOf(key), tag);
        cipher.Decrypt(kept.AsSpan(0, nonce), kept.AsSpan(nonce + tag), kept.AsSpan(nonce, tag), plain);
        using var read = new BrotliStream(new MemoryStream(plain), CompressionMode.Decompress);
        return JsonSerializer.Deserialize<RecordedAnswer>(read, Json.Options)!;
    }

    /// <summary>A list of ten thousand links, say, differs from line to line by a signature only.</summary>
    private static byte[] Compress(byte[] answer)
    {
        using var compressed = new MemoryStream();
        using (var write = new BrotliStream(compressed, CompressionLevel.Fastest))
            write.Write(answer);
        return compressed.ToArray();
    }

    private static byte[] KeyOf(string key) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(key), 32, info: "idempotency"u8.ToArray());
}

/// <param name="IsAdmin">Whether the answer was given to an admin.</param>
/// <param name="Workspaces">The workspaces that its reader was in.</param>
public sealed record AnswerReader(bool IsAdmin, IReadOnlyList<WorkspaceId> Workspaces)
{
    public static AnswerReader Of(Person person)
    {
        ArgumentNullException.ThrowIfNull(person);
        return new(person.IsAdmin, [.. person.Workspaces.Keys]);
    }

    public bool Admits(Person person)
    {
        ArgumentNullException.ThrowIfNull(person);
        return person.IsAdmin || (!IsAdmin && Workspaces.All(person.Workspaces.ContainsKey));
    }
}

/// <summary>Answers as it was answered before.</summary>
internal sealed class Replay(RecordedAnswer answer) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = answer.Status;
        response.ContentType = answer.ContentType;
        if (answer.Location is not null)
            response.Headers.Location = answer.Location;
        if (answer.ETag is not null)
            response.Headers.ETag = answer.ETag;
        response.Headers.CacheControl = "no-store";
        return response.WriteAsync(answer.Body, httpContext.RequestAborted);
    }
}
