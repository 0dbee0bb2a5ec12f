using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using ServerlessDrives.Access;
using ServerlessDrives.Drives;
using ServerlessDrives.Http;
using ServerlessDrives.Http.Middleware;

namespace ServerlessDrives.Files.Sharing;

/// <summary>A share, without its link, which nobody can read any more.</summary>
/// <param name="Status"><c>open</c>, <c>used</c> (it was good for one download), <c>locked</c> (too many wrong passwords),
/// <c>revoked</c>, <c>moved</c> (its file went to another drive) or <c>expired</c>.</param>
/// <param name="Uses">Downloads that were begun.</param>
public sealed record ShareView(
    ShareId Id,
    string Path,
    string Status,
    bool Once,
    bool NeedsPassword,
    int Uses,
    DateTimeOffset? LastUsedAt,
    UserId CreatedBy,
    DateTimeOffset CreatedAt,
    DateTimeOffset ExpiresAt)
{
    public static ShareView Of(Share share, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(share);
        var status =
            share.LeftWith is not null ? "moved"
            : share.RevokedAt is not null ? "revoked"
            : share.IsUsedUp ? "used"
            : share.WrongPasswords >= Share.MostWrongPasswords ? "locked"
            : share.ExpiresAt <= now ? "expired"
            : "open";
        return new(
            share.Id,
            share.Path.Value,
            status,
            share.Once,
            share.Password is not null,
            share.Uses,
            share.LastUsedAt,
            share.CreatedBy,
            share.CreatedAt,
            share.ExpiresAt);
    }
}

/// <summary><c>GET /api/drives/{driveId}/shares</c>.</summary>
[Section("Sharing")]
public sealed class ListSharesFunction(IShares shares, DriveFinder finder, TimeProvider clock)
{
    [Function("ListShares")]
    [Requires(Need.Person)]
    [Summary("List a drive's shares", Detail = "Those of everybody who uses the drive, in the order of their making.")]
    [AnswersPage<ShareView>("Shares, those that don't work any more too.")]
    [Query("path", "Only those of this file.")]
    [Refuses("drive-removed", "invalid")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/drives/{driveId}/shares")] HttpRequest request,
        string driveId)
    {
        ArgumentNullException.ThrowIfNull(request);
        var (person, cancellation) = (request.Person(), request.HttpContext.RequestAborted);
        if (!(await finder.FindAsync(person, driveId, cancellation)).TryGet(out var drive, out var unknown))
            return unknown.AsProblem();
        if (!Paging.Of(request).TryGet(out var paging, out var invalid))
            return invalid.AsProblem();
        if (!FileOf(request, drive).TryGet(out var file, out var wrong))
            return wrong.AsProblem();
        var page = await shares.ListAsync(person.Organization, drive.Id, file.Chosen, paging.Limit, paging.Cursor, cancellation);
        return Answers.List(page.Select(share => ShareView.Of(share, clock.GetUtcNow())));
    }

    /// <summary>The file that <c>?path=</c> names; null for all.</summary>
    internal static Result<ListQuery.Choice<FilePath>, Refusal> FileOf(HttpRequest request, Drive drive)
    {
        if (request.Query["path"].ToString() is not { Length: > 0 } text)
            return new ListQuery.Choice<FilePath>(null);
        return FilePath.Parse(text, drive.Path).TryGet(out var path, out var problem)
            ? new ListQuery.Choice<FilePath>(path)
            : Refusal.Invalid("path", problem.Message);
    }
}
