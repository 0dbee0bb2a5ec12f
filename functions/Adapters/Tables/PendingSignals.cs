using Azure.Data.Tables;
using ServerlessDrives.Connecting;

namespace ServerlessDrives.Adapters.Tables;

/// <summary>
/// What was about to be told to orchestrations: a short-lived row for each, in one small partition that the recovery timer reads. Events
/// have another one.
/// </summary>
internal sealed class PendingSignals(TableServiceClient service)
{
    public const string Name = "Promises";
    private const string Partition = "connections";
    private const int MostAtATime = 500;

    private readonly TableClient _table = service.GetTableClient(Name);

    public async Task<PendingSignal> BeginAsync(ConnectionKey key, DateTimeOffset now, CancellationToken cancellation)
    {
        var signal = new PendingSignal(key, $"{key.Connection}|{Guid.NewGuid():N}");
        await _table.AddEntityAsync(
            new PromiseRow
            {
                PartitionKey = Partition,
                RowKey = signal.Mark,
                Organization = key.Organization.Value,
                Connection = key.Connection.Value,
                MadeAt = now,
            },
            cancellation);
        return signal;
    }

    public Task CompleteAsync(PendingSignal signal, CancellationToken cancellation) =>
        _table.DeleteEntityAsync(Partition, signal.Mark, cancellationToken: cancellation);

    public async Task<IReadOnlyList<PendingSignal>> AbandonedAsync(DateTimeOffset before, CancellationToken cancellation)
    {
        var broken = new List<PendingSignal>();
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {Partition} and MadeAt lt {before}");
        await foreach (var row in _table.QueryAsync<PromiseRow>(filter, MostAtATime, cancellationToken: cancellation))
        {
            broken.Add(new(new(OrganizationId.Of(row.Organization), ConnectionId.Of(row.Connection)), row.RowKey));
            if (broken.Count == MostAtATime)
                break;
        }

        return broken;
    }
}
