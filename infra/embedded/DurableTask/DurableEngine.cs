using Microsoft.DurableTask;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ServerlessDrives.Embedded.DurableTask;

/// <summary>How much the engine does at a time.</summary>
public sealed record DurableEngineOptions
{
    /// <summary>Activities that run at the same time.</summary>
    public int ConcurrentActivities { get; init; } = 64;

    /// <summary>Waiting instances that are kept in memory; the others are read again when something arrives for them.</summary>
    public int LiveInstances { get; init; } = 500;
}

/// <summary>
/// Runs orchestrations on a table and blobs. Starting it takes the task hub from any engine that had it: that one is fenced off
/// and stops. Where only storage was away, or went back in time, it takes the hub again and goes on with what is stored.
/// </summary>
internal sealed class DurableEngine : IHostedService, IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly ILogger _logger;
    private readonly IHostApplicationLifetime? _lifetime;
    private TaskCompletionSource<HubSession> _session = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _running = Task.CompletedTask;
    private bool _disposed;

    public DurableEngine(
        IDurableTaskFunctions functions,
        DurableStorage storage,
        DataConverter converter,
        TimeProvider clock,
        ILoggerFactory loggers,
        DurableEngineOptions options,
        IHostApplicationLifetime? lifetime = null)
    {
        _logger = loggers.CreateLogger("DurableTask");
        _lifetime = lifetime;
        Parts = new EngineParts(new HubStorage(storage, clock, _logger), functions, converter, clock, loggers, new Watchers(), options);
    }

    public EngineParts Parts { get; }

    /// <summary>Ends when the engine has stopped, or was fenced off.</summary>
    public Task Running => _running;

    /// <summary>The session that now owns the hub, as soon as there is one.</summary>
    public Task<HubSession> SessionAsync(CancellationToken cancellation) => Volatile.Read(ref _session).Task.WaitAsync(cancellation);

    /// <summary>An instance as it was last stored, where this process owns the hub and has it in memory.</summary>
    public InstanceState? InMemory(string id) => Volatile.Read(ref _session).Task is { IsCompletedSuccessfully: true } open ? open.Result.InMemory(id) : null;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _running = Task.Run(RunAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _running.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        _disposed = true;
        await StopAsync(CancellationToken.None);
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                await using var session = await HubSession.OpenAsync(Parts, _stopping.Token);
                try
                {
                    await session.RunAsync(() => _session.TrySetResult(session));
                }
                catch (SessionLostException lost)
                {
                    if (await session.HasSuccessorAsync(_stopping.Token))
                    {
                        _logger.LogCritical("Another process has taken the task hub; this one stops.");
                        _lifetime?.StopApplication();
                        return;
                    }

                    _logger.LogError("{Reason} Durable work goes on with what is stored.", lost.Message);
                }
                finally
                {
                    if (_session.Task.IsCompleted)
                        Volatile.Write(ref _session, new(TaskCreationOptions.RunContinuationsAsynchronously));
                }
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            _logger.LogDebug("Durable work has stopped.");
        }
#pragma warning disable CA1031 // Nobody awaits this: whatever ends it has to be said here.
        catch (Exception broken)
#pragma warning restore CA1031
        {
            _logger.LogCritical(broken, "Durable work can't go on; the process stops.");
            _lifetime?.StopApplication();
        }
        finally
        {
            _session.TrySetException(new SessionLostException("The durable engine has stopped."));
            Parts.Watchers.AllChanged();
        }
    }
}
