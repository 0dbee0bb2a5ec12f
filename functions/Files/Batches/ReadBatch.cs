using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using ServerlessDrives.Access;
using ServerlessDrives.Drives;
using ServerlessDrives.Http;
using ServerlessDrives.Http.Middleware;

namespace ServerlessDrives.Files.Batches;

/// <param name="Paths">1 to 500 files.</param>
[NeedsFields("paths")]
public sealed record BatchBody(IReadOnlyList<string>? Paths);

/// <summary>One of many small files.</summary>
/// <param name="Status">What a GET of this file alone would have answered: 200, 404, …; 413 for one of more than a mebibyte.</param>
/// <param name="Content">The bytes, in base64; null where there are none.</param>
/// <param name="Code">What is wrong, as in a problem; null where nothing is.</param>
public sealed record BatchFileView(
    string Path,
    int Status,
    string? ContentType,
    [property: System.Text.Json.Serialization.JsonPropertyName("etag")] string? ETag,
    long? Size,
    byte[]? Content,
    string? Code,
    string? Detail);

public sealed record BatchView(IReadOnlyList<BatchFileView> Items);

/// <summary><c>POST /api/drives/{driveId}/files/batch</c>: many small files in one answer.</summary>
[Section("Files")]
public sealed class ReadBatchFunction(IDriveFiles files, DriveFinder finder)
{
    /// <summary>Of one batch.</summary>
    private const int MostFiles = 500;

    // The route is the one of all files, since the host matches routes before methods.
    [Function("PostDriveFiles")]
    [Requires(Need.Person, GoesByRecent = true)]
    [Summary(
        "Read many small files at once",
        Detail = "At files/batch. In the order of the request, each with its own status. A file of more than a mebibyte is " +
            "answered with 413 and read by itself."
    )]
    [Reads<BatchBody>]
    [Answers<BatchView>(200, "The files.")]
    [Refuses("not-found", "drive-removed", "invalid", "aws")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/drives/{driveId}/files/{*file}")] HttpRequest request,
        string driveId,
        string? file)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (file != "batch")
            return Refusal.NotFound("route").AsProblem();
        var cancellation = request.HttpContext.RequestAborted;
        if (!(await finder.FindRecentAsync(request.Person(), driveId, cancellation)).TryGet(out var drive, out var unknown))
            return unknown.AsProblem();
        if (!(await request.ReadJsonAsync<BatchBody>()).TryGet(out var body, out var unreadable))
            return unreadable.AsProblem();
        if (body.Paths is not { Count: > 0 and <= MostFiles } texts)
            return Refusal.Invalid("paths", $"Name 1 to {MostFiles} files.").AsProblem();
        var form = new FormReader();
        var paths = texts.Select((text, index) => form.Read($"paths[{index}]", FilePath.Parse(text, drive.Path))).ToList();
        return form.IsValid ? new BatchAnswer(files, drive, paths!) : form.Refusal.AsProblem();
    }
}
