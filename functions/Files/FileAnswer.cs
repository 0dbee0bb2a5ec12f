using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;

namespace ServerlessDrives.Files;

/// <summary>Answers with a file's bytes as they come from S3, never faster than the reader takes them.</summary>
public sealed class FileAnswer(FileContent content, string name) : IResult
{
    private const int BufferBytes = 128 * 1024;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        await using (content)
        {
            var response = httpContext.Response;
            response.StatusCode = content.Status;
            response.Headers.ETag = content.ETag;
            response.Headers.LastModified = content.LastModified?.ToString("R");
            response.Headers.AcceptRanges = "bytes";
            response.Headers.CacheControl = "private, no-cache";
            if (content.VersionId is not null)
                response.Headers["x-version-id"] = content.VersionId;
            if (content.Status == StatusCodes.Status304NotModified)
                return;

            response.ContentType = content.ContentType is { Length: > 0 } type && MediaTypeHeaderValue.TryParse(type, out _) ? type : "application/octet-stream";
            response.ContentLength = content.Length;
            if (content.ContentRange is not null)
                response.Headers.ContentRange = content.ContentRange;
            // A customer's file is nothing that a browser should run under our name.
            response.Headers.XContentTypeOptions = "nosniff";
            response.Headers.ContentSecurityPolicy = "sandbox; default-src 'none'";
            response.Headers.ContentDisposition = new ContentDispositionHeaderValue("attachment") { FileNameStar = name }.ToString();
            if (content.Body is not null)
                await content.Body.CopyToAsync(response.Body, BufferBytes, httpContext.RequestAborted);
        }
    }
}
