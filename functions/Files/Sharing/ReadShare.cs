using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using ServerlessDrives.Http;
using ServerlessDrives.Http.Limits;

namespace ServerlessDrives.Files.Sharing;

/// <summary>Slows down whoever guesses links to shares, or their passwords.</summary>
public sealed class ShareLimits() : LinkLimits("shared files");

/// <summary>What whoever has the link is shown.</summary>
/// <param name="Size">Bytes.</param>
public sealed record SharedFileView(string Name, long? Size, bool NeedsPassword, bool Once, DateTimeOffset ExpiresAt);

/// <param name="Password">Where the share has one.</param>
public sealed record UnlockShareBody(string? Password);

/// <param name="Url">Where the file is downloaded; relative, good until <paramref name="ExpiresAt"/>.</param>
public sealed record UnlockedShareView(string Url, DateTimeOffset ExpiresAt);

/// <summary>A shared file for whoever holds its link, without an account.</summary>
[Section("Sharing")]
public sealed class ReadShareFunctions(OpenShare open, IShares shares, IDriveFiles files, ShareLimits limits, TimeProvider clock)
{
    private static readonly TimeSpan GrantLife = TimeSpan.FromMinutes(10);

    private static readonly Refusal UsedUp = new(
        RefusalKind.Gone,
        "share-over",
        "This link was good for one download, and that has been made. Ask whoever sent it for a new one.");

    private static readonly Refusal TooLate = new(
        RefusalKind.Gone,
        "share-over",
        "The time for this download is over. Open the link again.");

    private static readonly Refusal WrongPassword = new(RefusalKind.Forbidden, "wrong-password", "This isn't the password of this file.");

