using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Azure;
using Azure.Data.Tables;
using ServerlessDrives.Files.Operations;

namespace ServerlessDrives.Adapters.Tables;

/// <summary>Operations on files, and what they left, in the organizations' partitions of the files' table.</summary>
internal sealed class TableFileOperations(TableServiceClient service) : IFileOperations
{
    private const int MostInATransaction = 100;

    /// <summary>A transaction takes 4 MiB; a row of the longest names has some KiB.</summary>
    private const int LeftInATransaction = 50;

    private readonly TableClient _table = service.GetTableClient(TableFileRecords.Name);

    public async Task AddAsync(FileOperation operation, CancellationToken cancellation)
    {
        try
        {
            await _table.AddEntityAsync(RowOf(operation), cancellation);
        }
        catch (RequestFailedException refused) when (refused.Status == 409)
        {
            // Its answer was lost, and it was asked for again.
        }
    }

    public async Task<Versioned<FileOperation>?> FindAsync(
        OrganizationId organization,
        DriveId drive,
        OperationId id,
        CancellationToken cancellation
    ) =>
        await _table.FindAsync<OperationRow>(organization.Value, Prefix(drive) + id, cancellation) is { } row
            ? new Versioned<FileOperation>(Stored.Read<FileOperation>(row.Document), row.ETag.ToString())
            : null;

    public async Task<Versioned<FileOperation>?> SaveAsync(Versioned<FileOperation> operation, CancellationToken cancellation)
    {
        try
        {
            var saved = await _table.UpdateEntityAsync(
                RowOf(operation.Value),
                new ETag(operation.ETag),
                TableUpdateMode.Replace,
                cancellation);
            return new(operation.Value, saved.Headers.ETag!.Value.ToString());
        }
        catch (RequestFailedException refused) when (refused.Status is 404 or 412 && refused.ErrorCode is not "TableNotFound")
        {
            return null;
        }
    }

    public async Task<Common.Page<FileOperation>> ListAsync(
        OrganizationId organization,
        DriveId drive,
        bool running,
        int limit,
        string? cursor,
        CancellationToken cancellation
    ) =>
        (
            await _table.PageAsync<OperationRow>(
                organization.Value,
                Prefix(drive),
                running ? TableClient.CreateQueryFilter($"Running eq {true}") : null,
                limit,
                cursor,
                cancellation)
        ).Select(row => Stored.Read<FileOperation>(row.Document));

    public async Task DeleteAsync(FileOperation operation, CancellationToken cancellation)
    {
        while (true)
        {
            var page = await _table.PageAsync<LeftRow>(
                operation.Organization.Value,
                LeftPrefix(operation),
                filter: null,
                MostInATransaction,
                cursor: null,
                cancellation);
            if (page.Items.Count == 0)
                break;
            var transaction = new Transaction(_table, operation.Organization.Value);
            foreach (var row in page.Items)
                transaction.Delete(row, ETag.All);
            await transaction.CommitAsync(cancellation);
        }

        await _table.DeleteEntityAsync(
            operation.Organization.Value,
            Prefix(operation.Drive) + operation.Id,
            ETag.All,
            cancellation);
    }

    public async Task AddLeftAsync(FileOperation operation, IReadOnlyCollection<LeftFile> left, CancellationToken cancellation)
    {
        foreach (var chunk in left.DistinctBy(each => each.From).Chunk(LeftInATransaction))
        {
            var transaction = new Transaction(_table, operation.Organization.Value);
            foreach (var file in chunk)
                transaction.Put(new LeftRow { RowKey = PagePrefix(operation) + HashOf(file.From), Document = Stored.Write(file) });
            await transaction.CommitAsync(cancellation);
        }
    }

    public async Task<IReadOnlyList<LeftFile>> LeftOfPageAsync(FileOperation operation, CancellationToken cancellation)
    {
        var (all, cursor) = (new List<LeftFile>(), (string?)null);
        do
        {
            var page = await _table.PageAsync<LeftRow>(
                operation.Organization.Value,
                PagePrefix(operation),
                filter: null,
                limit: 500,
                cursor,
                cancellation);
            all.AddRange(page.Items.Select(row => Stored.Read<LeftFile>(row.Document)));
            cursor = page.NextCursor;
        }
        while (cursor is not null);
        return all;
    }

    public async Task<Common.Page<LeftFile>> LeftAsync(
        FileOperation operation,
        int limit,
        string? cursor,
        CancellationToken cancellation
    ) =>
        (
            await _table.PageAsync<LeftRow>(
                operation.Organization.Value,
                LeftPrefix(operation),
                filter: null,
                limit,
                cursor,
                cancellation)
        ).Select(row => Stored.Read<LeftFile>(row.Document));

    private static string Prefix(DriveId drive) => $"operation|{drive}|";

    private static string LeftPrefix(FileOperation operation) => $"left|{operation.Id}|";

    private static string PagePrefix(FileOperation operation) =>
        $"{LeftPrefix(operation)}{operation.PageNumber.ToString("D9", CultureInfo.InvariantCulture)}|";

    /// <summary>S3's keys may hold what a row key can't, so the row's ends in their SHA-256.</summary>
    private static string HashOf(DriveKey key) => Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(key.Value)));

    private static OperationRow RowOf(FileOperation operation) =>
        new()
        {
            PartitionKey = operation.Organization.Value,
            RowKey = Prefix(operation.Drive) + operation.Id,
            Running = operation.IsRunning,
            Document = Stored.Write(operation),
        };

    private sealed class OperationRow : Row
    {
        public bool Running { get; set; }

        public string Document { get; set; } = "";
    }

    private sealed class LeftRow : Row
    {
        public string Document { get; set; } = "";
    }
}
