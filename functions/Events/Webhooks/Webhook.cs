using System.Text.Json.Serialization;
using ServerlessDrives.Access;
using ServerlessDrives.Events.Audit;

namespace ServerlessDrives.Events.Webhooks;

/// <summary>Where events are sent to.</summary>
public sealed record Webhook
{
    public required WebhookId Id { get; init; }
    public required OrganizationId Organization { get; init; }
    public required Uri Url { get; init; }
    public string? Description { get; init; }

    /// <summary>Which events; empty for all.</summary>
    public required IReadOnlyList<string> Types { get; init; }

    /// <summary>Where the vault keeps the signing key.</summary>
    public required SecretName Secret { get; init; }

    public required string SecretVersion { get; init; }

    /// <summary>Since when nothing could be delivered; null while it works.</summary>
    public DateTimeOffset? FailingSince { get; init; }

    /// <summary>Since when deliveries arrive; null before the first one.</summary>
    public DateTimeOffset? WorksSince { get; init; }

    /// <summary>When it was given up: after a day of failures, or when it answered 410.</summary>
    public DateTimeOffset? DisabledAt { get; init; }

    public required UserId CreatedBy { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }

    public bool Wants(string type) => DisabledAt is null && (Types.Count == 0 || Types.Contains(type));
}

/// <summary>One event on its way to one webhook.</summary>
public sealed record Delivery
{
    public required DeliveryId Id { get; init; }
    public required OrganizationId Organization { get; init; }
    public required WebhookId Webhook { get; init; }
    public required ProductEvent Event { get; init; }
    public DeliveryStatus Status { get; init; } = DeliveryStatus.Pending;

    /// <summary>The latest tries, at most <see cref="MostAttempts"/>.</summary>
    public IReadOnlyList<DeliveryAttempt> Attempts { get; init; } = [];

    /// <summary>How often it was tried in all.</summary>
    public int Tries { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the day of tries began: with the event, or with a redelivery.</summary>
    public required DateTimeOffset TryingSince { get; init; }

    public DateTimeOffset? NextAttemptAt { get; init; }

    /// <summary>
    /// The act of having it sent, which is written down at the latest before it is tried; null once it was, and for what nobody asked for.
    /// </summary>
    public AuditRecord? Asked { get; init; }

    /// <summary>The key under which <see cref="Asked"/> is written down.</summary>
    [JsonIgnore]
    public string AskedKey => $"{Id}-asked-{TryingSince.UtcTicks}";

    public const int MostAttempts = 20;

    /// <summary>For how long it is tried.</summary>
    public static readonly TimeSpan RetryPeriod = TimeSpan.FromDays(1);

    private static readonly TimeSpan[] Pauses =
    [
        TimeSpan.FromSeconds(5),
        TimeSpan.FromSeconds(30),
        TimeSpan.FromMinutes(2),
        TimeSpan.FromMinutes(10),
        TimeSpan.FromMinutes(30),
        TimeSpan.FromHours(1),
        TimeSpan.FromHours(2),
    ];

    /// <summary>What the delivery is after a try.</summary>
    /// <param name="spread">0 to 1: spreads retries over a fifth of the pause, so that a receiver that comes back isn't overrun.</param>
    public Delivery After(DeliveryAttempt attempt, double spread)
    {
        ArgumentNullException.ThrowIfNull(attempt);
        var tried = this with { Attempts = [.. Attempts.TakeLast(MostAttempts - 1), attempt], Tries = Tries + 1, Asked = null };
        if (attempt.Succeeded)
            return tried with { Status = DeliveryStatus.Delivered, NextAttemptAt = null };
        var pause = Pauses[Math.Min(Tries, Pauses.Length - 1)] * (1 + (spread / 5));
        var (next, end) = (attempt.At + (attempt.RetryAfter > pause ? attempt.RetryAfter.Value : pause), TryingSince + RetryPeriod);
        return attempt.IsFinal || attempt.At >= end
            ? tried with { Status = DeliveryStatus.Dead, NextAttemptAt = null }
            // The last try comes when the day is over, not some hours before.
            : tried with { NextAttemptAt = next < end ? next : end };
    }

    /// <summary>Whether it was given up after a day in which nothing could be delivered to this webhook at all.</summary>
    public bool SaysDead(Webhook webhook)
    {
        ArgumentNullException.ThrowIfNull(webhook);
        return Status is DeliveryStatus.Dead && webhook.FailingSince is { } since && since <= TryingSince + Beginning;
    }

    /// <summary>How long after an event its first try may come.</summary>
    private static readonly TimeSpan Beginning = TimeSpan.FromMinutes(10);

    /// <summary>Tried again from the beginning, because somebody asked for it.</summary>
    public Delivery Again(UserId by, DateTimeOffset now) => Again(now) with { Asked = WebhookAuditRecords.Redelivered(by, this) };

    /// <summary>The same, together with others.</summary>
    public Delivery Again(DateTimeOffset now) =>
        this with
        {
            Status = DeliveryStatus.Pending,
            TryingSince = now,
            NextAttemptAt = now,
            Tries = 0,
            Asked = null,
        };
}

public enum DeliveryStatus
{
    Pending,
    Delivered,

    /// <summary>Given up; on the dead-letter list until somebody has it redelivered.</summary>
    Dead,
}

/// <param name="Status">The receiver's HTTP status; null when there was no answer.</param>
/// <param name="DurationMs">Milliseconds until the answer or the end of patience.</param>
/// <param name="Error">A sentence when there was no good answer.</param>
/// <param name="RetryAfter">What the receiver asked for.</param>
public sealed record DeliveryAttempt(DateTimeOffset At, int? Status, long DurationMs, string? Error, TimeSpan? RetryAfter = null)
{
    public bool Succeeded => Status is >= 200 and < 300;

    /// <summary>410: the receiver never wants to hear of it again.</summary>
    public bool IsFinal => Status is 410;
}
