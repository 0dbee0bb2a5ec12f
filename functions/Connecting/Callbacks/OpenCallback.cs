namespace ServerlessDrives.Connecting.Callbacks;

/// <summary>A connection and the link that somebody without an account reached it by.</summary>
public sealed record Callback(DriveConnection Connection, CallbackLink Link);

/// <summary>Finds the connection of a callback link.</summary>
public sealed class OpenCallback(IConnections connections, TimeProvider clock)
{
    /// <summary>The link that the token belongs to, or why it isn't valid.</summary>
    public async Task<Result<Callback, Refusal>> RunAsync(string? text, CancellationToken cancellation)
    {
        var opened = await FindAsync(text, cancellation);
        ConnectionMeasures.CallbackUsed(opened.TryGet(out var open, out var refusal) ? null : refusal);
        if (open is not null)
            Telemetry.Continue(open.Connection.Trace, "serverlessdrives.connection.id", open.Connection.Id.Value);
        return opened;
    }

    private async Task<Result<Callback, Refusal>> FindAsync(string? text, CancellationToken cancellation)
    {
        if (CallbackToken.Parse(text) is not { } token)
            return new Refusal(
                RefusalKind.NotFound,
                "callback-damaged",
                "This link is incomplete: it was cut or changed on its way. Ask whoever sent it to send it again.");
        return await connections.FindAsync(token.Key, cancellation) is { Value: var connection } ? LinkIn(connection, token.Hash) : Unknown;
    }

    /// <summary>The link of this hash in the connection as it is, if it is good still.</summary>
    public Result<Callback, Refusal> LinkIn(DriveConnection connection, string hash)
    {
        ArgumentNullException.ThrowIfNull(connection);
        if (connection.CallbackLinks.FirstOrDefault(known => known.Hash == hash) is not { } link)
            return Unknown;
        if (link.RevokedAt is not null)
            return new Refusal(RefusalKind.Gone, "callback-revoked", "This link was revoked. Ask whoever sent it for a new one.");
        if (clock.GetUtcNow() >= link.ExpiresAt)
            return new Refusal(RefusalKind.Gone, "callback-expired", "This link has expired. Ask whoever sent it for a new one.");
        return new Callback(connection, link);
    }

    private static readonly Refusal Unknown = new(
        RefusalKind.NotFound,
        "callback-unknown",
        "This link isn't one that was given out, or newer ones have taken its place. Ask whoever sent it for a new one.");
}
