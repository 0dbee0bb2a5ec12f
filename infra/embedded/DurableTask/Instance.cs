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

    public string Id => id;

    /// <summary>Null where there is no such instance.</summary>
    public InstanceState? State { get; private set; }

    public OrchestrationRun? Run { get; private set; }

    /// <summary>Whether it is worth keeping in memory.</summary>
    public bool CanWait => State is { IsOver: false };

    public static async Task<Instance> LoadAsync(string id, HubSession session)
    {
        var instance = new Instance(id, session);
        if (await session.Parts.Storage.ReadAsync(Keys.Instance(id), session.Stopping) is { } row)
        {
            instance.State = InstanceState.From(row);
            instance._tail = await session.Parts.Storage.GetAsync(row, session.Stopping);
        }

        return instance;
    }

    /// <summary>Brings the code to where the history ends, if it isn't there yet.</summary>
    public async Task<OrchestrationRun> ReviveAsync()
    {
        if (Run is not null)
            return Run;
        var (parts, state) = (session.Parts, State!);
        var input = await parts.Storage.LoadTextAsync(state.Input, session.Stopping);
        var custom = await parts.Storage.LoadTextAsync(state.CustomStatus, session.Stopping);
        var history = new List<HistoryEvent>();
        for (var chunk = 0; chunk < state.Chunks; chunk++)
        {
            var row = await parts.Storage.ReadAsync(Keys.Chunk(id, state.Generation, chunk), session.Stopping)
                ?? throw new InvalidOperationException($"Part {chunk} of the history of instance '{id}' is gone.");
            history.AddRange(Json.FromLines<HistoryEvent>(await parts.Storage.GetAsync(row, session.Stopping)));
        }

        history.AddRange(Json.FromLines<HistoryEvent>(_tail));
        var parent = state.Parent is { } link ? new ParentOrchestrationInstance(link.Name, link.InstanceId) : null;
        if (!parts.Functions.TryGetOrchestrator(state.Name, out var code))
            code = _ => throw new InvalidOperationException($"There is no orchestrator named '{state.Name}'.");
        var run = new OrchestrationRun(new RunIdentity(id, state.Generation, state.Name, state.Version, input, parent), code, parts.Converter, parts.Loggers)
        {
            CustomStatus = custom,
        };
        run.Replay(history);
        if (run.Outcome is Outcome.Failed { Failure: { } failure })
            session.Logger.LogError("Instance {Instance} can't go on where it stopped. {Failure}", id, failure.ErrorMessage);
        return Run = run;
    }

    /// <summary>Writes what has changed, in one transaction, and only then takes it for true.</summary>
    /// <param name="next">Null to forget the instance.</param>
    /// <param name="happened">To append to the history; of a new generation, all of it.</param>
    /// <param name="others">Rows to write with it.</param>
    public async Task ChangeAsync(InstanceState? next, IReadOnlyList<HistoryEvent> happened, IReadOnlyList<TableTransactionAction> others)
    {
        var (storage, last) = (session.Parts.Storage, State);
        var rows = new List<TableTransactionAction>(others);
        var (tail, isNewHistory) = (_tail, last?.Generation != next?.Generation || next is { IsOver: true });
        if (isNewHistory)
        {
            var litter = last is null ? [] : Enumerable.Range(0, last.Chunks).Select(chunk => Keys.Chunk(id, last.Generation, chunk));
            next = next is null ? null : next with { Chunks = 0, HasLargeChunks = false, Litter = [.. next.Litter, .. litter] };
            tail = [];
        }

        if (next is { IsOver: false } && happened.Count > 0)
        {
            tail = [.. tail, .. Json.Lines(happened)];
            if (tail.Length > LongestTail)
            {
                var chunk = new TableEntity(Keys.Partition, Keys.Chunk(id, next.Generation, next.Chunks));
                await storage.PutAsync(chunk, tail, $"{Keys.Escape(id)}/history/{next.Generation:D8}/{next.Chunks:D6}", session.Stopping);
                rows.Add(new(TableTransactionActionType.UpsertReplace, chunk));
                next = next with { Chunks = next.Chunks + 1, HasLargeChunks = next.HasLargeChunks || chunk.ContainsKey("Blob") };
                tail = [];
            }
        }

        foreach (var litter in (next ?? last)?.Litter.Take(MostLitterATurn) ?? [])
            rows.Add(Delete(litter));
        next = next is null ? null : next with { Litter = [.. next.Litter.Skip(MostLitterATurn)] };

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
        (State, _tail) = (next, tail);
        if (isNewHistory)
            Run = null;
        if (next?.Due is { } due)
            session.WakeAt(due, id);
        if (last?.Status != next?.Status)
            session.Parts.Watchers.Changed(id);
    }

    private static TableTransactionAction Delete(string key) =>
        new(TableTransactionActionType.Delete, new TableEntity(Keys.Partition, key), ETag.All);

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
