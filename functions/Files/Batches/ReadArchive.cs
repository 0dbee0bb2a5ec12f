using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using ServerlessDrives.Access;
using ServerlessDrives.Drives;
using ServerlessDrives.Http;
using ServerlessDrives.Http.Middleware;

namespace ServerlessDrives.Files.Batches;

/// <summary><c>GET /api/drives/{driveId}/archive</c>: a folder, or several files and folders, as one ZIP.</summary>
[Section("Files")]
public sealed class ReadArchiveFunction(IDriveFiles files, DriveFinder finder)
{
    /// <summary>Of one selection.</summary>
    private const int MostPaths = 100;

    [Function("GetDriveArchive")]
    [Requires(Need.Person, GoesByRecent = true)]
    [Summary(
        "Files and folders as a ZIP",
        Detail = "Streamed, uncompressed. Names that aren't valid paths are left out. Where a file can't be read, the answer is cut off: " +
            "a ZIP without its end is not taken for a whole one."
    )]
    [Answers(200, "The archive.", ContentType = "application/zip", Headers = ["Content-Disposition: The name to save it under."])]
    [Query<IReadOnlyList<string>>("path", "A file or a folder; may be repeated up to 100 times. Without it, the whole drive.")]
    [Refuses("not-found", "drive-removed", "invalid", "archived", "aws")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/drives/{driveId}/archive")] HttpRequest request,
        string driveId)
    {
        ArgumentNullException.ThrowIfNull(request);
        var cancellation = request.HttpContext.RequestAborted;
        if (!(await finder.FindRecentAsync(request.Person(), driveId, cancellation)).TryGet(out var drive, out var unknown))
            return unknown.AsProblem();
        var texts = request.Query["path"];
        if (texts.Count > MostPaths)
            return Refusal
                .Invalid("path", $"At most {MostPaths} files and folders can be named for one archive; name their folder instead.")
                .AsProblem();
        var form = new FormReader();
        var paths = texts
            .Where(text => !string.IsNullOrEmpty(text))
            .Select(text => form.Read("path", FilePath.Parse(text!.TrimEnd('/'))))
            .ToList();
        if (!form.IsValid)
            return form.Refusal.AsProblem();
        // What isn't there is said before the archive begins.
        foreach (var path in paths)
        {
            if (await WhyNotAsync(drive, path!, cancellation) is { } missing)
                return missing.AsProblem();
        }

        // What lies in a folder that is asked for as well is in the archive once.
        var chosen = paths
            .Distinct()
            .Where(path => !paths.Any(other => path!.Value.StartsWith(other!.Value + "/", StringComparison.Ordinal)))
            .ToList();
        var name = (paths is [{ } only] ? only.Name : drive.DisplayName.Value) + ".zip";
        return new ArchiveAnswer(files, drive, chosen!, name);
    }

    private async Task<Refusal?> WhyNotAsync(Drive drive, FilePath path, CancellationToken cancellation)
    {
        var below = await files.ListAsync(drive, path, recursive: true, limit: 1, cursor: null, cancellation);
        if (!below.TryGet(out var page, out var refusal))
            return refusal;
        if (page.Items.Count > 0)
            return null;
        return (await files.LookAsync(drive, path, ReadConditions.None, cancellation)).TryGet(out _, out var missing) ? null : missing;
    }
}
