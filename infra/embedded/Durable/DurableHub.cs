using DurableTask.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ServerlessDrives.Embedded.Durable.Sqlite;

namespace ServerlessDrives.Embedded.Durable;

/// <summary>A task hub: its storage, the dispatcher, and what clients are answered from.</summary>
public sealed class DurableHub : IHostedService, IAsyncDisposable
{
    private readonly DurableHubOptions _options;
    private readonly DurableDispatcher _dispatcher;
    private readonly WorkUnderWay _underWay = new();
    private readonly CancellationTokenSource _stopping = new();
    private bool _stopped;

    /// <exception cref="HubInUseException">Another process has the folder's hub.</exception>
    public DurableHub(DurableHubOptions options, IDurableWorker worker, TimeProvider clock, ILoggerFactory loggers)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        Stopping = _stopping.Token;
        Provider =
            options.Provider is DurableProvider.AzureStorage
                ? AzureStorageHubProvider.Create(options, loggers)
                : OnSqlite(options, clock, loggers);
        var sessions = options.ExtendedSessions ? new ExtendedSessions(options.SessionIdleTimeout, options.MostSessions) : null;
        var service = new ObservedOrchestrationService(
            Provider.Service,
            _underWay,
            Provider.Changes.Changed,
            instance => sessions?.Forget(instance));
        _dispatcher = new(service, _underWay, worker, sessions, clock, loggers);
    }

    internal HubProvider Provider { get; }

    internal IOrchestrationServiceClient Client => Provider.Client;

    internal InstanceChanges Changes => Provider.Changes;

    internal CancellationToken Stopping { get; }

    /// <summary>
    /// For tests: called before and after each commit of our own storage; what it throws ends it, as the end of the process would.
    /// </summary>
    internal void CrashAtCommits(Action<CommitMoment> crash) => ((SqliteHubProvider)Provider).CrashAtCommits(crash);

    /// <summary>
    /// Cancelled when the storage on SQLite has ended by a fault of its own; nothing is stored any more, and the process had better end.
    /// </summary>
    internal CancellationToken Broken => (Provider.Service as SqliteOrchestrationService)?.Commits.Broken ?? CancellationToken.None;

    /// <summary>Transactions of the storage on SQLite so far.</summary>
    public long CommitCount => (Provider.Service as SqliteOrchestrationService)?.Commits.Commits ?? 0;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await Provider.Service.CreateIfNotExistsAsync();
        await _dispatcher.StartAsync();
    }

    /// <summary>Takes no more work, lets what is under way end within a limit, stores it and closes the storage.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _stopped, true))
            return;
        await _stopping.CancelAsync();
        await _dispatcher.StopAsync(_options.StopLimit, Provider.StopsAtOnce);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None);
        _dispatcher.Dispose();
        _underWay.Dispose();
        Provider.Dispose();
        _stopping.Dispose();
    }

    private static SqliteHubProvider OnSqlite(DurableHubOptions options, TimeProvider clock, ILoggerFactory loggers) => new(new(
        new()
        {
            Folder = options.Folder,
            ConcurrentOrchestrations = options.ConcurrentOrchestrations,
            ConcurrentActivities = options.ConcurrentActivities,
            RetryDelay = options.RetryDelay,
            HistoryCacheBytes = options.HistoryCacheBytes,
        },
        clock,
        loggers.CreateLogger<SqliteOrchestrationService>()));
}
