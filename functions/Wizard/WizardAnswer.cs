using Microsoft.AspNetCore.Http;
using ServerlessDrives.Http;

namespace ServerlessDrives.Wizard;

/// <summary>Sends a file of the wizard in the best coding that the browser takes.</summary>
/// <param name="policy">The content security policy, for pages.</param>
internal sealed class WizardAnswer(WizardFile file, string policy) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var (request, response) = (httpContext.Request, httpContext.Response);
        var (coding, content) = Choose(request, file);
        var etag = coding is "identity" ? file.ETag : $"{file.ETag[..^1]}-{coding}\"";
        response.Headers.ETag = etag;
        response.Headers.Vary = "Accept-Encoding";
        response.Headers.CacheControl = file.IsHashed ? "public, max-age=31536000, immutable" : "no-cache";
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Referrer-Policy"] = "no-referrer";
        if (file.ContentType.StartsWith("text/html", StringComparison.Ordinal))
        {
            response.Headers.ContentSecurityPolicy = policy;
            response.Headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()";
            response.Headers["Cross-Origin-Opener-Policy"] = "same-origin";
        }

        if (Preconditions.Match(request.Headers.IfNoneMatch, etag))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        response.ContentType = file.ContentType;
        response.ContentLength = content.Length;
        if (coding is not "identity")
            response.Headers.ContentEncoding = coding;
        if (!HttpMethods.IsHead(request.Method))
            await response.Body.WriteAsync(content, httpContext.RequestAborted);
    }

    /// <summary>The first of the file's codings that the browser accepts; <c>identity</c> when it names none of them.</summary>
    private static (string Coding, ReadOnlyMemory<byte> Content) Choose(HttpRequest request, WizardFile file)
    {
        var accepted = request
            .GetTypedHeaders()
            .AcceptEncoding.Where(value => value.Quality is not 0)
            .Select(value => value.Value.ToString())
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        return file.Encodings.FirstOrDefault(encoding => accepted.Contains(encoding.Coding), file.Encodings[^1]);
    }
}
