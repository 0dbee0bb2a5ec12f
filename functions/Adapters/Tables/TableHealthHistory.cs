using System.Globalization;
using Azure;
using Azure.Data.Tables;
using ServerlessDrives.Drives;
using ServerlessDrives.Health;

namespace ServerlessDrives.Adapters.Tables;

/// <summary>How drives were: a partition for each drive, a row for each change.</summary>
internal sealed class TableHealthHistory(TableServiceClient service) : IHealthHistory
{
    public const string Name = "HealthHistory";
    private const int Most = 1000;

    private readonly TableClient _table = service.GetTableClient(Name);

    public async Task NoteAsync(OrganizationId organization, DriveId drive, HealthChange change, CancellationToken cancellation)
    {
        var partition = PartitionOf(organization, drive);
        await _table.UpsertEntityAsync(
            new ChangeRow
            {
                PartitionKey = partition,
                RowKey = Ticks(change.At),
                At = change.At,
                Status = change.Status.ToString(),
                Problem = change.Problem,
            },
            TableUpdateMode.Replace,
            cancellation);
        await DeleteBeforeAsync(partition, Ticks(change.At - IHealthHistory.Kept), cancellation);
    }

    public Task ForgetAsync(OrganizationId organization, DriveId drive, CancellationToken cancellation) =>
        DeleteBeforeAsync(PartitionOf(organization, drive), "~", cancellation);

    private async Task DeleteBeforeAsync(string partition, string end, CancellationToken cancellation)
    {
        var forgotten = TableClient.CreateQueryFilter($"PartitionKey eq {partition} and RowKey lt {end}");
        await foreach (var row in _table.QueryAsync<ChangeRow>(forgotten, cancellationToken: cancellation))
            await _table.DeleteEntityAsync(row, ETag.All, cancellation);
    }

    public async Task<IReadOnlyList<HealthChange>> ListAsync(
        OrganizationId organization,
        DriveId drive,
        DateTimeOffset from,
        DateTimeOffset to,
        CancellationToken cancellation)
    {
        var changes = new List<HealthChange>();
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {PartitionOf(organization, drive)} and RowKey le {Ticks(to)}");
        await foreach (var row in _table.QueryAsync<ChangeRow>(filter, cancellationToken: cancellation))
        {
            var change = new HealthChange(row.At, Stored.Enum<HealthStatus>(row.Status), row.Problem);
            if (change.At <= from)
                changes.Clear();
            changes.Add(change);
            if (changes.Count == Most)
                break;
        }

        return changes;
    }

    private static string PartitionOf(OrganizationId organization, DriveId drive) => $"{organization}|{drive}";

    private static string Ticks(DateTimeOffset at) => at.UtcTicks.ToString("D19", CultureInfo.InvariantCulture);

    private sealed class ChangeRow : Row
    {
        public DateTimeOffset At { get; set; }
        public string Status { get; set; } = "";
        public string? Problem { get; set; }
    }
}
