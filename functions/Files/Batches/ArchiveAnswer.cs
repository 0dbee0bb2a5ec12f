using System.IO.Compression;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using ServerlessDrives.Access;
using ServerlessDrives.Drives;
using ServerlessDrives.Http.Limits;

namespace ServerlessDrives.Files.Batches;

/// <summary>Answers with files as a ZIP that is written as S3's bytes come, whatever their number and size.</summary>
public sealed class ArchiveAnswer(IDriveFiles files, Drive drive, IReadOnlyList<FilePath> paths, string name) : IResult
{
    private const int PageSize = 1_000;
    private const int BufferBytes = 64 * 1024;

    /// <summary>Files that are opened ahead: for small ones the latency of S3 exceeds the transfer time.</summary>
    private const int OpenedAhead = 16;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        var (response, cancellation) = (httpContext.Response, httpContext.RequestAborted);
        response.ContentType = "application/zip";
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.ContentDisposition = ContentNames.Attachment(name);
        var reader = new AdmittedReader(httpContext, drive.Audience);
        try
        {
            await using var body = new DeferredWrites(response.Body);
            // Disposed only when all is written: that adds the directory that makes a ZIP whole.
            var zip = await ZipArchive.CreateAsync(
                body,
                ZipArchiveMode.Create,
                leaveOpen: true,
                entryNameEncoding: null,
                cancellation);
            await foreach (
                var (path, opened) in OpenAhead.InOrderAsync(
                    NamedAsync(cancellation),
                    OpenedAhead,
                    async path => (path, await files.OpenAsync(drive, path, ReadConditions.None, cancellation)),
                    DiscardAsync))
            {
                if (!opened.TryGet(out var content, out _))
                {
                    httpContext.Abort();
                    return;
                }

                await using (content)
                {
                    var entry = zip.CreateEntry(path.Value, CompressionLevel.NoCompression);
                    if (content.LastModified is { } at)
                        entry.LastWriteTime = at;
                    await using var to = await entry.OpenAsync(cancellation);
                    if (!await CopyAsync(content.Body!, to, reader, cancellation))
                        return;
                }
            }

            await zip.DisposeAsync();
            await body.FlushAsync(cancellation);
        }
        catch (Exception failure) when (failure is not OperationCanceledException && response.HasStarted)
        {
            // Within a body, only an abort shows an error.
            httpContext.Abort();
        }
    }

    private static async Task<bool> CopyAsync(Stream from, Stream to, AdmittedReader reader, CancellationToken cancellation)
    {
        var buffer = new byte[BufferBytes];
        while (await from.ReadAsync(buffer, cancellation) is > 0 and var read)
        {
            await to.WriteAsync(buffer.AsMemory(0, read), cancellation);
            FileMeasures.Read(read);
            if (!await reader.IsStillAdmittedAsync(cancellation))
                return false;
        }

        return true;
    }

    private static ValueTask DiscardAsync((FilePath Path, Result<FileContent, Refusal> Opened) left) =>
        left.Opened.TryGet(out var content, out _) ? content.DisposeAsync() : ValueTask.CompletedTask;

    /// <summary>Every file of the selection, those of folders in the order of their paths.</summary>
    private async IAsyncEnumerable<FilePath> NamedAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var path in paths.Count == 0 ? [null] : paths.Cast<FilePath?>())
        {
            var isFolder = path is null;
            string? cursor = null;
            do
            {
                var listed = await files.ListAsync(drive, path, recursive: true, PageSize, cursor, cancellation);
                if (!listed.TryGet(out var page, out var refusal))
                    throw new IOException(refusal.Detail);
                foreach (var entry in page.Items)
                {
                    isFolder = true;
                    // Other names are no valid paths and are left out; the folder's list has them.
                    if (entry.Addressable && FilePath.Parse(entry.Path).TryGet(out var file, out _))
                        yield return file;
                }

                cursor = page.NextCursor;
            }
            while (cursor is not null);
            if (!isFolder)
                yield return path!;
        }
    }
}
