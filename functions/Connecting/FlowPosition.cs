using System.Text.Json.Serialization;

namespace ServerlessDrives.Connecting;

/// <summary>Where a connection's orchestration is, as it publishes it by its custom status, which is no part of its history.</summary>
/// <param name="Attempt">The attempt that it is at.</param>
/// <param name="WaitsAt">The connection's status while it waits for people; null while it is at work.</param>
public sealed record FlowPosition(
    int Attempt, [property: JsonConverter(typeof(JsonStringEnumConverter<ConnectionStatus>))] ConnectionStatus? WaitsAt)
{
    public static FlowPosition AtWork(ConnectionAttempt attempt)
    {
        ArgumentNullException.ThrowIfNull(attempt);
        return new(attempt.Number, WaitsAt: null);
    }

    public static FlowPosition WaitingFor(ConnectionEvent awaited, ConnectionAttempt attempt)
    {
        ArgumentNullException.ThrowIfNull(attempt);
        return new(attempt.Number, awaited switch
        {
            ConnectionEvent.TrustPolicyConfirmed => ConnectionStatus.AwaitingTrustPolicy,
            ConnectionEvent.Configured => ConnectionStatus.AwaitingConfiguration,
            _ => ConnectionStatus.AwaitingBucketPolicy,
        });
    }
}

/// <summary>A connection's orchestration as it is stored.</summary>
/// <param name="IsOver">Whether it has ended, in whichever way.</param>
/// <param name="Position">Null where it has published none: it has not begun, or it began before positions were published.</param>
/// <param name="ChangedAt">When anything last happened to it.</param>
public sealed record FlowState(bool IsOver, FlowPosition? Position, DateTimeOffset ChangedAt);
