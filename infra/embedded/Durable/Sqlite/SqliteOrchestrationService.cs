using System.Threading.Channels;
using DurableTask.Core;
using DurableTask.Core.History;
using Microsoft.Extensions.Logging;

namespace ServerlessDrives.Embedded.Durable.Sqlite;

/// <summary>
/// A storage provider of the Durable Task Framework for one machine. All that instances, messages and calls of activities are is in one
/// SQLite file; memory has only who is ready, and a bounded part of the histories. Each step is one operation of <see cref="GroupCommit"/>:
/// a turn takes its messages, extends the history and sends what it has to send, or nothing of it happens.
/// </summary>
public sealed partial class SqliteOrchestrationService : IOrchestrationService, IDisposable
{
    private const int MostMessagesATurn = 1000;

    private readonly SqliteOptions _options;
    private readonly TimeProvider _clock;
    private readonly HubDatabase _database;
    private readonly GroupCommit _commits;
    private readonly DueMessages _due;
    private readonly RecentHistories _histories;
    private readonly ReadyInstances _ready = new();
    private readonly Channel<long> _activities = Channel.CreateUnbounded<long>();
    private bool _disposed;

    /// <exception cref="HubInUseException">Another process has the folder's hub.</exception>
    public SqliteOrchestrationService(SqliteOptions options, TimeProvider clock, ILogger<SqliteOrchestrationService> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_options, _clock) = (options, clock);
        _histories = new(options.HistoryCacheBytes);
        _database = new(options.Folder);
        _due = new(
            clock,
            (after, until) => _database.Read(read => read.All(
                "SELECT DISTINCT instance FROM messages WHERE due > $1 AND due <= $2 ORDER BY due", row => row.GetString(0), after, until)),
            after => _database.Read(read => read.All(
                "SELECT due FROM messages WHERE due > $1 ORDER BY due LIMIT 1", row => (long?)row.GetInt64(0), after)).FirstOrDefault(),
            _ready.Signal);
        _commits = new(_database.Writer, clock, Publish, logger);
    }

    public int TaskOrchestrationDispatcherCount => 1;

    public int MaxConcurrentTaskOrchestrationWorkItems => _options.ConcurrentOrchestrations;

    public int TaskActivityDispatcherCount => 1;

    public int MaxConcurrentTaskActivityWorkItems => _options.ConcurrentActivities;

    public BehaviorOnContinueAsNew EventBehaviourForContinueAsNew => BehaviorOnContinueAsNew.Carryover;

    internal InstanceChanges Changes { get; } = new();

    internal GroupCommit Commits => _commits;

    /// <summary>Takes up what was ready when the last process ended.</summary>
    public Task StartAsync()
    {
        foreach (
            var instance in _database.Read(read =>
                read.All("SELECT DISTINCT instance FROM messages WHERE due IS NULL", row => row.GetString(0))))
            _ready.Signal(instance);
        foreach (
            var sequence in _database.Read(read => read.All("SELECT sequence FROM activities ORDER BY sequence", row => row.GetInt64(0))))
            _activities.Writer.TryWrite(sequence);
        _due.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync() => StopAsync(isForced: false);

    public Task StopAsync(bool isForced)
    {
        Dispose();
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _due.Dispose();
        _commits.Dispose();
        _database.Dispose();
    }

    /// <summary>Deletes what there is.</summary>
    public Task CreateAsync() => CreateAsync(recreateInstanceStore: true);

    public Task CreateAsync(bool recreateInstanceStore) => recreateInstanceStore ? DeleteAsync() : Task.CompletedTask;

    // The constructor makes the file.
    public Task CreateIfNotExistsAsync() => Task.CompletedTask;

    public Task DeleteAsync() => DeleteAsync(deleteInstanceStore: true);

    public Task DeleteAsync(bool deleteInstanceStore) => _commits.RunAsync(transaction => transaction.Database.Execute(
        "DELETE FROM messages; DELETE FROM activities; DELETE FROM history; DELETE FROM instances;"));

    public bool IsMaxMessageCountExceeded(int currentMessageCount, OrchestrationRuntimeState runtimeState) => false;

    public int GetDelayInSecondsAfterOnProcessException(Exception exception) => 0;

    public int GetDelayInSecondsAfterOnFetchException(Exception exception) => exception is StorageUnavailableException ? 1 : 0;

    public async Task<TaskOrchestrationWorkItem?> LockNextTaskOrchestrationWorkItemAsync(
        TimeSpan receiveTimeout,
        CancellationToken cancellationToken)
    {
        while (await NextAsync(_ready.Queue, receiveTimeout, cancellationToken) is { } instance)
        {
            _ready.Take(instance);
            SqliteWorkItem? turn = null;
            try
            {
                turn = _database.Read(read => Load(read, instance));
            }
            catch (StorageUnavailableException)
            {
                _ready.Signal(instance);
                throw;
            }
            finally
            {
                if (turn is null)
                    _ready.Release(instance);
            }

            if (turn is not null)
                return turn;
        }

        return null;
    }

    public async Task CompleteTaskOrchestrationWorkItemAsync(
        TaskOrchestrationWorkItem workItem,
        OrchestrationRuntimeState newOrchestrationRuntimeState,
        IList<TaskMessage> outboundMessages,
        IList<TaskMessage> orchestratorMessages,
        IList<TaskMessage> timerMessages,
        TaskMessage continuedAsNewMessage,
        OrchestrationState? orchestrationState)
    {
        var turn = (SqliteWorkItem)workItem;
        var outcome = new TurnOutcome(
            turn,
            newOrchestrationRuntimeState,
            outboundMessages,
            [.. orchestratorMessages, .. timerMessages],
            orchestrationState);
        if (await _commits.RunAsync(outcome.Write, waits: true) is { } history)
            _histories.Keep(turn.InstanceId, history);
    }

    public Task AbandonTaskOrchestrationWorkItemAsync(TaskOrchestrationWorkItem workItem)
    {
        ArgumentNullException.ThrowIfNull(workItem);
        return LaterAsync(() => _ready.Signal(workItem.InstanceId));
    }

    public Task ReleaseTaskOrchestrationWorkItemAsync(TaskOrchestrationWorkItem workItem)
    {
        var turn = (SqliteWorkItem)workItem;
        if (turn.HasMore)
            _ready.Signal(turn.InstanceId);
        _ready.Release(turn.InstanceId);
        return Task.CompletedTask;
    }

    public Task RenewTaskOrchestrationWorkItemLockAsync(TaskOrchestrationWorkItem workItem) => Task.CompletedTask;

    public async Task<TaskActivityWorkItem?> LockNextTaskActivityWorkItem(TimeSpan receiveTimeout, CancellationToken cancellationToken)
    {
        while (await NextAsync(_activities.Reader, receiveTimeout, cancellationToken) is var sequence and > 0)
        {
            try
            {
                if (_database.Read(read => read.ReadActivity(sequence)) is { } message)
                    return new SqliteActivityWorkItem
                    {
                        Sequence = sequence,
                        Id = $"{sequence}",
                        LockedUntilUtc = DateTime.MaxValue,
                        TaskMessage = message,
                    };
            }
            catch (StorageUnavailableException)
            {
                _activities.Writer.TryWrite(sequence);
                throw;
            }
        }

        return null;
    }

    public Task CompleteTaskActivityWorkItemAsync(TaskActivityWorkItem workItem, TaskMessage responseMessage)
    {
        var sequence = ((SqliteActivityWorkItem)workItem).Sequence;
        return _commits.RunAsync(
            transaction =>
            {
                if (transaction.Database.Execute("DELETE FROM activities WHERE sequence = $1", sequence) == 1)
                    transaction.Send(responseMessage);
                return true;
            },
            waits: true);
    }

    public Task AbandonTaskActivityWorkItemAsync(TaskActivityWorkItem workItem)
    {
        var sequence = ((SqliteActivityWorkItem)workItem).Sequence;
        return LaterAsync(() => _activities.Writer.TryWrite(sequence));
    }

    public Task<TaskActivityWorkItem> RenewTaskActivityWorkItemLockAsync(TaskActivityWorkItem workItem) => Task.FromResult(workItem);

    /// <returns>The default where there was none in time.</returns>
    private static async ValueTask<T?> NextAsync<T>(ChannelReader<T> queue, TimeSpan timeout, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
            return default;
        if (queue.TryRead(out var next))
            return next;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(timeout);
        try
        {
            return await queue.ReadAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            return default;
        }
    }

    /// <returns>Null where there is nothing that it can take.</returns>
    private SqliteWorkItem? Load(Statements read, string instance)
    {
        if (read.FindInstance(instance) is not { } found)
            return null;
        var messages = read.ReadMessages(instance, _due.Now, MostMessagesATurn);
        var history = _histories.Take(instance, found.Execution) ?? read.ReadHistory(instance, found.Execution);
        // What comes before a scheduled start waits for it.
        if (
            messages.Count == 0
            || (history.Events.Count == 0 && !messages.Exists(message => message.Message.Event is ExecutionStartedEvent)))
            return null;
        var hasMore = messages.Count == MostMessagesATurn;
        if (messages.Count > 1 && messages[0].Message.Event is ExecutionRewoundEvent)
        {
            // DurableTask.Core drops a rewind that does not come alone, and all that comes with it.
            messages.RemoveRange(1, messages.Count - 1);
            hasMore = true;
        }

        return new()
        {
            InstanceId = instance,
            Execution = found.Execution,
            Taken = messages.ConvertAll(message => message.Sequence),
            History = history,
            HasMore = hasMore,
            LockedUntilUtc = DateTime.MaxValue,
            NewMessages = messages.ConvertAll(message => message.Message),
            OrchestrationRuntimeState = new OrchestrationRuntimeState(history.Events),
        };
    }

    /// <summary>Gives work back after a while, so that one that can't be done doesn't keep the processor busy.</summary>
    private Task LaterAsync(Action giveBack)
    {
        _ = Task.Delay(_options.RetryDelay).ContinueWith(_ => giveBack(), TaskScheduler.Default);
        return Task.CompletedTask;
    }

    private void Publish(HubTransaction stored)
    {
        foreach (var sequence in stored.Activities)
            _activities.Writer.TryWrite(sequence);
        foreach (var (instance, due) in stored.Messages)
        {
            if (due is { } time)
                _due.Add(instance, time);
            else
                _ready.Signal(instance);
        }

        foreach (var instance in stored.Changed)
            Changes.Changed(instance);
    }
}
