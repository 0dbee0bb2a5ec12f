using System.Runtime.CompilerServices;
using Azure.Data.Tables;
using ServerlessDrives.Drives;

namespace ServerlessDrives.Adapters.Tables;

/// <summary>Work on drives that has not ended: a partition of <see cref="PendingSignals"/>'s table for each orchestration.</summary>
internal sealed class TablePendingDriveWork(TableServiceClient service, TimeProvider clock) : IPendingDriveWork
{
    private readonly TableClient _table = service.GetTableClient(PendingSignals.Name);

    public Task NoteAsync<TInput>(string orchestration, string instance, TInput input, CancellationToken cancellation) =>
        _table.UpsertEntityAsync(
            new WorkRow { PartitionKey = orchestration, RowKey = instance, Input = Stored.Write(input), MadeAt = clock.GetUtcNow() },
            TableUpdateMode.Replace,
            cancellation);

    public Task DoneAsync(string orchestration, string instance, CancellationToken cancellation) =>
        _table.DeleteEntityAsync(orchestration, instance, cancellationToken: cancellation);

    public async IAsyncEnumerable<(string Instance, TInput Input)> NotedAsync<TInput>(
        string orchestration, DateTimeOffset before, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {orchestration} and MadeAt lt {before}");
        await foreach (var row in _table.QueryAsync<WorkRow>(filter, cancellationToken: cancellation))
            yield return (row.RowKey, Stored.Read<TInput>(row.Input));
    }

    public async Task<bool> IsNotedAsync(string orchestration, string instance, CancellationToken cancellation) =>
        await _table.FindAsync<WorkRow>(orchestration, instance, cancellation) is not null;

    private sealed class WorkRow : Row
    {
        /// <summary>The orchestration's input as JSON; it names a secret and holds none.</summary>
        public string Input { get; set; } = "";

        public DateTimeOffset MadeAt { get; set; }
    }
}
