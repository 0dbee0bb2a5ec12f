using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Connecting;

/// <summary>Callback links: made by people who may change the connection, used by AWS admins who have no account here.</summary>
public sealed class CallbackDesk(IConnections connections, ConnectionDesk desk, TimeProvider clock)
{
    /// <summary>The longest life of a link; it never outlives its connection.</summary>
    public static readonly TimeSpan LongestLife = TimeSpan.FromDays(30);

    /// <param name="life">Null for as long as the connection waits.</param>
    /// <param name="operation">What makes it, so that it is made once; null for one that may be made again.</param>
    public async Task<Result<(CallbackToken Token, CallbackLink Link)>> MakeAsync(
        Person person, ConnectionKey key, ConfirmationStep step, TimeSpan? life, Guid? operation, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(person);
        while (true)
        {
            if (await connections.FindAsync(key, cancellation) is not { } read)
                return Refusal.NotFound("connection");
            var connection = read.Value;
            if (!connection.IsOpen || connection.CancelRequested || connection.Method is ConnectionMethod.AccessKey)
                return Refusal.Conflict("step-not-open", "This connection has no policy to confirm.");
            if (connection.OpenStep != step && !connection.IsStillToCome(step))
                return Refusal.Conflict(
                    "step-not-open",
                    $"The connection doesn't wait for the {Words(step)} any more, so there is nothing to confirm.");
            var now = clock.GetUtcNow();
            var until = life is null || now + life > connection.ExpiresAt ? connection.ExpiresAt : now + life.Value;
            var token = CallbackToken.New(key);
            var link = new CallbackLink(token.Hash, step, connection.Attempt, until, person.Id) { Operation = operation };
            if (
                await connections.SaveAsync(
                    read.With(connection.Add(link, now)),
                    ConnectionEvents.CallbackLinkMade(person.Id, connection, link),
                    cancellation)
                is not null)
                return (token, link);
        }
    }

    /// <param name="etag">The state that is meant: a connection that has changed since is refused; null for whichever it is in.</param>
    public async Task<Result<DriveConnection>> RevokeAllAsync(
        Person person,
        ConnectionKey key,
        string? etag,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(person);
        while (true)
        {
            if (await connections.FindAsync(key, cancellation) is not { } read)
                return Refusal.NotFound("connection");
            if (etag is not null && read.ETag != etag)
                return Refusal.Changed("connection");
            if (
                await connections.SaveAsync(
                    read.With(read.Value.RevokeCallbackLinks(clock.GetUtcNow())),
                    ConnectionEvents.CallbackLinksRevoked(person.Id, read.Value),
                    cancellation
                ) is
                { } saved)
                return saved.Value;
        }
    }

    /// <summary>The connection and the link that the token stands for, or which of the ways of being no good applies.</summary>
    public async Task<Result<(DriveConnection Connection, CallbackLink Link)>> OpenAsync(string? text, CancellationToken cancellation)
    {
        var opened = await FindAsync(text, cancellation);
        ConnectionMeasures.CallbackUsed(opened.TryGet(out var open, out var refusal) ? null : refusal);
        if (refusal is null)
            Telemetry.Continue(open.Connection.Trace, "serverlessdrives.connection.id", open.Connection.Id.Value);
        return opened;
    }

    private async Task<Result<(DriveConnection Connection, CallbackLink Link)>> FindAsync(string? text, CancellationToken cancellation)
    {
        if (CallbackToken.Parse(text) is not { } token)
            return new Refusal(
                RefusalKind.NotFound,
                "callback-damaged",
                "This link isn't whole: it was cut or changed on its way. Ask whoever sent it to send it again.");
        if (
            await connections.FindAsync(token.Key, cancellation) is not { Value: var connection }
            || connection.CallbackLinks.FirstOrDefault(known => known.Hash == token.Hash) is not { } link)
            return new Refusal(
                RefusalKind.NotFound,
                "callback-unknown",
                "This link isn't one that was given out, or newer ones have taken its place. Ask whoever sent it for a new one.");
        if (link.RevokedAt is not null)
            return new Refusal(RefusalKind.Gone, "callback-revoked", "This link was revoked. Ask whoever sent it for a new one.");
        if (clock.GetUtcNow() >= link.ExpiresAt)
            return new Refusal(RefusalKind.Gone, "callback-expired", "This link has expired. Ask whoever sent it for a new one.");
        return (connection, link);
    }

    /// <param name="confirmedBy">A name or e-mail, as the AWS admin gives it; not verified, and marked as such.</param>
    public async Task<Result<DriveConnection>> ConfirmAsync(
        string? text,
        string? confirmedBy,
        IConnectionFlow flow,
        CancellationToken cancellation)
    {
        var by = confirmedBy?.Trim();
        if (by is { Length: > 200 } || (by is { Length: > 0 } && !VisibleText.Parse(by, 200, "yourself").TryGet(out _, out _)))
            return Refusal.Invalid("confirmedBy", "Give a name or an e-mail address of at most 200 characters.");
        if (!(await OpenAsync(text, cancellation)).TryGet(out var open, out var refusal))
            return refusal;
        if (Over(open.Connection, open.Link) is { } over)
            return over;
        var confirmed = await desk.ConfirmAsync(
            new(open.Connection.Organization, open.Connection.Id),
            open.Link.Step,
            open.Link.Attempt,
            etag: null,
            by is { Length: > 0 } ? by : "an AWS admin",
            "callback",
            flow,
            cancellation);
        return confirmed.Match<Result<DriveConnection>>(connection => connection.Value, no => no);
    }

    /// <summary>Why a link that is good in itself confirms nothing now; null when it does.</summary>
    private static Refusal? Over(DriveConnection connection, CallbackLink link)
    {
        if (
            connection.Confirmations.FirstOrDefault(confirmation =>
                confirmation.Step == link.Step && confirmation.Attempt == link.Attempt
            ) is
            { } given)
            return Conflict(
                "callback-used",
                $"The {Words(link.Step)} was confirmed already, on {given.At.UtcDateTime:yyyy-MM-dd 'at' HH:mm} UTC. A link confirms " +
                "once; nothing was changed.",
                "over");
        if (!connection.IsOpen || connection.CancelRequested)
            return new Refusal(
                RefusalKind.Gone,
                "callback-ended",
                "The connection that this link belongs to has come to its end, so there is nothing to confirm any more.");
        if (link.Attempt != connection.Attempt)
            return Conflict(
                "callback-outdated",
                "This link was for an earlier attempt; something has been corrected since. Ask whoever sent it for a new one.",
                "outdated");
        if (connection.OpenStep == link.Step)
            return null;
        return connection.IsStillToCome(link.Step)
            ? Conflict(
                "callback-too-early",
                $"This link confirms the {Words(link.Step)}, and the connection isn't there yet. Nothing was changed; use the link " +
                "again when it is.",
                "not-yet")
            : Conflict(
                "callback-other-step",
                $"This link confirms the {Words(link.Step)} and no other step, and the connection doesn't wait for that any more. " +
                "Nothing was changed.",
                "over");
    }

    private static Refusal Conflict(string code, string detail, string reason) =>
        Refusal.Conflict(code, detail) with { Extensions = new Dictionary<string, object> { ["reason"] = reason } };

    private static string Words(ConfirmationStep step) => step is ConfirmationStep.TrustPolicy ? "trust policy" : "bucket policy";
}
