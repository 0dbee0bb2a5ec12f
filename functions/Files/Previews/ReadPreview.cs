using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using ServerlessDrives.Http;

namespace ServerlessDrives.Files.Previews;

/// <summary>The content behind a preview link, for elements of our own pages.</summary>
[Section("Files")]
public sealed class ReadPreviewFunction(OpenPreview open, IDriveFiles files)
{
    [Function("GetPreview")]
    [Requires(Need.Nobody)]
    [Summary(
        "Read a file by a preview link",
        Detail = "With ranges, as one of a fixed list of media types, never as a page. Browsers that say what a request is for are " +
            "answered within pages of this site only."
    )]
    [Refuses("preview-unknown", "preview-over", "not-found", "aws")]
    [DescribedAs(nameof(FileTriggers.GetAsync), Of = typeof(FileTriggers))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "api/previews/{token}")] HttpRequest request,
        string token)
    {
        ArgumentNullException.ThrowIfNull(request);
        var cancellation = request.HttpContext.RequestAborted;
        // A link that got out is of no use on another site, or in the address bar.
        if (request.Headers["Sec-Fetch-Site"].ToString() is { Length: > 0 } site && site != "same-origin")
            return Refusal.NotFound("resource").AsProblem();
        if (!(await open.RunAsync(token, cancellation)).TryGet(out var opened, out var refusal))
            return refusal.AsProblem();
        var (link, drive) = opened;
        return await FileAnswers.ReadAsync(
            request,
            conditions => HttpMethods.IsHead(request.Method)
                ? files.LookAsync(drive, link.Path, conditions, cancellation)
                : files.OpenAsync(drive, link.Path, conditions, cancellation),
            link.Path,
            async going => (await open.DriveOfAsync(link, going)).Error is null,
            shownAs: link.Type);
    }
}
