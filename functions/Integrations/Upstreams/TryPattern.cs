using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using ServerlessDrives.Access;
using ServerlessDrives.Drives;
using ServerlessDrives.Files;
using ServerlessDrives.Http;
using ServerlessDrives.Http.Middleware;

namespace ServerlessDrives.Integrations.Upstreams;

/// <summary>A pattern that might become an upstream's.</summary>
/// <param name="Folder">Below the drive's path; the whole drive unless said otherwise.</param>
/// <param name="Pattern">As of an integration; every file unless said otherwise.</param>
[NeedsFields("driveId")]
public sealed record TrialBody(string? DriveId, string? Folder, string? Pattern);

/// <summary>What a pattern would have matched of what is there now.</summary>
/// <param name="Matched">How many files match.</param>
/// <param name="Looked">How many files were looked at.</param>
/// <param name="IsWhole">Whether these were all; false where the folder holds more than are looked at.</param>
/// <param name="Limit">How many are looked at, at most.</param>
/// <param name="Examples">The first that match, at most five.</param>
public sealed record TrialView(int Matched, int Looked, bool IsWhole, int Limit, IReadOnlyList<string> Examples);

/// <summary><c>POST /api/integrations/trial</c>: tries a pattern before an integration is made of it.</summary>
[Section("Integrations")]
public sealed class TryPatternFunction(TryPattern command, DriveFinder finder)
{
    [Function("TryPattern")]
    [Requires(Need.Person)]
    [Summary(
        "Try a pattern",
        Detail = "Compares it with the files that the folder holds now, at most 5,000 in the order of their paths, and for some seconds. " +
            "Nothing is changed, and nobody is told of anything.")]
    [Reads<TrialBody>]
    [Answers<TrialView>(200, "What it would have matched.")]
    [Refuses("drive-removed", "aws")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/integrations/trial")] HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var cancellation = request.HttpContext.RequestAborted;
        if (!(await request.ReadJsonAsync<TrialBody>()).TryGet(out var body, out var unreadable))
            return unreadable.AsProblem();
        var form = new FormReader();
        var folder = IntegrationForms.FolderOf(form, body.Folder);
        var pattern = form.Read("pattern", FilePattern.Parse(body.Pattern));
        if (!(await finder.FindAsync(request.Person(), body.DriveId, cancellation)).TryGet(out var drive, out var unknown))
        {
            if (unknown.Kind is not RefusalKind.NotFound)
                return unknown.AsProblem();
            form.Refuse<Drive>("driveId", "There is no such drive, or you may not see it.");
        }

        return form.IsValid
            ? (await command.RunAsync(drive!, folder, pattern!, cancellation)).Answer(tried => Results.Json(tried, Json.Options))
            : form.Refusal.AsProblem();
    }
}

/// <summary>Looks through what a folder holds, a bounded number of files.</summary>
public sealed class TryPattern(IDriveFiles files, TimeProvider clock)
{
    internal const int MostFiles = 5_000;
    private const int PageSize = 1_000;
    private const int MostExamples = 5;

    /// <summary>How long another page is begun: somebody waits.</summary>
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(8);

    public async Task<Result<TrialView, Refusal>> RunAsync(
        Drive drive,
        FilePath? folder,
        FilePattern pattern,
        CancellationToken cancellation)
    {
        var (filter, began) = (new UpstreamFilter(folder, pattern), clock.GetTimestamp());
        var (matched, looked, listed, examples) = (0, 0, 0, new List<string>());
        string? cursor = null;
        do
        {
            var answer = await files.ListAsync(drive, folder, recursive: true, PageSize, cursor, cancellation);
            if (!answer.TryGet(out var page, out var refusal))
                return refusal;
            foreach (var file in page.Items.Where(file => file.Type == "file" && file.Addressable && filter.Sees(file.Path)))
            {
                looked++;
                if (!filter.Means(file.Path))
                    continue;
                matched++;
                if (examples.Count < MostExamples)
                    examples.Add(file.Path);
            }

            listed += page.Items.Count;
            cursor = page.NextCursor;
        }
        while (cursor is not null && listed < MostFiles && clock.GetElapsedTime(began) < TimeLimit);
        return new TrialView(matched, looked, cursor is null, MostFiles, examples);
    }
}
