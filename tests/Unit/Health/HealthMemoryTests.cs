using ServerlessDrives.Drives;
using ServerlessDrives.Health;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Unit.Health;

public sealed class HealthMemoryTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    private static readonly DriveHealth Healthy = new(HealthStatus.Healthy, Noon, Noon, null);
    private static readonly HealthOutcome Refused = new HealthOutcome.Refused("The key is gone.");

    [Fact]
    public void Three_refusals_in_a_row_take_a_drive_down_and_one_answer_brings_it_back()
    {
        var (memory, health) = (HealthMemory.None, Healthy);
        foreach (var expected in new[] { HealthStatus.Healthy, HealthStatus.Healthy, HealthStatus.Unreachable })
        {
            health = memory.Judge(health, Refused, wroteProbe: false, Noon);
            memory = memory.After(Refused, wroteProbe: false, Noon);
            health.Status.ShouldBe(expected);
        }

        health.Problem.ShouldBe("The key is gone.");
        memory.Judge(health, new HealthOutcome.Reachable(), wroteProbe: false, Noon).Status.ShouldBe(HealthStatus.Healthy);
    }

    [Fact]
    public void Refusals_that_are_not_in_a_row_do_not_add_up()
    {
        var memory = HealthMemory.None;
        foreach (var outcome in new[] { Refused, Refused, new HealthOutcome.Reachable(), Refused, Refused })
        {
            memory.Judge(Healthy, outcome, wroteProbe: false, Noon).Status.ShouldBe(HealthStatus.Healthy);
            memory = memory.After(outcome, wroteProbe: false, Noon);
        }
    }

    [Fact]
    public void Throttling_degrades_and_never_takes_down()
    {
        var (memory, health) = (HealthMemory.None, Healthy);
        for (var i = 0; i < 20; i++)
        {
            health = memory.Judge(health, new HealthOutcome.Throttled(), wroteProbe: false, Noon);
            memory = memory.After(new HealthOutcome.Throttled(), wroteProbe: false, Noon);
        }

        health.Status.ShouldBe(HealthStatus.Degraded);
        memory.Judge(health, new HealthOutcome.Reachable(), wroteProbe: false, Noon).Status.ShouldBe(HealthStatus.Healthy);
    }

    [Fact]
    public void A_look_that_could_not_be_made_is_unknown_and_never_green() =>
        HealthMemory
            .None.Judge(Healthy, new HealthOutcome.NotLooked("our clock"), wroteProbe: false, Noon)
            .Status.ShouldBe(HealthStatus.Unknown);

    [Fact]
    public void A_drive_that_can_be_read_but_not_written_stays_degraded_until_writing_works()
    {
        var memory = HealthMemory.None.After(new HealthOutcome.ReadOnly("no PutObject"), wroteProbe: true, Noon);
        var health = HealthMemory.None.Judge(Healthy, new HealthOutcome.ReadOnly("no PutObject"), wroteProbe: true, Noon);
        health.Status.ShouldBe(HealthStatus.Degraded);
        memory.Judge(health, new HealthOutcome.Reachable(), wroteProbe: false, Noon).Status.ShouldBe(HealthStatus.Degraded);
        memory.Judge(health, new HealthOutcome.Reachable(), wroteProbe: true, Noon).Status.ShouldBe(HealthStatus.Healthy);
    }

    [Fact]
    public void A_status_keeps_the_time_since_when_it_has_been()
    {
        var later = Noon + TimeSpan.FromHours(1);
        HealthMemory
            .None.Judge(Healthy, new HealthOutcome.Reachable(), wroteProbe: false, later)
            .ShouldBe(Healthy with { CheckedAt = later });
    }

    [Fact]
    public void A_write_probe_that_was_throttled_is_made_again_and_a_refused_one_at_every_look()
    {
        HealthMemory.None.After(new HealthOutcome.Throttled(), wroteProbe: true, Noon).WriteProbeIsDue(Noon).ShouldBeTrue();
        HealthMemory.None.After(new HealthOutcome.ReadOnly("no"), wroteProbe: true, Noon).WriteProbeIsDue(Noon).ShouldBeTrue();
        var proven = HealthMemory.None.After(new HealthOutcome.Reachable(), wroteProbe: true, Noon);
        proven.WriteProbeIsDue(Noon + TimeSpan.FromHours(23)).ShouldBeFalse();
        proven.WriteProbeIsDue(Noon + TimeSpan.FromHours(24)).ShouldBeTrue();
    }
}
