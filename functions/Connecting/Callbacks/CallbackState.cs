namespace ServerlessDrives.Connecting.Callbacks;

/// <summary>Whether a callback link that is good in itself has anything left to confirm.</summary>
internal static class CallbackState
{
    /// <summary>Why the link confirms nothing now; null when it does.</summary>
    public static Refusal? Over(DriveConnection connection, CallbackLink link)
    {
        if (WhenUsed(connection, link) is { } used)
            return Conflict(
                "callback-used",
                $"The {Steps.Words(link.Step)} {(link.Step is CallbackStep.All ? "were" : "was")} confirmed already, on " +
                $"{used.UtcDateTime:yyyy-MM-dd 'at' HH:mm} UTC. Nothing was changed.",
                "over");
        if (!connection.IsOpen || connection.CancelRequested)
            return new Refusal(
                RefusalKind.Gone,
                "callback-ended",
                "The connection that this link belongs to has come to its end, so there is nothing to confirm any more.");
        if (link.Step is CallbackStep.All)
            return connection.OpenStep is not null || connection.LacksRoleArn
                ? null
                : Conflict(
                    "callback-too-early",
                    "The connection waits for somebody else just now, or is being checked. Nothing was changed; use the link again later.",
                    "not-yet");
        if (link.Attempt != connection.Attempt)
            return Conflict(
                "callback-outdated",
                "This link was for an earlier attempt; something has been corrected since. Ask whoever sent it for a new one.",
                "outdated");
        if (connection.OpenStep == link.ConfirmedStep)
            return null;
        return connection.IsStillToCome(link.ConfirmedStep!.Value)
            ? Conflict(
                "callback-too-early",
                $"This link confirms the {Steps.Words(link.Step)}, and the connection isn't there yet. Nothing was changed; use the link " +
                "again when it is.",
                "not-yet")
            : Conflict(
                "callback-other-step",
                $"This link confirms the {Steps.Words(link.Step)} and no other step, and the connection doesn't wait for that any more. " +
                "Nothing was changed.",
                "over");
    }

    /// <summary>
    /// When what the link confirms was confirmed; null while it isn't. A link for all confirms each step once for each attempt, so it can
    /// be used again after a failed check.
    /// </summary>
    public static DateTimeOffset? WhenUsed(DriveConnection connection, CallbackLink link)
    {
        if (link.ConfirmedStep is { } step)
            return connection
                .Confirmations.FirstOrDefault(confirmation => confirmation.Step == step && confirmation.Attempt == link.Attempt)
                ?.At;
        return connection switch
        {
            { CancelRequested: true } => null,
            { OpenStep: ConfirmationStep.TrustPolicy, KnownRoleArn: null } => null,
            { OpenStep: { } open } => connection.ConfirmationOf(open)?.At,
            { LacksRoleArn: true } => null,
            { Status: ConnectionStatus.Cancelled or ConnectionStatus.Expired or ConnectionStatus.Failed } => null,
            _ => connection.AppliedAhead?.At ?? (connection.Confirmations is [.., var last] ? last.At : null),
        };
    }

    private static Refusal Conflict(string code, string detail, string reason) =>
        Refusal.Conflict(code, detail) with { Extensions = new Dictionary<string, object> { ["reason"] = reason } };
}
