using Azure;
using Azure.Data.Tables;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace ServerlessDrives.Embedded.DurableTask;

/// <summary>An instance as it is stored, and its code as far as it has come; changed only together with the stored rows.</summary>
internal sealed class Instance(string id, HubSession session)
{
    /// <summary>The youngest history is rewritten with every turn until it is this long, in bytes; then it is put aside.</summary>
    private const int LongestTail = 16_000;

    /// <summary>Rows deleted with one turn.</summary>
    private const int MostLitterATurn = 30;

    private byte[] _tail = [];
    private volatile InstanceState? _state;

    public string Id => id;

    /// <summary>Null where there is no such instance.</summary>
    public InstanceState? State => _state;

    public OrchestrationRun? Run { get; private set; }

    /// <summary>Whether it is worth keeping in memory.</summary>
    public bool CanWait => State is { IsOver: false };

    public static async Task<Instance> LoadAsync(string id, HubSession session)
    {
        var instance = new Instance(id, session);
        if (await session.Parts.Storage.ReadAsync(Keys.Instance(id), session.Stopping) is { } row)
        {
            instance._state = InstanceState.From(row);
            instance._tail = await session.Parts.Storage.GetAsync(row, session.Stopping);
        }

        return instance;
    }

    /// <summary>Brings the code to where the history ends, if it isn't there yet.</summary>
    public async Task<OrchestrationRun> ReviveAsync()
    {
        if (Run is not null)
            return Run;
        var (storage, state) = (session.Parts.Storage, State!);
        var run = NewRun(state, await storage.LoadTextAsync(state.Input, session.Stopping));
        run.CustomStatus = await storage.LoadTextAsync(state.CustomStatus, session.Stopping);
        run.Replay([.. await OlderHistoryAsync(state), .. Json.FromLines<HistoryEvent>(_tail)]);
        if (run.Outcome is Outcome.Failed { Failure: { } failure })
            session.Logger.LogError("Instance {Instance} can't go on where it stopped. {Failure}", id, failure.ErrorMessage);
        return Run = run;
    }

    /// <summary>An orchestrator's code that has not begun.</summary>
    public OrchestrationRun NewRun(InstanceState state, string? input)
    {
        var parts = session.Parts;
        var parent = state.Parent is { } link ? new ParentOrchestrationInstance(link.Name, link.InstanceId) : null;
        if (!parts.Functions.TryGetOrchestrator(state.Name, out var code))
            code = _ => throw new InvalidOperationException($"There is no orchestrator named '{state.Name}'.");
        return new(new RunIdentity(id, state.Generation, state.Name, state.Version, input, parent), code, parts.Converter, parts.Loggers);
    }

    /// <summary>Writes what has changed, in one transaction, and only then takes it for true.</summary>
    /// <param name="next">Null to forget the instance.</param>
    /// <param name="happened">To append to the history; of a new generation, all of it.</param>
    /// <param name="others">Rows to write with it.</param>
    /// <param name="begun">The code of a new generation, where it has already begun.</param>
    public async Task ChangeAsync(
        InstanceState? next, IReadOnlyList<HistoryEvent> happened, IReadOnlyList<TableTransactionAction> others, OrchestrationRun? begun = null)
    {
        var (storage, last) = (session.Parts.Storage, State);
        var rows = new List<TableTransactionAction>(others);
        var (tail, isNewHistory) = (_tail, last?.Generation != next?.Generation || next is { IsOver: true });
        if (isNewHistory)
        {
            Litter[] litter = last is { Chunks: > 0 } ? [new(last.Generation, 0, last.Chunks)] : [];
            next = next is null ? null : next with { Chunks = 0, HasLargeChunks = false, Litter = [.. next.Litter, .. litter] };
            tail = [];
        }

        if (next is { IsOver: false } && happened.Count > 0)
        {
            tail = [.. tail, .. Json.Lines(happened)];
            if (tail.Length > LongestTail)
            {
                var chunk = new TableEntity(Keys.Partition, Keys.Chunk(id, next.Generation, next.Chunks));
                await storage.PutAsync(chunk, tail, $"{BlobsOf(next.Generation)}{session.NextOrder()}", session.Stopping);
                rows.Add(new(TableTransactionActionType.UpsertReplace, chunk));
                next = next with { Chunks = next.Chunks + 1, HasLargeChunks = next.HasLargeChunks || chunk.ContainsKey("Blob") };
                tail = [];
            }
        }

        if (next is { Litter.Count: > 0 })
            next = next with { Litter = [.. PickUp(next.Litter, rows)] };
        AddIndexRows(rows, last, next);
        if (next is not null)
        {
            var row = next.ToRow();
            await storage.PutAsync(row, tail, string.Empty, session.Stopping);
            rows.Add(new(TableTransactionActionType.UpsertReplace, row));
        }
        else if (last is not null)
        {
            rows.Add(Delete(Keys.Instance(id)));
        }

        if (rows.Count > 0)
            await session.CommitAsync(rows);
        (_state, _tail) = (next, tail);
        if (isNewHistory)
            Run = next is { IsOver: false } ? begun : null;
        if (next?.Due is { } due && due != last?.Due)
            session.WakeAt(due, id);
        if (last?.Status != next?.Status || last?.Generation != next?.Generation)
            session.Parts.Watchers.Changed(id, next);
        if (last is not null && next is not null)
            DiscardBlobs(last, next);
    }

