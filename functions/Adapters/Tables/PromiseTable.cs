using Azure.Data.Tables;
using ServerlessDrives.Connecting;

namespace ServerlessDrives.Adapters.Tables;

/// <summary>What was about to be told to orchestrations: a short-lived row for each, in one small partition that the recovery timer reads.</summary>
internal sealed class PromiseTable(TableServiceClient service)
{
    public const string Name = "Promises";
    private const string Partition = "connections";
    private const int MostAtATime = 500;

    private readonly TableClient _table = service.GetTableClient(Name);

    public Task MakeAsync(ConnectionKey key, DateTimeOffset now, CancellationToken cancellation) =>
        _table.UpsertEntityAsync(
            new PromiseRow { PartitionKey = Partition, RowKey = key.Connection.Value, Organization = key.Organization.Value, MadeAt = now },
            TableUpdateMode.Replace,
            cancellation);

    public Task KeepAsync(ConnectionKey key, CancellationToken cancellation) =>
        _table.DeleteEntityAsync(Partition, key.Connection.Value, cancellationToken: cancellation);

    public async Task<IReadOnlyList<ConnectionKey>> BrokenAsync(DateTimeOffset before, CancellationToken cancellation)
    {
        var broken = new List<ConnectionKey>();
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {Partition} and MadeAt lt {before}");
        await foreach (var row in _table.QueryAsync<PromiseRow>(filter, MostAtATime, cancellationToken: cancellation))
        {
            broken.Add(new(OrganizationId.Of(row.Organization), ConnectionId.Of(row.RowKey)));
            if (broken.Count == MostAtATime)
                break;
        }

        return broken;
    }
}