    [Function("GetShare")]
    [Requires(Need.Nobody)]
    [Summary("What a link to a shared file leads to")]
    [Answers<SharedFileView>(200, "The file, without its content.")]
    [Refuses("share-unknown", "share-over", "too-many-requests", "not-found", "archived", "aws")]
    public async Task<IResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/shares/{token}")] HttpRequest request,
        FunctionContext context,
        string token)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (limits.Refuse(context, token) is { } busy)
            return busy.AsProblem();
        var cancellation = request.HttpContext.RequestAborted;
        if (!(await open.RunAsync(token, cancellation)).TryGet(out var opened, out var refusal))
            return refusal.AsProblem();
        var share = opened.Share;
        if (share.IsUsedUp)
            return UsedUp.AsProblem();
        request.HttpContext.Response.Headers.CacheControl = "no-store";
        return (await files.LookAsync(opened.Drive, share.Path, ReadConditions.None, cancellation)).Match(
            file => Results.Json(
                new SharedFileView(share.Path.Name, file.Length, share.Password is not null, share.Once, share.ExpiresAt),
                Json.Options),
            no => Shown(no).AsProblem());
    }

    [Function("UnlockShare")]
    [Requires(Need.Nobody)]
    [Summary("Get at a shared file", Detail = "Ten wrong passwords end the link for good.")]
    [Reads<UnlockShareBody>(Optional = true)]
    [Answers<UnlockedShareView>(200, "Where it is downloaded, for ten minutes.")]
    [Refuses("share-unknown", "share-over", "wrong-password", "too-many-requests")]
    public async Task<IResult> UnlockAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/shares/{token}/unlock")] HttpRequest request,
        FunctionContext context,
        string token)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (limits.Refuse(context, token) is { } busy)
            return busy.AsProblem();
        if (!(await request.ReadJsonAsync(new UnlockShareBody(null))).TryGet(out var body, out var malformed))
            return malformed.AsProblem();
        var cancellation = request.HttpContext.RequestAborted;
        while (true)
        {
            if (!(await open.RunAsync(token, cancellation)).TryGet(out var opened, out var refusal))
                return refusal.AsProblem();
            var (read, share) = (opened.Read, opened.Share);
            if (share.IsUsedUp)
                return UsedUp.AsProblem();
            if (share.Password is { } password)
            {
                if (string.IsNullOrEmpty(body.Password) || body.Password.Length > PasswordHash.MaxLength)
                    return WrongPassword.AsProblem();
                // Counted before it is compared, so that many who try at once try no more often than one after the other.
                var tried = share with { WrongPasswords = share.WrongPasswords + 1 };
                if (!await shares.SaveAsync(read.With(tried), act: null, cancellation))
                    continue;
                if (!password.Fits(body.Password))
                {
                    if (tried.WrongPasswords >= Share.MostWrongPasswords)
                        await LockedAsync(tried, cancellation);
                    return WrongPassword.AsProblem();
                }
            }

            return await GrantAsync(share, token, cancellation) is { } unlocked
                ? Results.Json(unlocked, Json.Options)
                : UsedUp.AsProblem();
        }
    }

    [Function("GetShareContent")]
    [Requires(Need.Nobody)]
    [Summary("Download a shared file", Detail = "As an attachment, which no browser shows in place. Ranges go on with what broke off.")]
    [Query("grant", "From the answer that unlocked it; part of its url.", Required = true)]
    [Refuses("share-unknown", "share-over", "not-found", "too-many-requests")]
    [DescribedAs(nameof(FileTriggers.GetAsync), Of = typeof(FileTriggers))]
    public async Task<IResult> DownloadAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "api/shares/{token}/content")] HttpRequest request,
        FunctionContext context,
        string token)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (limits.Refuse(context, token) is { } busy)
            return busy.AsProblem();
        var cancellation = request.HttpContext.RequestAborted;
        while (true)
        {
            if (!(await open.RunAsync(token, cancellation)).TryGet(out var opened, out var refusal))
                return refusal.AsProblem();
            var (share, now) = (opened.Share, clock.GetUtcNow());
            var hash = HashOf(request.Query["grant"].ToString());
            if (share.Grants.FirstOrDefault(known => known.Hash == hash && known.Until > now) is not { } grant)
                return TooLate.AsProblem();
            // Who began the one download may go on with it.
            if (share.IsUsedUp && !grant.IsUsed)
                return UsedUp.AsProblem();
            if (!grant.IsUsed && HttpMethods.IsGet(request.Method))
            {
                var used = share.Use(grant, now);
                if (!await shares.SaveAsync(opened.Read.With(used), ShareAuditRecords.Used(used), cancellation))
                    continue;
            }

            return await FileAnswers.ReadAsync(
                request,
                async conditions => (
                    HttpMethods.IsHead(request.Method)
                        ? await files.LookAsync(opened.Drive, share.Path, conditions, cancellation)
                        : await files.OpenAsync(opened.Drive, share.Path, conditions, cancellation)
                ).Match<Result<FileContent, Refusal>>(content => content, no => Shown(no)),
                share.Path,
                async going => (await open.RunAsync(token, going)).TryGet(out _, out _));
        }
    }

    /// <returns>Null where it was used up meanwhile.</returns>
    private async Task<UnlockedShareView?> GrantAsync(Share share, string token, CancellationToken cancellation)
    {
        var text = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        while (await shares.FindAsync(share.Organization, share.Drive, share.Id, cancellation) is { Value: { IsUsedUp: false } now } read)
        {
            var grant = new ShareGrant(HashOf(text), clock.GetUtcNow() + GrantLife, IsUsed: false);
            if (await shares.SaveAsync(read.With(now.Add(grant, clock.GetUtcNow())), act: null, cancellation))
                return new($"/api/shares/{token}/content?grant={text}", grant.Until);
        }

        return null;
    }

    private async Task LockedAsync(Share tried, CancellationToken cancellation)
    {
        while (
            await shares.FindAsync(tried.Organization, tried.Drive, tried.Id, cancellation) is { } read
            && read.Value.WrongPasswords >= Share.MostWrongPasswords
            && !await shares.SaveAsync(read, ShareAuditRecords.Locked(read.Value), cancellation))
        {
            // Something else about it has changed: read again.
        }
    }

    private static string HashOf(string grant) => Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(grant)));

    /// <summary>What AWS said names roles, buckets and policies, which are nothing for a stranger.</summary>
    private static Refusal Shown(Refusal refusal) => refusal.Kind is RefusalKind.RefusedByAws
        ? new(RefusalKind.RefusedByAws, "aws", "The file can't be read just now. Tell whoever sent you the link.")
        : refusal;
}
