using Azure;
using Azure.Data.Tables;
using ServerlessDrives.Access;
using ServerlessDrives.Secrets;

namespace ServerlessDrives.Adapters.Tables;

/// <summary>Secrets whose fate is open: a short-lived row for each, in one small partition that a timer reads.</summary>
internal sealed class TablePendingSecrets(TableServiceClient service) : IPendingSecrets
{
    private const string Partition = "secrets";
    private const int MostAtATime = 500;

    private readonly TableClient _table = service.GetTableClient(PendingSignals.Name);

    public Task NoteAsync(PendingSecret secret, CancellationToken cancellation)
    {
        var row = new SecretRow
        {
            PartitionKey = Partition,
            RowKey = secret.Name.Value,
            Organization = secret.Organization.Value,
            Owner = secret.Owner,
            NotedAt = secret.NotedAt,
        };
        return _table.UpsertEntityAsync(row, TableUpdateMode.Replace, cancellation);
    }

    public Task StrikeAsync(SecretName name, CancellationToken cancellation) =>
        _table.DeleteEntityAsync(Partition, name.Value, ETag.All, cancellation);

    public async Task<IReadOnlyList<PendingSecret>> NotedBeforeAsync(DateTimeOffset moment, CancellationToken cancellation)
    {
        var noted = new List<PendingSecret>();
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {Partition} and NotedAt lt {moment}");
        await foreach (var row in _table.QueryAsync<SecretRow>(filter, MostAtATime, cancellationToken: cancellation))
        {
            noted.Add(new(Stored.Read(SecretName.Parse(row.RowKey)), OrganizationId.Of(row.Organization), row.Owner, row.NotedAt));
            if (noted.Count == MostAtATime)
                break;
        }

        return noted;
    }

    private sealed class SecretRow : Row
    {
        public string Organization { get; set; } = "";
        public string Owner { get; set; } = "";
        public DateTimeOffset NotedAt { get; set; }
    }
}
