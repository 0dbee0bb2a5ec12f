using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using ServerlessDrives.Access;
using ServerlessDrives.Drives;
using ServerlessDrives.Http;
using ServerlessDrives.Http.Middleware;

namespace ServerlessDrives.Files;

/// <summary><c>GET /api/drives/{driveId}/search</c>: files by a part of their name, below a folder.</summary>
[Section("Files")]
public sealed class SearchFilesFunction(SearchFiles command, DriveFinder finder)
{
    [Function("SearchDriveFiles")]
    [Requires(Need.Person, GoesByRecent = true)]
    [Summary(
        "Find files by name",
        Detail = "S3 has no search: names are listed and compared, at most 10,000 for each answer. A page may be empty and have a " +
            "nextCursor: there is more to look through."
    )]
    [AnswersPage<FileEntry>("Files whose names contain the text, in the order of their paths.")]
    [Query("name", "A part of the name, in whichever case; 1 to 200 characters.", Required = true)]
    [Query("path", "The folder below which is looked; the whole drive unless said otherwise.")]
    [Refuses("not-found", "drive-removed", "invalid", "aws")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/drives/{driveId}/search")] HttpRequest request,
        string driveId)
    {
        ArgumentNullException.ThrowIfNull(request);
        var cancellation = request.HttpContext.RequestAborted;
        if (!(await finder.FindRecentAsync(request.Person(), driveId, cancellation)).TryGet(out var drive, out var unknown))
            return unknown.AsProblem();
        if (!Paging.Of(request).TryGet(out var paging, out var invalid))
            return invalid.AsProblem();
        var form = new FormReader();
        var name = request.Query["name"].ToString();
        if (name.Length is 0 or > 200)
            form.Refuse<string>("name", "Give a part of the name, of 1 to 200 characters.");
        var folder = request.Query["path"].ToString() is { Length: > 0 } text
            ? form.Read("path", FilePath.Parse(text.TrimEnd('/')))
            : null;
        return form.IsValid
            ? (await command.RunAsync(drive, folder, name, paging.Limit, paging.Cursor, cancellation)).Answer(Answers.List)
            : form.Refusal.AsProblem();
    }
}

/// <summary>Looks through what a folder holds, a bounded number of names at a time.</summary>
public sealed class SearchFiles(IDriveFiles files)
{
    private const int PageSize = 1_000;
    private const int MostPages = 10;

    public async Task<Result<Page<FileEntry>, Refusal>> RunAsync(
        Drive drive,
        FilePath? folder,
        string name,
        int limit,
        string? cursor,
        CancellationToken cancellation)
    {
        var found = new List<FileEntry>();
        for (var page = 0; page < MostPages; page++)
        {
            var answer = await files.ListAsync(drive, folder, recursive: true, PageSize, cursor, cancellation);
            if (!answer.TryGet(out var listed, out var refusal))
                return refusal;
            for (var index = 0; index < listed.Items.Count; index++)
            {
                if (!NameOf(listed.Items[index]).Contains(name, StringComparison.OrdinalIgnoreCase))
                    continue;
                found.Add(listed.Items[index]);
                if (found.Count < limit)
                    continue;
                // The next answer goes on behind this file, so the page is cut there.
                var cut = await files.ListAsync(drive, folder, recursive: true, index + 1, cursor, cancellation);
                return cut.Match<Result<Page<FileEntry>, Refusal>>(until => new Page<FileEntry>(found, until.NextCursor), no => no);
            }

            cursor = listed.NextCursor;
            if (cursor is null)
                break;
        }

        return new Page<FileEntry>(found, cursor);
    }

    private static string NameOf(FileEntry entry) => entry.Path[(entry.Path.LastIndexOf('/') + 1)..];
}
