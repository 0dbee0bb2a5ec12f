using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ServerlessDrives.Usage;

/// <summary>
/// Writes what this instance has counted, once a minute and when it stops. A timer of the process itself: a trigger's would run on one
/// instance only, and each has its own counts.
/// </summary>
internal sealed class FlushUsage(DriveUsage usage, UsageOptions options, TimeProvider clock, ILogger<FlushUsage> log)
    : BackgroundService,
        IHostedLifecycleService
{
    /// <summary>How often drives are written of which nothing but health checks was counted.</summary>
    private static readonly TimeSpan HealthChecksEvery = TimeSpan.FromHours(1);

    /// <summary>At the end; hosts give a process little more.</summary>
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(5);

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Once the server and everything else have stopped: requests and timers that end meanwhile are counted.</summary>
    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        // Not the host's own limit: what others took of it to stop is no reason to lose counts.
        using var limit = new CancellationTokenSource(TimeLimit);
        await WriteAsync(all: true, limit.Token);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.WriteEvery, clock);
        var next = clock.GetUtcNow() + HealthChecksEvery;
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                var all = clock.GetUtcNow() >= next;
                if (all)
                    next = clock.GetUtcNow() + HealthChecksEvery;
                await WriteAsync(all, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What is left is written by StoppedAsync.
        }
    }

    private async Task WriteAsync(bool all, CancellationToken cancellation)
    {
        try
        {
            if (await usage.FlushAsync(all, cancellation) is { } failure)
                log.LogWarning(failure, "Some of what was counted of drives' usage could not be written; it is tried again.");
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            log.LogInformation("What was counted of drives' usage was not written to the end.");
        }
    }
}
