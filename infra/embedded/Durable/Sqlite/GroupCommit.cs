using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using SQLitePCL;

namespace ServerlessDrives.Embedded.Durable.Sqlite;

/// <summary>
/// The one writer. Operations that come while it commits share its next transaction: each is in it whole or not at all, and its task
/// completes after the commit. Where the file can't be written, an operation fails, or waits and is tried again until it can.
/// </summary>
internal sealed class GroupCommit : IDisposable
{
    private const int MostAtOnce = 512;
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(2);

    private readonly Channel<Operation> _queue = Channel.CreateUnbounded<Operation>(new() { SingleReader = true });
    private readonly Statements _database;
    private readonly TimeProvider _clock;
    private readonly Action<HubTransaction> _stored;
    private readonly ILogger _logger;
    private readonly Thread _thread;
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _broken = new();
    private List<Operation> _batch = [];
    private List<Operation> _waiting = [];
    private TimeSpan _delay;

    /// <param name="stored">Called after the commit, for each operation in it.</param>
    public GroupCommit(Statements database, TimeProvider clock, Action<HubTransaction> stored, ILogger logger)
    {
        (_database, _clock, _stored, _logger) = (database, clock, stored, logger);
        _thread = new Thread(Run) { IsBackground = true, Name = "Durable storage" };
        _thread.Start();
    }

    /// <summary>
    /// Called on the writer's thread before and after each commit; what it throws ends the writer, as the end of the process would.
    /// </summary>
    public Action<CommitMoment>? Crash { get; set; }

    public long Commits { get; private set; }

    /// <summary>Cancelled when the writer has ended by a fault of its own; nothing is stored any more.</summary>
    public CancellationToken Broken => _broken.Token;

    /// <exception cref="StorageUnavailableException">The file can't be written, and the operation doesn't wait until it can.</exception>
    public Task<T> RunAsync<T>(Func<HubTransaction, T> operation, bool waits = false)
    {
        var queued = new Operation<T>(operation, waits);
        if (!_queue.Writer.TryWrite(queued))
            queued.Fail(Stopped());
        return queued.Task;
    }

    /// <summary>Writes what has come, unless the file can't be written, and ends.</summary>
    public void Dispose()
    {
        _queue.Writer.TryComplete();
        _stopping.Cancel();
        _thread.Join();
        _stopping.Dispose();
        _broken.Dispose();
    }

    private static StorageUnavailableException Stopped() => new("The durable storage is closed.");

    private void Run()
    {
        try
        {
            while (Next() is { Count: > 0 } batch)
            {
                _batch = batch;
                Report(Write(batch));
            }
        }
#pragma warning disable CA1031 // The thread's last line: nothing above it could tell.
        catch (Exception broken)
#pragma warning restore CA1031
        {
            _logger.LogCritical(broken, "The durable storage stops.");
            _queue.Writer.TryComplete();
            _broken.Cancel();
        }

        while (_queue.Reader.TryRead(out var left))
            _waiting.Add(left);
        foreach (var left in _batch.Concat(_waiting))
            left.Fail(Stopped());
    }

    /// <returns>None when there will be no more.</returns>
    private List<Operation> Next()
    {
        var batch = _waiting;
        _waiting = [];
        if (batch.Count == 0)
        {
            if (!_queue.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
                return [];
        }
        else if (!_stopping.IsCancellationRequested)
        {
            // Something new may fit where what waits does not.
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
            limit.CancelAfter(_delay);
            try
            {
                _queue.Reader.WaitToReadAsync(limit.Token).AsTask().GetAwaiter().GetResult();
            }
            catch (OperationCanceledException)
            {
                // Its time to try again has come.
            }
        }

        while (batch.Count < MostAtOnce && _queue.Reader.TryRead(out var next))
            batch.Add(next);
        return batch;
    }

    /// <returns>Why something could not be written.</returns>
    private StorageUnavailableException? Write(List<Operation> batch)
    {
        try
        {
            Commit(batch);
            return null;
        }
        catch (SqliteException) when (batch.Count > 1)
        {
            // Something in it may be too large for what room there is, and the rest fits.
            RollBack();
            return batch.ConvertAll(one => Write([one])).Find(failure => failure is not null);
        }
        catch (SqliteException broken)
        {
            RollBack();
            var failure = new StorageUnavailableException($"The durable storage can't be written: {broken.Message}", broken);
            if (batch[0].Waits && !_stopping.IsCancellationRequested)
                _waiting.Add(batch[0]);
            else
                batch[0].Fail(failure);
            return failure;
        }
    }

    private void Report(StorageUnavailableException? failure)
    {
        if (failure is null)
        {
            if (_delay > TimeSpan.Zero)
                _logger.LogInformation("The durable storage can be written again.");
            _delay = TimeSpan.Zero;
            return;
        }

        if (_delay == TimeSpan.Zero)
            _logger.LogError("{Reason} What has to be stored waits and is tried again.", failure.Message);
        _delay = _delay == TimeSpan.Zero ? FirstDelay : TimeSpan.FromTicks(Math.Min(_delay.Ticks * 2, LongestDelay.Ticks));
    }

    private void Commit(List<Operation> batch)
    {
        var now = _clock.GetUtcNow().UtcTicks;
        var done = new List<(Operation Operation, HubTransaction Transaction)>(batch.Count);
        _database.Execute("BEGIN IMMEDIATE");
        foreach (var operation in batch)
        {
            var transaction = new HubTransaction(_database, now);
            _database.Execute("SAVEPOINT operation");
            try
            {
                operation.Run(transaction);
                done.Add((operation, transaction));
            }
            catch (Exception refused) when (!IsOfStorage(refused))
            {
                _database.Execute("ROLLBACK TO operation");
                operation.Fail(refused);
            }

            _database.Execute("RELEASE operation");
        }

        Crash?.Invoke(CommitMoment.Before);
        _database.Execute("COMMIT");
        Commits++;
        Crash?.Invoke(CommitMoment.After);
        foreach (var (operation, transaction) in done)
        {
            _stored(transaction);
            operation.Complete();
        }
    }

    /// <summary>The file or the disk is to blame, and not the operation.</summary>
    private static bool IsOfStorage(Exception failure) =>
        failure
            is SqliteException
        {
            SqliteErrorCode: not (
                    raw.SQLITE_ERROR
                    or raw.SQLITE_CONSTRAINT
                    or raw.SQLITE_MISMATCH
                    or raw.SQLITE_MISUSE
                    or raw.SQLITE_RANGE
                    or raw.SQLITE_TOOBIG)
        };

    private void RollBack()
    {
        try
        {
            _database.Execute("ROLLBACK");
        }
        catch (SqliteException)
        {
            // SQLite has rolled back by itself.
        }
    }

    private abstract class Operation(bool waits)
    {
        public bool Waits => waits;

        public abstract void Run(HubTransaction transaction);

        public abstract void Complete();

        public abstract void Fail(Exception reason);
    }

    private sealed class Operation<T>(Func<HubTransaction, T> run, bool waits) : Operation(waits)
    {
        private readonly TaskCompletionSource<T> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T _result = default!;

        public Task<T> Task => _outcome.Task;

        public override void Run(HubTransaction transaction) => _result = run(transaction);

        public override void Complete() => _outcome.TrySetResult(_result);

        public override void Fail(Exception reason) => _outcome.TrySetException(reason);
    }
}

internal enum CommitMoment
{
    Before,
    After,
}
