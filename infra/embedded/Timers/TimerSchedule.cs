using System.Globalization;
using Microsoft.Extensions.Configuration;
using NCrontab;
using ServerlessDrives.Embedded.Worker;

namespace ServerlessDrives.Embedded.Timers;

/// <summary>When a timer fires: a cron expression of five or six fields, or a fixed pause.</summary>
internal sealed class TimerSchedule
{
    private readonly CrontabSchedule? _cron;
    private readonly TimeSpan _pause;

    private TimerSchedule(CrontabSchedule? cron, TimeSpan pause) => (_cron, _pause) = (cron, pause);

    /// <summary>The shortest time between two turns.</summary>
    public TimeSpan Period
    {
        get
        {
            if (_cron is null)
                return _pause;
            var turns = _cron.GetNextOccurrences(DateTime.UnixEpoch, DateTime.UnixEpoch.AddYears(1)).Take(10).ToList();
            return turns.Count < 2 ? TimeSpan.MaxValue : turns.Zip(turns.Skip(1), (one, next) => next - one).Min();
        }
    }

    public DateTime After(DateTime now) => _cron?.GetNextOccurrence(now) ?? now + _pause;

    public static TimerSchedule Parse(LoadedFunction function, IConfiguration configuration)
    {
        var text = function.Trigger.GetProperty("schedule").GetString()!;
        if (text is ['%', .., '%'])
        {
            var setting = text[1..^1].Replace("__", ":", StringComparison.Ordinal);
            text =
                configuration[setting]
                ?? throw new StartRefusedException($"{function.EntryPoint}: its schedule is the setting {setting}, which isn't there.");
        }

        if (TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var pause) && pause > TimeSpan.Zero)
            return new(null, pause);
        var withSeconds = text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length == 6;
        return CrontabSchedule.TryParse(text, new CrontabSchedule.ParseOptions { IncludingSeconds = withSeconds }) is { } cron
            ? new(cron, default)
            : throw new StartRefusedException(
                $"{function.EntryPoint}: '{text}' is not a schedule. Five cron fields, six with seconds first, or a time span were " +
                "expected."
            );
    }
}
