using System.Diagnostics;
using System.Text.Json;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using ServerlessDrives.Embedded.Worker;
using ServerlessDrives.Embedded.Worker.Protocol;

namespace ServerlessDrives.Embedded.Timers;

/// <summary>
/// Fires the app's timers, each one at a time. What a timer missed while the app was down it is told by <see cref="TimerInfo.IsPastDue"/>,
/// once; when each was last due is kept in the data folder.
/// </summary>
internal sealed class TimerFunctions(
    WorkerChannel worker,
    IConfiguration configuration,
    TimeProvider clock,
    string dataFolder,
    ILogger<TimerFunctions> log
) : IAsyncDisposable
{
    private static readonly ActivitySource Source = new("Microsoft.Azure.Functions.Worker");
    private static readonly TimeSpan LongestDelay = TimeSpan.FromDays(20);

    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;

    /// <exception cref="StartRefusedException">A schedule can't be read.</exception>
    public void Start(IEnumerable<LoadedFunction> functions)
    {
        var timers = functions.Where(function => function.TriggerType is LoadedFunction.TimerTrigger)
            .Select(function => (function, TimerSchedule.Parse(function, configuration))).ToList();
        _running = Task.WhenAll(timers.Select(timer => RunAsync(timer.function, timer.Item2, _stopping.Token)));
    }

    /// <summary>Fires no more, asks what runs to end, and waits for it.</summary>
    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stopping.Dispose();
    }

    private async Task RunAsync(LoadedFunction function, TimerSchedule schedule, CancellationToken stopping)
    {
        await Task.Yield();
        var file = Path.Combine(dataFolder, "timers", $"{function.Name}.json");
        var monitored = Flag(function, "useMonitor", otherwise: true) && schedule.Period >= TimeSpan.FromMinutes(1);
        var status = (monitored ? Read(file) : null) ?? new ScheduleStatus { Next = schedule.After(clock.GetUtcNow().UtcDateTime) };
        try
        {
            var missed = status.Next <= clock.GetUtcNow().UtcDateTime;
            if (missed || Flag(function, "runOnStartup", otherwise: false))
                status = await FireAsync(function, schedule, status, missed, monitored ? file : null, stopping);
            while (true)
            {
                if (status.Next - clock.GetUtcNow().UtcDateTime is { Ticks: > 0 } wait)
                    await Task.Delay(wait < LongestDelay ? wait : LongestDelay, clock, stopping);
                if (status.Next <= clock.GetUtcNow().UtcDateTime)
                    status = await FireAsync(function, schedule, status, missed: false, monitored ? file : null, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The app is stopping.
        }
    }

    private async Task<ScheduleStatus> FireAsync(
        LoadedFunction function, TimerSchedule schedule, ScheduleStatus status, bool missed, string? file, CancellationToken stopping)
    {
        using var span = Source.StartActivity(function.Name);
        span?.SetTag("faas.trigger", "timer");
        try
        {
            var info = JsonSerializer.Serialize(new TimerInfo { IsPastDue = missed, ScheduleStatus = file is null ? null : status });
            var answer = await worker.InvokeAsync(function, Guid.NewGuid().ToString(), new() { Json = info }, metadata: null, stopping);
            if (answer.Result.Status is not StatusResult.Types.Status.Success && !stopping.IsCancellationRequested)
                log.LogError(
                    new FunctionFailedException(answer.Result.Exception),
                    "The timer {Function} failed; it fires again as scheduled.",
                    function.Name);
        }
        catch (WorkerLostException) when (stopping.IsCancellationRequested)
        {
            // The app is stopping.
        }

        stopping.ThrowIfCancellationRequested();
        var now = clock.GetUtcNow().UtcDateTime;
        var after = new ScheduleStatus { Last = now, LastUpdated = now, Next = schedule.After(now) };
        if (file is not null)
            Store(file, after, function);
        return after;
    }

    private static bool Flag(LoadedFunction function, string name, bool otherwise) =>
        function.Trigger.TryGetProperty(name, out var value) ? value.ValueKind is JsonValueKind.True : otherwise;

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

    private void Store(string file, ScheduleStatus status, LoadedFunction function)
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
            log.LogWarning(
                "When the timer {Function} is due next could not be stored: after a restart it may run once more. {Reason}",
                function.Name,
                error.Message);
        }
    }
}
