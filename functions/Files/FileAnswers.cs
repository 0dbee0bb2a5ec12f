using Microsoft.AspNetCore.Http;
using ServerlessDrives.Access;
using ServerlessDrives.Drives;
using ServerlessDrives.Http;
using ServerlessDrives.Http.Limits;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Files;

/// <summary>Answers a request for a file's content or state, with the conditions and the range that the request names.</summary>
internal static class FileAnswers
{
    /// <summary>What a GET or HEAD of this file answers.</summary>
    public static Task<IResult> ReadAsync(HttpRequest request, IDriveFiles files, Drive drive, FilePath file) =>
        ReadAsync(
            request,
            conditions => HttpMethods.IsHead(request.Method)
                ? files.LookAsync(drive, file, conditions, request.HttpContext.RequestAborted)
                : files.OpenAsync(drive, file, conditions, request.HttpContext.RequestAborted),
            file,
            drive.Audience);

    /// <param name="open">Opens the content, or looks at its state for a HEAD.</param>
    /// <param name="audience">Whose drive it is.</param>
    public static Task<IResult> ReadAsync(
        HttpRequest request,
        Func<ReadConditions, Task<Result<FileContent, Refusal>>> open,
        FilePath file,
        Audience audience
    ) =>
        ReadAsync(
            request,
            open,
            file,
            async cancellation => await request.AdmitAgainAsync(audience, "drive", cancellation, byRecent: true) is null);

    /// <param name="open">Opens the content, or looks at its state for a HEAD.</param>
    /// <param name="isAdmitted">Whether the reader still is, looked at again while bytes go out.</param>
    /// <param name="shownAs">The media type that a page shows it as; null for a file to be saved.</param>
    public static async Task<IResult> ReadAsync(
        HttpRequest request,
        Func<ReadConditions, Task<Result<FileContent, Refusal>>> open,
        FilePath file,
        Func<CancellationToken, Task<bool>> isAdmitted,
        string? shownAs = null)
    {
        if (Preconditions.MatchesNothing(request.Headers.IfMatch))
            return Refusal.Changed("file").AsProblem();
        var headers = request.GetTypedHeaders();
        var conditions = new ReadConditions(
            TextOf(request.Headers.Range),
            TextOf(request.Headers.IfMatch),
            TextOf(request.Headers.IfNoneMatch),
            headers.IfModifiedSince,
            headers.IfUnmodifiedSince,
            TextOf(request.Headers.IfRange));
        if (!(await open(conditions)).TryGet(out var content, out var refusal))
        {
            if (refusal.Code == "range-not-satisfiable" && refusal.Extensions.TryGetValue("size", out var size))
                request.HttpContext.Response.Headers.ContentRange = $"bytes */{size}";
            return refusal.AsProblem();
        }

        var name = request.Query["download"].ToString() is { Length: > 0 } chosen ? chosen : file.Name;
        return new FileAnswer(content, name, isAdmitted, shownAs);
    }

    private static string? TextOf(Microsoft.Extensions.Primitives.StringValues header) => header.Count == 0 ? null : header.ToString();
}
