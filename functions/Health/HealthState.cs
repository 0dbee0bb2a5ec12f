using ServerlessDrives.Drives;

namespace ServerlessDrives.Health;

/// <summary>What one look at a drive came to. Closed.</summary>
public abstract record HealthOutcome
{
    private HealthOutcome()
    {
    }

    /// <summary>It answered as it should.</summary>
    public sealed record Reachable : HealthOutcome;

    /// <summary>AWS asks us to slow down; that says nothing about the drive.</summary>
    public sealed record Throttled : HealthOutcome;

    /// <summary>AWS refused, or did not answer.</summary>
    public sealed record Refused(string Problem) : HealthOutcome;

    /// <summary>Reading works and writing doesn't.</summary>
    public sealed record ReadOnly(string Problem) : HealthOutcome;

    /// <summary>The look could not be made, by our own fault.</summary>
    public sealed record NotLooked(string Problem) : HealthOutcome;
}

/// <summary>What is remembered of a drive between two looks.</summary>
/// <param name="Failures">Refusals in a row.</param>
/// <param name="WriteProbedAt">When writing last succeeded or was refused; null for never.</param>
/// <param name="WritesRefused">Whether it was refused then. Writing is tried at every look until it works again.</param>
public sealed record HealthMemory(int Failures, DateTimeOffset? WriteProbedAt, bool WritesRefused)
{
    public static readonly HealthMemory None = new(0, null, false);

    /// <summary>Refusals in a row until a drive counts as down.</summary>
    public const int TimeLimit = 3;

    /// <summary>How often writing is tried.</summary>
    public static readonly TimeSpan WriteProbeEvery = TimeSpan.FromDays(1);

    public bool WriteProbeIsDue(DateTimeOffset now) => WritesRefused || WriteProbedAt is null || now - WriteProbedAt >= WriteProbeEvery;

    /// <summary>What is remembered after a look.</summary>
    public HealthMemory After(HealthOutcome outcome, bool wroteProbe, DateTimeOffset now) => new(
        outcome switch
        {
            HealthOutcome.Refused => Failures + 1,
            HealthOutcome.Reachable or HealthOutcome.ReadOnly => 0,
            _ => Failures,
        },
        // A probe that was throttled proved nothing, so it is made again.
        wroteProbe && outcome is HealthOutcome.Reachable or HealthOutcome.ReadOnly ? now : WriteProbedAt,
        outcome switch
        {
            HealthOutcome.ReadOnly => true,
            HealthOutcome.Reachable when wroteProbe => false,
            _ => WritesRefused,
        });

    /// <summary>The drive's health after a look, damped: three refusals in a row take it down, one good answer brings it back.</summary>
    public DriveHealth Judge(DriveHealth before, HealthOutcome outcome, bool wroteProbe, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(before);
        var (status, problem) = outcome switch
        {
            // Reading alone doesn't prove that writing works again.
            HealthOutcome.Reachable when WritesRefused && !wroteProbe => (HealthStatus.Degraded, before.Problem),
            HealthOutcome.Reachable => (HealthStatus.Healthy, null),
            HealthOutcome.ReadOnly readOnly => (HealthStatus.Degraded, readOnly.Problem),
            HealthOutcome.Throttled when before.Status is HealthStatus.Unreachable => (before.Status, before.Problem),
            HealthOutcome.Throttled => (HealthStatus.Degraded, Slow),
            // The way down was explained by a full verification, which says more than one look.
            HealthOutcome.Refused when before.Status is HealthStatus.Unreachable => (before.Status, before.Problem),
            HealthOutcome.Refused refused when Failures + 1 >= TimeLimit => (HealthStatus.Unreachable, refused.Problem),
            HealthOutcome.Refused => (before.Status, before.Problem),
            HealthOutcome.NotLooked when before.Status is HealthStatus.Unreachable => (before.Status, before.Problem),
            HealthOutcome.NotLooked notLooked => (HealthStatus.Unknown, notLooked.Problem),
            _ => throw new InvalidOperationException($"Unknown outcome {outcome}."),
        };
        return new(status, now, status == before.Status ? before.Since : now, problem);
    }

    private const string Slow = "AWS asked us to slow down. Nothing has to be changed; if it lasts, spread the load on this bucket.";
}
