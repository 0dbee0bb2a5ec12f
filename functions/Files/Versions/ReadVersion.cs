using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using ServerlessDrives.Access;
using ServerlessDrives.Drives;
using ServerlessDrives.Http;
using ServerlessDrives.Http.Middleware;

namespace ServerlessDrives.Files.Versions;

/// <summary><c>GET /api/drives/{driveId}/versions/{versionId}/content</c>: one version of a file, as the file itself is read.</summary>
[Section("Files")]
public sealed class ReadVersionFunction(IFileVersions versions, DriveFinder finder)
{
    [Function("GetFileVersionContent")]
    [Requires(Need.Person, GoesByRecent = true)]
    [Summary("Read one version of a file")]
    [Query("path", "The file.", Required = true)]
    [Refuses("delete-marker")]
    [DescribedAs(nameof(FileTriggers.GetAsync), Of = typeof(FileTriggers))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "api/drives/{driveId}/versions/{versionId}/content")]
            HttpRequest request,
        string driveId,
        string versionId)
    {
        ArgumentNullException.ThrowIfNull(request);
        var cancellation = request.HttpContext.RequestAborted;
        if (!(await finder.FindRecentAsync(request.Person(), driveId, cancellation)).TryGet(out var drive, out var unknown))
            return unknown.AsProblem();
        var form = new FormReader();
        var path = form.Read("path", FilePath.Parse(request.Query["path"], drive.Path));
        var version = form.Read("versionId", VersionId.Parse(versionId));
        if (!form.IsValid)
            return form.Refusal.AsProblem();
        return await FileAnswers.ReadAsync(
            request,
            conditions => HttpMethods.IsHead(request.Method)
                ? versions.LookAsync(drive, path!, version!, conditions, cancellation)
                : versions.OpenAsync(drive, path!, version!, conditions, cancellation),
            path!,
            drive.Audience);
    }
}
