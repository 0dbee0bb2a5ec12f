using System.Text.Json;
using Microsoft.AspNetCore.Http;
using ServerlessDrives.Access;
using ServerlessDrives.Drives;
using ServerlessDrives.Http;
using ServerlessDrives.Http.Limits;

namespace ServerlessDrives.Files.Batches;

/// <summary>Answers with many small files as JSON, each written once it and all before it are read.</summary>
public sealed class BatchAnswer(IDriveFiles files, Drive drive, IReadOnlyList<FilePath> paths) : IResult
{
    private const int MostBytes = 1024 * 1024;

    /// <summary>Files of up to 1 MiB held at once.</summary>
    private const int AtOnce = 16;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        var (response, cancellation) = (httpContext.Response, httpContext.RequestAborted);
        response.ContentType = "application/json; charset=utf-8";
        response.Headers.CacheControl = "no-store";
        var reader = new AdmittedReader(httpContext, drive.Audience);
        await using var json = new Utf8JsonWriter(response.BodyWriter);
        json.WriteStartObject();
        json.WriteStartArray("items");
        await foreach (
            var file in OpenAhead.InOrderAsync(
                paths.ToAsyncEnumerable(),
                AtOnce,
                path => ReadAsync(path, cancellation),
                _ => ValueTask.CompletedTask))
        {
            JsonSerializer.Serialize(json, file, Json.Options);
            await json.FlushAsync(cancellation);
            await response.BodyWriter.FlushAsync(cancellation);
            FileMeasures.Read(file.Content?.Length ?? 0);
            if (!await reader.IsStillAdmittedAsync(cancellation))
                return;
        }

        json.WriteEndArray();
        json.WriteEndObject();
        await json.FlushAsync(cancellation);
    }

    private async Task<BatchFileView> ReadAsync(FilePath path, CancellationToken cancellation)
    {
        if (!(await files.OpenAsync(drive, path, ReadConditions.None, cancellation)).TryGet(out var content, out var refusal))
            return Refused(path, Problem.StatusOf(refusal), refusal.Code, refusal.Detail);
        await using (content)
        {
            if (content.Length is null or > MostBytes)
                return Refused(
                    path,
                    StatusCodes.Status413PayloadTooLarge,
                    "content-too-large",
                    "The file is large; read it by itself."
                ) with
                {
                    ContentType = content.ContentType,
                    ETag = content.ETag,
                    Size = content.Length,
                };
            var bytes = new byte[content.Length.Value];
            await content.Body!.ReadExactlyAsync(bytes, cancellation);
            return new(path.Value, StatusCodes.Status200OK, content.ContentType, content.ETag, bytes.Length, bytes, null, null);
        }
    }

    private static BatchFileView Refused(FilePath path, int status, string code, string detail) =>
        new(path.Value, status, null, null, null, null, code, detail);
}
