using System.Text.Json.Serialization;

namespace ServerlessDrives.Connecting;

/// <summary>Which connection: its organization is the partition that its row is in.</summary>
public sealed record ConnectionKey(OrganizationId Organization, ConnectionId Connection);

/// <summary>Where an attempt begins.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ConnectionStep>))]
public enum ConnectionStep
{
    TrustPolicy,
    Configuration,
    BucketPolicy,

    /// <summary>Everything was said; for a flow that takes over from another one.</summary>
    Verification,
}

/// <summary>What the flow knows: where it begins and until when it waits. Everything else is in the connection's row.</summary>
/// <param name="Key">The connection.</param>
/// <param name="UsesRole">Whether the drive will assume a role, and so has policies to confirm.</param>
/// <param name="From">Where this attempt begins.</param>
/// <param name="Number">Counts from 1.</param>
/// <param name="ExpiresAt">When nobody waits for people any more.</param>
public sealed record ConnectionAttempt(ConnectionKey Key, bool UsesRole, ConnectionStep From, int Number, DateTimeOffset ExpiresAt)
    : ITraced
{
    /// <summary>
    /// Whether what may be in place already is tried before it is asked for; false in flows that began before that was done.
    /// </summary>
    public bool TriesFirst { get; init; }

    /// <inheritdoc/>
    public string? Trace { get; init; }

    public ConnectionAttempt Next(ConnectionStep from) => this with { From = from, Number = Number + 1 };
}

/// <summary>What people tell a waiting connection.</summary>
public enum ConnectionEvent
{
    TrustPolicyConfirmed,
    Configured,
    BucketPolicyConfirmed,
    Cancelled,
}

/// <summary>
/// Names of the events, which lie in histories. Each attempt has its own: a wait that nobody awaits any more still takes the next event of
/// its name.
/// </summary>
public static class ConnectionEventName
{
    public const string Cancelled = "Cancelled";

    public static string For(ConnectionEvent told, int attempt) => told switch
    {
        ConnectionEvent.TrustPolicyConfirmed => $"TrustPolicyConfirmed/{attempt}",
        ConnectionEvent.Configured => $"Configured/{attempt}",
        ConnectionEvent.BucketPolicyConfirmed => $"BucketPolicyConfirmed/{attempt}",
        ConnectionEvent.Cancelled => Cancelled,
        _ => throw new ArgumentOutOfRangeException(nameof(told)),
    };

    public static string For(ConfirmationStep confirmed, int attempt) =>
        For(
            confirmed is ConfirmationStep.TrustPolicy ? ConnectionEvent.TrustPolicyConfirmed : ConnectionEvent.BucketPolicyConfirmed,
            attempt);
}
