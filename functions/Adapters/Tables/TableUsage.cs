using System.Globalization;
using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;
using ServerlessDrives.Usage;

namespace ServerlessDrives.Adapters.Tables;

/// <summary>How drives were used: a partition for each drive, a row for each day and instance of the app.</summary>
internal sealed class TableUsage(TableServiceClient service) : IUsageRecords
{
    public const string Name = "DriveUsage";

    /// <summary>Of one transaction.</summary>
    private const int Most = 100;

    private static readonly string[] Keys = ["PartitionKey", "RowKey"];

    private readonly TableClient _table = service.GetTableClient(Name);

    public Task WriteAsync(UsageRecord record, CancellationToken cancellation) =>
        _table.UpsertEntityAsync(
            new UsageRow
            {
                PartitionKey = PartitionOf(record.Organization, record.Drive),
                RowKey = $"{Text(record.Day)}|{record.Instance}",
                Writes = record.Counts.Writes,
                Lists = record.Counts.Lists,
                Reads = record.Counts.Reads,
                Deletes = record.Counts.Deletes,
                BytesIn = record.Counts.BytesIn,
                BytesOut = record.Counts.BytesOut,
                UploadLinks = record.Counts.UploadLinks,
                DownloadLinks = record.Counts.DownloadLinks,
            },
            TableUpdateMode.Replace,
            cancellation);

    public async IAsyncEnumerable<UsageRecord> ReadAsync(
        OrganizationId organization,
        DriveId drive,
        DateOnly from,
        DateOnly to,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        var filter = TableClient.CreateQueryFilter(
            $"PartitionKey eq {PartitionOf(organization, drive)} and RowKey ge {Text(from)} and RowKey lt {Text(to) + "~"}");
        await foreach (var row in _table.QueryAsync<UsageRow>(filter, cancellationToken: cancellation))
        {
            var (day, instance) = row.RowKey.Split('|') is [var first, var second]
                ? (DateOnly.ParseExact(first, "yyyy-MM-dd", CultureInfo.InvariantCulture), second)
                : throw new InvalidDataException($"A row of usage has the key {row.RowKey}.");
            yield return new(organization, drive, day, instance, row.Counts);
        }
    }

    public async Task ForgetAsync(OrganizationId organization, DriveId drive, CancellationToken cancellation) =>
        await DeleteAsync(TableClient.CreateQueryFilter($"PartitionKey eq {PartitionOf(organization, drive)}"), cancellation);

    public Task<int> DeleteBeforeAsync(DateOnly day, CancellationToken cancellation) =>
        DeleteAsync(TableClient.CreateQueryFilter($"RowKey lt {Text(day)}"), cancellation);

    private async Task<int> DeleteAsync(string filter, CancellationToken cancellation)
    {
        var (deleted, some) = (0, new List<TableEntity>());
        await foreach (var row in _table.QueryAsync<TableEntity>(filter, select: Keys, cancellationToken: cancellation))
        {
            if (some.Count == Most || (some.Count > 0 && some[0].PartitionKey != row.PartitionKey))
                await DeleteAsync(some, cancellation);
            some.Add(row);
            deleted++;
        }

        await DeleteAsync(some, cancellation);
        return deleted;
    }

    private async Task DeleteAsync(List<TableEntity> rows, CancellationToken cancellation)
    {
        if (rows.Count == 0)
            return;
        var transaction = new Transaction(_table, rows[0].PartitionKey);
        foreach (var row in rows)
            transaction.Delete(row, ETag.All);
        await transaction.CommitAsync(cancellation);
        rows.Clear();
    }

    private static string PartitionOf(OrganizationId organization, DriveId drive) => $"{organization}|{drive}";

    private static string Text(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private sealed class UsageRow : Row
    {
        public long Writes { get; set; }
        public long Lists { get; set; }
        public long Reads { get; set; }
        public long Deletes { get; set; }
        public long BytesIn { get; set; }
        public long BytesOut { get; set; }
        public long UploadLinks { get; set; }
        public long DownloadLinks { get; set; }

        internal UsageCounts Counts => new(Writes, Lists, Reads, Deletes, BytesIn, BytesOut, UploadLinks, DownloadLinks);
    }
}
