using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Azure;
using Azure.Data.Tables;
using ServerlessDrives.Drives;
using ServerlessDrives.Health;

namespace ServerlessDrives.Adapters.Tables;

/// <summary>When drives are looked at: a partition for each shard, its rows in the order of their times.</summary>
internal sealed class TableHealthSchedule(TableServiceClient service) : IHealthSchedule
{
    public const string Name = "HealthSchedule";
    private const string Due = "due|";

    private readonly TableClient _table = service.GetTableClient(Name);

    public int Shards => 16;

    public Task EnrollAsync(OrganizationId organization, DriveId drive, DateTimeOffset due, CancellationToken cancellation) =>
        _table.UpsertEntityAsync(RowOf(ShardOf(drive), organization, drive, due, HealthMemory.None), TableUpdateMode.Replace, cancellation);

    public async Task<IReadOnlyList<DueCheck>> DueAsync(int shard, DateTimeOffset now, int most, CancellationToken cancellation)
    {
        var checks = new List<DueCheck>();
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {PartitionOf(shard)} and RowKey ge {Due} and RowKey lt {Due + Ticks(now) + "~"}");
        await foreach (var row in _table.QueryAsync<DueRow>(filter, Math.Min(most, 1000), cancellationToken: cancellation))
        {
            checks.Add(new(shard, row.RowKey, OrganizationId.Of(row.Organization), DriveId.Of(row.Drive), row.At, new(row.Failures, row.WriteProbedAt)));
            if (checks.Count == most)
                break;
        }

        return checks;
    }

    public Task RescheduleAsync(DueCheck check, DateTimeOffset due, HealthMemory memory, CancellationToken cancellation)
    {
        var partition = PartitionOf(check.Shard);
        return new Transaction(_table, partition)
            .Put(RowOf(check.Shard, check.Organization, check.Drive, due, memory))
            .Delete(new DueRow { RowKey = check.Mark }, ETag.All)
            .CommitAsync(cancellation);
    }

    public Task DropAsync(DueCheck check, CancellationToken cancellation) => _table.DeleteEntityAsync(PartitionOf(check.Shard), check.Mark, ETag.All, cancellation);

    private int ShardOf(DriveId drive) => SHA256.HashData(Encoding.UTF8.GetBytes(drive.Value))[0] % Shards;

    private static DueRow RowOf(int shard, OrganizationId organization, DriveId drive, DateTimeOffset due, HealthMemory memory) => new()
    {
        PartitionKey = PartitionOf(shard),
        RowKey = $"{Due}{Ticks(due)}|{drive}",
        Organization = organization.Value,
        Drive = drive.Value,
        At = due,
        Failures = memory.Failures,
        WriteProbedAt = memory.WriteProbedAt,
    };

    private static string PartitionOf(int shard) => $"shard-{shard:D2}";

    private static string Ticks(DateTimeOffset at) => at.UtcTicks.ToString("D19", CultureInfo.InvariantCulture);

    private sealed class DueRow : Row
    {
        public string Organization { get; set; } = "";
        public string Drive { get; set; } = "";
        public DateTimeOffset At { get; set; }
        public int Failures { get; set; }
        public DateTimeOffset? WriteProbedAt { get; set; }
    }
}

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
            new ChangeRow { PartitionKey = partition, RowKey = Ticks(change.At), At = change.At, Status = change.Status.ToString(), Problem = change.Problem }, TableUpdateMode.Replace, cancellation);
        var forgotten = TableClient.CreateQueryFilter($"PartitionKey eq {partition} and RowKey lt {Ticks(change.At - IHealthHistory.Kept)}");
        await foreach (var row in _table.QueryAsync<ChangeRow>(forgotten, cancellationToken: cancellation))
            await _table.DeleteEntityAsync(row, ETag.All, cancellation);
    }

    public async Task<IReadOnlyList<HealthChange>> ListAsync(OrganizationId organization, DriveId drive, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellation)
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
