using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using ServerlessDrives.Access;
using ServerlessDrives.Drives;
using ServerlessDrives.Http;
using ServerlessDrives.Http.Middleware;
using ServerlessDrives.Http.Repetition;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Files.Sharing;

/// <param name="ExpiresInHours">1 to 720; 168, a week, unless said otherwise.</param>
/// <param name="Once">Whether one download is all that it is good for.</param>
/// <param name="Password">8 to 200 characters, which whoever opens the link is asked for; kept as a salted slow hash.</param>
[NeedsFields("path")]
public sealed record MakeShareBody(string? Path, int? ExpiresInHours, bool? Once, string? Password);

/// <summary>A share as it is given out; the only time that its link is seen.</summary>
/// <param name="Url">The page for people; whoever has it can read the file.</param>
public sealed record MadeShareView(ShareId Id, Uri Url, string Path, bool Once, bool NeedsPassword, DateTimeOffset ExpiresAt);

/// <summary><c>POST /api/drives/{driveId}/shares</c>.</summary>
[Section("Sharing")]
public sealed class MakeShareFunction(
    IShares shares,
    IDriveFiles files,
    DriveFinder finder,
    Memberships memberships,
    Idempotency idempotency,
    TimeProvider clock)
{
    /// <summary>Of one file, those that have expired or were revoked not counted.</summary>
    private const int MostPerFile = 50;

    private const int UsualHours = 7 * 24;
    private const int MostHours = 30 * 24;

    /// <summary>For so long it can still be seen what became of a share.</summary>
    private static readonly TimeSpan KeptAfterwards = TimeSpan.FromDays(90);

    [Function("MakeShare")]
    [Requires(Need.Person)]
    [Summary(
        "Share a file",
        Detail = "A link for somebody without an account. It works until it expires or is revoked, the drive is removed, whoever made it " +
            "may no longer use the drive, or the organization turns sharing off. The answer is the only place where it is ever seen."
    )]
    [Reads<MakeShareBody>]
    [Answers<MadeShareView>(201, "The link.")]
    [HonoursIdempotencyKey]
    [Refuses("drive-removed", "sharing-off", "too-many-shares", "aws")]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/drives/{driveId}/shares")] HttpRequest request,
        string driveId
    ) =>
        idempotency.OnceAsync<MakeShareBody>(
            request,
            async body =>
            {
                var (person, cancellation) = (request.Person(), request.HttpContext.RequestAborted);
                if (!(await finder.FindAsync(person, driveId, cancellation)).TryGet(out var drive, out var unknown))
                    return unknown.AsProblem();
                var form = new FormReader();
                var path = form.Read("path", FilePath.Parse(body.Path, drive.Path));
                var hours = body.ExpiresInHours ?? UsualHours;
                if (hours is < 1 or > MostHours)
                    form.Refuse<int>("expiresInHours", $"A number from 1 to {MostHours} was expected.");
                if (body.Password is { Length: < PasswordHash.MinLength or > PasswordHash.MaxLength })
                    form.Refuse<string>(
                        "password",
                        $"Choose a password of {PasswordHash.MinLength} to {PasswordHash.MaxLength} characters, or leave it out.");
                if (!form.IsValid)
                    return form.Refusal.AsProblem();
                if (!(await shares.SettingAsync(person.Organization, cancellation)).Value.Allowed)
                    return Refusal
                        .Conflict("sharing-off", "Your organization doesn't allow files to be shared by links. Its admins decide that.")
                        .AsProblem();
                // Each use of the link asks the same. Whoever is in the workspace by a group learns now whether that can be found out.
                if (
                    !(await memberships.MayStillSeeAsync(person.Organization, person.Id, drive.Audience, cancellation)).TryGet(
                        out var mayStillUse,
                        out var unavailable))
                    return unavailable.AsProblem();
                if (!mayStillUse)
                    return Refusal.NotFound("drive").AsProblem();
                if (!(await files.LookAsync(drive, path!, ReadConditions.None, cancellation)).TryGet(out _, out var missing))
                    return missing.AsProblem();
                if (await IsFullAsync(drive, path!, cancellation))
                    return Refusal
                        .Conflict("too-many-shares", $"The file has {MostPerFile} links that work. Revoke some of them first.")
                        .AsProblem();
                var id = request.Operation().IdOf<ShareId>();
                var (token, now) = (LinkToken.New($"{person.Organization}/{drive.Id}/{id}"), clock.GetUtcNow());
                var share = new Share(
                    id,
                    person.Organization,
                    drive.Id,
                    path!,
                    token.Hash,
                    body.Once is true,
                    body.Password is null ? null : PasswordHash.Of(body.Password),
                    person.Id,
                    now,
                    now + TimeSpan.FromHours(hours));
                await shares.AddAsync(share, ShareAuditRecords.Made(share), cancellation);
                return Results.Json(
                    new MadeShareView(
                        id,
                        new Uri(request.Address(), $"/s/{token.Reveal()}"),
                        path!.Value,
                        share.Once,
                        share.Password is not null,
                        share.ExpiresAt),
                    Json.Options,
                    statusCode: StatusCodes.Status201Created);
            });

    /// <summary>Counts those that work, and deletes on the way what ended long ago, so that rows don't pile up.</summary>
    private async Task<bool> IsFullAsync(Drive drive, FilePath path, CancellationToken cancellation)
    {
        var (now, open, cursor) = (clock.GetUtcNow(), 0, (string?)null);
        do
        {
            var page = await shares.ListAsync(drive.Organization, drive.Id, path, Paging.Most, cursor, cancellation);
            foreach (var share in page.Items)
            {
                if (share.ExpiresAt + KeptAfterwards < now)
                    await shares.DeleteAsync(share, cancellation);
                else if (share.ExpiresAt > now && share.RevokedAt is null && !share.IsUsedUp)
                    open++;
            }

            cursor = page.NextCursor;
        }
        while (cursor is not null && open < MostPerFile);
        return open >= MostPerFile;
    }
}
