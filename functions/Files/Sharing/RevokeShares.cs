using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using ServerlessDrives.Drives;
using ServerlessDrives.Http;
using ServerlessDrives.Http.Middleware;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Files.Sharing;

/// <summary><c>DELETE /api/drives/{driveId}/shares/{shareId}</c>, and <c>…/shares</c> for all of a file or drive.</summary>
[Section("Sharing")]
public sealed class RevokeSharesFunctions(IShares shares, DriveFinder finder, TimeProvider clock)
{
    private static readonly Refusal NotTheirs = Refusal.Forbidden(
        "A share is revoked by whoever made it, by managers of the drive's workspace, and by admins.");

    [Function("RevokeShare")]
    [Requires(Need.Person)]
    [Summary("Revoke a share")]
    [Answers(204, "Its link doesn't work any more.")]
    [Refuses("forbidden", "drive-removed")]
    public async Task<IResult> RevokeAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "api/drives/{driveId}/shares/{shareId}")] HttpRequest request,
        string driveId,
        string shareId)
    {
        ArgumentNullException.ThrowIfNull(request);
        var (person, cancellation) = (request.Person(), request.HttpContext.RequestAborted);
        if (!(await finder.FindAsync(person, driveId, cancellation)).TryGet(out var drive, out var unknown))
            return unknown.AsProblem();
        if (
            !ShareId.TryParse(shareId, out var id)
            || await shares.FindAsync(person.Organization, drive.Id, id, cancellation) is not { Value: var share })
            return Refusal.NotFound("share").AsProblem();
        if (!MayRevoke(person, drive, share))
            return NotTheirs.AsProblem();
        await EndAsync(person, share, cancellation);
        return Results.NoContent();
    }

    [Function("RevokeShares")]
    [Requires(Need.Person)]
    [Summary("Revoke all shares of a file or drive", Detail = "Those that you may: your own, or everybody's if you manage the drive.")]
    [Query("path", "Only those of this file.")]
    [Answers(204, "No link of these works any more.")]
    [Refuses("drive-removed", "invalid")]
    public async Task<IResult> RevokeAllAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "api/drives/{driveId}/shares")] HttpRequest request,
        string driveId)
    {
        ArgumentNullException.ThrowIfNull(request);
        var (person, cancellation) = (request.Person(), request.HttpContext.RequestAborted);
        if (!(await finder.FindAsync(person, driveId, cancellation)).TryGet(out var drive, out var unknown))
            return unknown.AsProblem();
        if (!ListSharesFunction.FileOf(request, drive).TryGet(out var file, out var wrong))
            return wrong.AsProblem();
        string? cursor = null;
        do
        {
            var page = await shares.ListAsync(person.Organization, drive.Id, file.Chosen, Paging.Most, cursor, cancellation);
            foreach (var share in page.Items.Where(share => MayRevoke(person, drive, share)))
                await EndAsync(person, share, cancellation);
            cursor = page.NextCursor;
        }
        while (cursor is not null);
        return Results.NoContent();
    }

    private static bool MayRevoke(Person person, Drive drive, Share share) =>
        share.CreatedBy == person.Id || person.MayManage(drive.Audience);

    /// <summary>One that doesn't work any more stays as it is.</summary>
    private async Task EndAsync(Person person, Share share, CancellationToken cancellation)
    {
        while (
            share.ExpiresAt > clock.GetUtcNow()
            && await shares.FindAsync(share.Organization, share.Drive, share.Id, cancellation) is { Value.RevokedAt: null } read
            && !await shares.SaveAsync(
                read.With(read.Value with { RevokedAt = clock.GetUtcNow(), Grants = [] }),
                ShareAuditRecords.Revoked(person.Id, read.Value),
                cancellation))
        {
            // Somebody used it meanwhile: read again.
        }
    }
}