    /// <summary>What the names of a generation's blobs begin with. Each is written once, since a fenced owner may still be writing.</summary>
    private string BlobsOf(string generation) => $"{Keys.Escape(id)}/history/{generation}/";

    private static TableTransactionAction Delete(string key) =>
        new(TableTransactionActionType.Delete, new TableEntity(Keys.Partition, key), ETag.All);

    private async Task<List<HistoryEvent>> OlderHistoryAsync(InstanceState state)
    {
        var (storage, history, chunks) = (session.Parts.Storage, new List<HistoryEvent>(), 0);
        if (state.Chunks == 0)
            return history;
        await foreach (var row in storage.RangeAsync(Keys.Chunk(id, state.Generation, 0), Keys.Chunk(id, state.Generation, state.Chunks), session.Stopping))
        {
            history.AddRange(Json.FromLines<HistoryEvent>(await storage.GetAsync(row, session.Stopping)));
            chunks++;
        }

        return chunks == state.Chunks
            ? history
            : throw new InvalidOperationException($"Of the {state.Chunks} older parts of the history of instance '{id}', storage has {chunks}.");
    }

    /// <summary>Adds some of the litter's rows to those to be deleted.</summary>
    /// <returns>What remains.</returns>
    private IEnumerable<Litter> PickUp(IReadOnlyList<Litter> litter, List<TableTransactionAction> rows)
    {
        var left = MostLitterATurn;
        foreach (var heap in litter)
        {
            var end = Math.Min(heap.End, heap.First + left);
            for (var chunk = heap.First; chunk < end; chunk++, left--)
                rows.Add(Delete(Keys.Chunk(id, heap.Generation, chunk)));
            if (end < heap.End)
                yield return heap with { First = end };
        }
    }

    /// <summary>What a crash keeps from being discarded is found at the next start, see <see cref="OrphanedBlobs"/>.</summary>
    private void DiscardBlobs(InstanceState last, InstanceState next)
    {
        string?[] now = [next.Input?.Blob, next.Output?.Blob, next.CustomStatus?.Blob];
        string?[] before = [last.Input?.Blob, last.Output?.Blob, last.CustomStatus?.Blob];
        foreach (var blob in before.OfType<string>().Except(now.OfType<string>()))
            session.Bin.Discard(blob);
        if (last.HasLargeChunks && !next.HasLargeChunks)
            session.Bin.Discard(BlobsOf(last.Generation));
    }

    private void AddIndexRows(List<TableTransactionAction> rows, InstanceState? last, InstanceState? next)
    {
        var (wasReady, isReady) = (last?.IsReady ?? false, next?.IsReady ?? false);
        if (isReady && !wasReady)
            rows.Add(new(TableTransactionActionType.UpsertReplace, new TableEntity(Keys.Partition, Keys.Ready(id)) { ["Id"] = id }));
        else if (wasReady && !isReady)
            rows.Add(Delete(Keys.Ready(id)));

        if (last?.Due == next?.Due)
            return;
        if (last?.Due is { } then)
            rows.Add(Delete(Keys.Due(then, id)));
        if (next?.Due is { } due)
            rows.Add(new(TableTransactionActionType.UpsertReplace, new TableEntity(Keys.Partition, Keys.Due(due, id)) { ["Id"] = id, ["Due"] = due.Ticks }));
    }
}
