using ServerlessDrives.Health;
using Shouldly;
using Xunit;

namespace ServerlessDrives.Tests.Unit.Health;

public sealed class HealthScheduleTests
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(5);
    private static readonly DateTimeOffset Noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    private static readonly HealthSchedule Turns = new(Every);
    private static readonly DriveId[] Drives = [.. Enumerable.Range(0, 2_000).Select(i => DriveId.Of($"drv_{i}"))];

    [Fact]
    public void Every_drive_has_one_turn_in_each_round_wherever_the_sweeps_are_cut()
    {
        var random = new Random(7);
        var looks = Drives.ToDictionary(drive => drive, _ => new List<DateTimeOffset>());
        var (position, now) = (Turns.Whole(Noon, Noon), Noon);
        while (now < Noon + (10 * Every))
        {
            now += TimeSpan.FromMilliseconds(random.Next(1, 40_000));
            foreach (var (drive, turn) in Due(position, now))
                looks[drive].Add(turn);
            position = Turns.Whole(position.Since, now);
        }

        foreach (var turns in looks.Values)
        {
            turns.Count.ShouldBeInRange(9, 11);
            turns.Zip(turns.Skip(1), (one, next) => next - one).ShouldAllBe(apart => apart == Every);
        }
    }

    [Fact]
    public void Turns_are_spread_over_the_round()
    {
        var quarters = Drives
            .GroupBy(drive => HealthSchedule.PlaceOf(drive) * 4 / HealthSchedule.Places)
            .Select(quarter => quarter.Count());
        quarters.ShouldAllBe(count => count > 400 && count < 600);
    }

    [Fact]
    public void After_an_hour_away_every_drive_is_due_once_not_twelve_times()
    {
        var resumed = Turns.Resume(Turns.Whole(Noon, Noon), Noon + TimeSpan.FromHours(1));
        Due(resumed, Noon + TimeSpan.FromHours(1)).Select(due => due.Drive).ShouldBe(Drives, ignoreOrder: true);
    }

    [Fact]
    public void A_sweep_that_was_cut_off_goes_on_behind_the_last_drive_that_it_looked_at()
    {
        var all = Due(Turns.Whole(Noon, Noon), Noon + TimeSpan.FromMinutes(3)).ToList();
        var (drive, turn) = all[99];
        var rest = Due(new SweepPosition(Noon, turn, HealthSchedule.KeyOf(drive)), Noon + TimeSpan.FromMinutes(3));
        rest.ShouldBe(all.Skip(100));
    }

    [Fact]
    public void The_last_look_is_told_by_the_position_and_not_claimed_for_a_time_when_nothing_ran()
    {
        var at = Noon + TimeSpan.FromMinutes(20);
        foreach (var drive in Drives.Take(200))
        {
            var last = Turns.LastTurnOf(drive, Turns.Whole(Noon, at))!.Value;
            (at - last).ShouldBeLessThan(Every);
            last.ShouldBeLessThanOrEqualTo(at);
            var restarted = Turns.LastTurnOf(drive, Turns.Whole(at - TimeSpan.FromMinutes(1), at));
            restarted.ShouldBe(at - last < TimeSpan.FromMinutes(1) ? last : null);
        }
    }

    [Fact]
    public void Another_interval_in_the_settings_goes_on_at_the_same_moment()
    {
        var other = new HealthSchedule(TimeSpan.FromMinutes(7));
        other.Resume(Turns.Whole(Noon, Noon), Noon + TimeSpan.FromSeconds(1)).At.ShouldBe(Noon);
    }

    private static IEnumerable<(DriveId Drive, DateTimeOffset Turn)> Due(SweepPosition since, DateTimeOffset until) =>
        from range in Turns.Between(since, until)
        from drive in Drives.OrderBy(HealthSchedule.KeyOf, StringComparer.Ordinal)
        let key = HealthSchedule.KeyOf(drive)
        where string.CompareOrdinal(key, range.After) > 0 && string.CompareOrdinal(key, range.End) < 0
        select (drive, Turns.TurnOf(key, range.Start));
}
