using System.Globalization;
using Azure;
using Azure.Data.Tables;
using ServerlessDrives.Files.Previews;

namespace ServerlessDrives.Adapters.Tables;

/// <summary>
/// Preview links, in one partition in the order of their ends: each is found at once, and what has ended is its
/// beginning.
/// </summary>
internal sealed class TablePreviewLinks(TableServiceClient service) : IPreviewLinks
{
    private const string Links = "preview-links";

    /// <summary>What a transaction takes.</summary>
    private const int MostTogether = 100;

    private readonly TableClient _table = service.GetTableClient(TableFileRecords.Name);

    public Task AddAsync(PreviewLink link, CancellationToken cancellation) =>
        _table.UpsertEntityAsync(
            new LinkRow { PartitionKey = Links, RowKey = KeyOf(link.ExpiresAt, link.Hash), Document = Stored.Write(link) },
            TableUpdateMode.Replace,
            cancellation);

    public async Task<PreviewLink?> FindAsync(DateTimeOffset expiresAt, string hash, CancellationToken cancellation) =>
        await _table.FindAsync<LinkRow>(Links, KeyOf(expiresAt, hash), cancellation) is { } row
            ? Stored.Read<PreviewLink>(row.Document)
            : null;

    public async Task<int> PurgeAsync(DateTimeOffset before, int most, CancellationToken cancellation)
    {
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {Links} and RowKey lt {KeyOf(before, "")}");
        var ended = new List<TableEntity>();
        await foreach (var row in _table.QueryAsync<TableEntity>(filter, most, ["PartitionKey", "RowKey"], cancellation))
        {
            ended.Add(row);
            if (ended.Count == most)
                break;
        }

        foreach (var some in ended.Chunk(MostTogether))
        {
            try
            {
                await _table.SubmitTransactionAsync(
                    some.Select(row => new TableTransactionAction(TableTransactionActionType.Delete, row, ETag.All)),
                    cancellation);
            }
            catch (TableTransactionFailedException gone) when (gone.Status == 404)
            {
                // Another instance deletes them too.
            }
        }

        return ended.Count;
    }

    private static string KeyOf(DateTimeOffset expiresAt, string hash) =>
        $"{expiresAt.ToUnixTimeSeconds().ToString("D12", CultureInfo.InvariantCulture)}|{hash}";

    private sealed class LinkRow : Row
    {
        public string Document { get; set; } = "";
    }
}
