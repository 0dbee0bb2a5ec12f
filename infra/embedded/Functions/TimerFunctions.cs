using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NCrontab;

namespace ServerlessDrives.Embedded.Functions;

/// <summary>Runs the catalog's timers: each one at a time, with what it missed while the app was down told by <see cref="TimerInfo.IsPastDue"/>.</summary>
internal sealed class TimerFunctions(
    FunctionCatalog catalog, FunctionInvoker invoker, IConfiguration configuration, TimeProvider clock, string dataFolder, ILogger<TimerFunctions> log) : BackgroundService
{
    private static readonly ActivitySource Source = new("Microsoft.Azure.Functions.Worker");

    /// <exception cref="StartRefusedException">A schedule can't be read.</exception>
    public void Check()
    {
        foreach (var (entry, trigger) in catalog.TriggeredBy<TimerTriggerAttribute>())
            _ = TimerSchedule.Parse(trigger.Schedule, entry, configuration);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        catalog.TriggeredBy<TimerTriggerAttribute>().Select(timer => RunAsync(timer.Entry, timer.Trigger, stoppingToken)));

    private async Task RunAsync(FunctionEntry entry, TimerTriggerAttribute trigger, CancellationToken stopping)
    {
        await Task.Yield();
        var schedule = TimerSchedule.Parse(trigger.Schedule, entry, configuration);
        var file = Path.Combine(dataFolder, "timers", $"{entry.Name}.json");
        var monitored = trigger.UseMonitor && schedule.Period >= TimeSpan.FromMinutes(1);
        var status = (monitored ? Read(file) : null) ?? new ScheduleStatus { Next = schedule.After(clock.GetUtcNow().UtcDateTime) };
        try
        {
            var missed = status.Next <= clock.GetUtcNow().UtcDateTime;
            if (missed || trigger.RunOnStartup)
                status = await TickAsync(entry, schedule, status, missed, monitored ? file : null, stopping);
            while (true)
            {
                if (status.Next - clock.GetUtcNow().UtcDateTime is { Ticks: > 0 } wait)
                    await Task.Delay(wait < LongestDelay ? wait : LongestDelay, clock, stopping);
                if (status.Next <= clock.GetUtcNow().UtcDateTime)
                    status = await TickAsync(entry, schedule, status, missed: false, monitored ? file : null, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The app is stopping.
        }
    }

    private static readonly TimeSpan LongestDelay = TimeSpan.FromDays(20);

    private async Task<ScheduleStatus> TickAsync(FunctionEntry entry, TimerSchedule schedule, ScheduleStatus status, bool missed, string? file, CancellationToken stopping)
    {
        using var span = Source.StartActivity(entry.Name);
        span?.SetTag("faas.trigger", "timer");
        try
        {
            await invoker.InvokeAsync(entry, new TimerInfo { IsPastDue = missed, ScheduleStatus = file is null ? null : status }, after: null, stopping);
        }
        catch (Exception failure) when (!stopping.IsCancellationRequested)
        {
            log.LogError(failure, "The timer {Function} failed; its next turn comes as scheduled.", entry.Name);
        }

        var now = clock.GetUtcNow().UtcDateTime;
        var after = new ScheduleStatus { Last = now, LastUpdated = now, Next = schedule.After(now) };
        if (file is not null)
            Store(file, after, entry);
        return after;
    }

    private static ScheduleStatus? Read(string file)
    {
        try
        {
            return File.Exists(file) ? JsonSerializer.Deserialize<ScheduleStatus>(File.ReadAllText(file)) : null;
        }
        catch (JsonException)
        {
            // A crash cut the file short; the timer begins anew.
            return null;
        }
    }

    private void Store(string file, ScheduleStatus status, FunctionEntry entry)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file + ".new", JsonSerializer.Serialize(status));
            File.Move(file + ".new", file, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // A full disk is no reason to end the app.
            log.LogWarning("When the timer {Function} is due next could not be stored: after a restart it may run once more. {Reason}", entry.Name, error.Message);
        }
    }
}

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

    public static TimerSchedule Parse(string text, FunctionEntry entry, IConfiguration configuration)
    {
        if (text is ['%', .., '%'])
        {
            var setting = text[1..^1].Replace("__", ":", StringComparison.Ordinal);
            text = configuration[setting] ?? throw new StartRefusedException($"{entry.Where}: its schedule is the setting {setting}, which isn't there.");
        }

        if (TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var pause) && pause > TimeSpan.Zero)
            return new(null, pause);
        var withSeconds = text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length == 6;
        return CrontabSchedule.TryParse(text, new CrontabSchedule.ParseOptions { IncludingSeconds = withSeconds }) is { } cron
            ? new(cron, default)
            : throw new StartRefusedException($"{entry.Where}: '{text}' is not a schedule. Five cron fields, six with seconds first, or a time span were expected.");
    }
}
