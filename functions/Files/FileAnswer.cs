using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;
using ServerlessDrives.Http.Limits;

namespace ServerlessDrives.Files;

/// <summary>Answers with a file's bytes as they come from S3, never faster than the reader takes them.</summary>
/// <param name="isAdmitted">Whether the reader still is, looked at again while bytes go out.</param>
/// <param name="shownAs">The media type that an image, audio or video element of ours shows it as; null for a file to be saved.</param>
public sealed class FileAnswer(
    FileContent content,
    string name,
    Func<CancellationToken, Task<bool>> isAdmitted,
    string? shownAs = null
) : IResult
{
    private const int BufferBytes = 128 * 1024;
    private const string Policy = "sandbox; default-src 'none'";

    /// <summary>Drawings (SVG) have their styles in themselves.</summary>
    private const string PolicyOfShown = $"{Policy}; style-src 'unsafe-inline'";

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        await using (content)
        {
            var response = httpContext.Response;
            response.StatusCode = content.State switch
            {
                FileState.Part => StatusCodes.Status206PartialContent,
                FileState.Unchanged => StatusCodes.Status304NotModified,
                _ => StatusCodes.Status200OK,
            };
            response.Headers.ETag = content.ETag;
            response.Headers.LastModified = content.LastModified?.ToUniversalTime().ToString("R");
            response.Headers.AcceptRanges = "bytes";
            response.Headers.CacheControl = "private, no-cache";
            if (content.VersionId is not null)
                response.Headers["x-version-id"] = content.VersionId;
            if (content.State is FileState.Unchanged)
                return;

            response.ContentType =
                shownAs is not null ? shownAs
                : content.ContentType is { Length: > 0 } type && MediaTypeHeaderValue.TryParse(type, out _) ? type
                : "application/octet-stream";
            response.ContentLength = content.Length;
            if (content.ContentRange is not null)
                response.Headers.ContentRange = content.ContentRange;
            if (!string.IsNullOrEmpty(content.ContentEncoding))
                response.Headers.ContentEncoding = content.ContentEncoding;
            // A customer's file is nothing that a browser should run under our name.
            response.Headers.XContentTypeOptions = "nosniff";
            response.Headers.ContentSecurityPolicy = shownAs is null ? Policy : PolicyOfShown;
            if (shownAs is null)
                response.Headers.ContentDisposition = ContentNames.Attachment(name);
            else
                (response.Headers["Cross-Origin-Resource-Policy"], response.Headers["Referrer-Policy"]) = ("same-origin", "no-referrer");
            if (content.Body is not null)
                await CopyAsync(content.Body, content.Length ?? BufferBytes, httpContext);
        }
    }

    /// <summary>S3's bytes are read straight into what is sent: they are copied nowhere.</summary>
    /// <param name="length">Bytes that are to come: a small file takes no large buffer.</param>
    private async Task CopyAsync(Stream from, long length, HttpContext http)
    {
        var (to, cancellation) = (http.Response.BodyWriter, http.RequestAborted);
        var (buffer, reader) = ((int)Math.Clamp(length, 1, BufferBytes), new AdmittedReader(http, isAdmitted));
        while (await from.ReadAsync(to.GetMemory(buffer), cancellation) is > 0 and var read)
        {
            to.Advance(read);
            FileMeasures.Read(read);
            if ((await to.FlushAsync(cancellation)).IsCompleted)
                return;
            if (!await reader.IsStillAdmittedAsync(cancellation))
                return;
        }
    }
}

/// <summary>Names of files in headers.</summary>
public static class ContentNames
{
    /// <summary>A <c>Content-Disposition</c> that saves the content under this name (RFC 6266) and never shows it in place.</summary>
    public static string Attachment(string name) => new ContentDispositionHeaderValue("attachment") { FileNameStar = name }.ToString();
}
