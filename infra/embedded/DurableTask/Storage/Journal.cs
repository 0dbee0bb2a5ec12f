using System.Threading.Channels;
using Azure;
using Azure.Data.Tables;
using Microsoft.Extensions.Logging;

namespace ServerlessDrives.Embedded.DurableTask;

/// <summary>
/// Writes for one epoch of one task hub. What several instances have to write at the same time goes into one transaction.
/// Every transaction also updates the epoch's lane row under its ETag: so transactions happen in order and once, even where
/// an answer was lost; and a writer whose lane was deleted by the next owner can't write at all.
/// </summary>
internal sealed class Journal(HubStorage storage, long epoch, ETag laneTag, ILogger logger)
{
    /// <summary>A transaction may have 100 rows, one of them the lane's, and 4 MiB.</summary>
    private const int MostRows = 99;
    private const int MostBytes = 3_000_000;

    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(20);

    private readonly Channel<Commit> _waiting = Channel.CreateUnbounded<Commit>(new UnboundedChannelOptions { SingleReader = true });
    private ETag _laneTag = laneTag;

    /// <summary>Writes the rows, all or none.</summary>
    /// <exception cref="SessionLostException">The hub has another owner, or its storage went back in time.</exception>
    public async Task CommitAsync(IReadOnlyList<TableTransactionAction> rows)
    {
        var commit = new Commit(rows, rows.Sum(SizeOf));
        if (!_waiting.Writer.TryWrite(commit))
            throw new SessionLostException("The task hub's session is over.");
        await commit.Done.Task;
    }

    /// <summary>Writes until cancelled, or lost.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        Commit? next = null;
        var batch = new List<Commit>();
        Exception end = new SessionLostException("The task hub's session is over.");
        try
        {
            while (next is not null || await _waiting.Reader.WaitToReadAsync(cancellation))
            {
                batch.Clear();
                var (rows, bytes) = (0, 0);
                while (next is not null || _waiting.Reader.TryRead(out next))
                {
                    if (batch.Count > 0 && (rows + next.Rows.Count > MostRows || bytes + next.Bytes > MostBytes))
                        break;
                    (rows, bytes) = (rows + next.Rows.Count, bytes + next.Bytes);
                    batch.Add(next);
                    next = null;
                }

                await WriteAsync(batch, cancellation);
            }
        }
        catch (SessionLostException lost)
        {
            end = lost;
            throw;
        }
        finally
        {
            _waiting.Writer.TryComplete();
            foreach (var commit in batch)
                commit.Done.TrySetException(end);
            next?.Done.TrySetException(end);
            while (_waiting.Reader.TryRead(out var late))
                late.Done.TrySetException(end);
        }
    }

    private static int SizeOf(TableTransactionAction action)
    {
        const int ForKeysAndHeaders = 1_200;
        return action.Entity is not TableEntity row ? ForKeysAndHeaders : ForKeysAndHeaders + row.Sum(property => 60 + property.Value switch
        {
            string text => text.Length * 3,
            byte[] bytes => bytes.Length * 4 / 3,
            _ => 40,
        });
    }

    private async Task WriteAsync(List<Commit> batch, CancellationToken cancellation)
    {
        // The same name for all attempts: one that was given up may still have its effect while the next is on its way.
        var transaction = Guid.NewGuid().ToString("N");
        for (var attempt = 0; batch.Count > 0; attempt++)
        {
            var lane = new TableEntity(Keys.Partition, Keys.Lane(epoch)) { ["Transaction"] = transaction };
            TableTransactionAction[] rows =
                [new(TableTransactionActionType.UpdateReplace, lane, _laneTag), .. batch.SelectMany(commit => commit.Rows)];
            using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limited.CancelAfter(CallTimeout);
            try
            {
                var written = await storage.Table.SubmitTransactionAsync(rows, limited.Token);
                _laneTag = written.Value[0].Headers.ETag ?? throw new InvalidOperationException("Storage gave no ETag.");
                Succeed(batch);
                return;
            }
            catch (Exception refused) when (refused is RequestFailedException || Trouble.IsPassing(refused, cancellation))
            {
                if (await HasHappenedAsync(transaction, cancellation))
                {
                    Succeed(batch);
                    return;
                }

                if (Trouble.IsPassing(refused, cancellation))
                    await storage.PauseAsync(attempt, refused, cancellation);
                else
                {
                    await RefuseAsync(batch, (RequestFailedException)refused, cancellation);
                    transaction = Guid.NewGuid().ToString("N");
                }
            }
        }
    }

    private void Succeed(List<Commit> batch)
    {
        storage.SayThatItIsBack();
        foreach (var commit in batch)
            commit.Done.TrySetResult();
        batch.Clear();
    }

    /// <summary>Whether the transaction was written although its answer says otherwise, or never came.</summary>
    private async Task<bool> HasHappenedAsync(string transaction, CancellationToken cancellation)
    {
        var lane = await storage.ReadAsync(Keys.Lane(epoch), cancellation);
        if (lane is null)
            throw new SessionLostException("The task hub has another owner.");
        if (lane.GetString("Transaction") == transaction)
        {
            _laneTag = lane.ETag;
            return true;
        }

        if (lane.ETag != _laneTag)
            throw new SessionLostException("The task hub's storage went back in time.");
        return false;
    }

    /// <summary>Takes out the commit that storage doesn't want, so that the others don't suffer for it.</summary>
    private async Task RefuseAsync(List<Commit> batch, RequestFailedException refused, CancellationToken cancellation)
    {
        var culprit = batch.Count == 1 ? batch[0] : null;
        if (culprit is null && refused is TableTransactionFailedException { FailedTransactionActionIndex: { } failed and > 0 })
        {
            var seen = 1;
            culprit = batch.First(commit => (seen += commit.Rows.Count) > failed);
        }

        if (culprit is not null)
        {
            logger.LogError(refused, "Storage refused a transaction of {Rows} rows and about {Bytes} bytes.", culprit.Rows.Count, culprit.Bytes);
            batch.Remove(culprit);
            culprit.Done.TrySetException(refused);
            return;
        }

        foreach (var commit in batch.ToArray())
        {
            batch.Remove(commit);
            await WriteAsync([commit], cancellation);
        }
    }

    private sealed record Commit(IReadOnlyList<TableTransactionAction> Rows, int Bytes)
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
