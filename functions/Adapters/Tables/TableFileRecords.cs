using Azure;
using Azure.Data.Tables;
using ServerlessDrives.Access;
using ServerlessDrives.Files;

namespace ServerlessDrives.Adapters.Tables;

/// <summary>File references and uploads in Table Storage, one partition for each organization.</summary>
internal sealed class TableFileRecords(TableServiceClient service) : IFileRecords
{
    public const string Name = "Files";

    private readonly TableClient _table = service.GetTableClient(Name);

    public Task AddAsync(FileReference reference, CancellationToken cancellation) =>
        _table.UpsertEntityAsync(
            new RecordRow { PartitionKey = reference.Organization.Value, RowKey = $"file|{reference.Id}", Document = Stored.Write(reference) }, TableUpdateMode.Replace, cancellation);

    public async Task<FileReference?> FindAsync(OrganizationId organization, FileId id, CancellationToken cancellation) =>
        await _table.FindAsync<RecordRow>(organization.Value, $"file|{id}", cancellation) is { } row ? Stored.Read<FileReference>(row.Document) : null;

    public Task AddAsync(PendingUpload upload, CancellationToken cancellation) =>
        _table.UpsertEntityAsync(
            new RecordRow { PartitionKey = upload.Organization.Value, RowKey = $"upload|{upload.Id}", Document = Stored.Write(upload) }, TableUpdateMode.Replace, cancellation);

    public async Task<PendingUpload?> FindAsync(OrganizationId organization, UploadId id, CancellationToken cancellation) =>
        await _table.FindAsync<RecordRow>(organization.Value, $"upload|{id}", cancellation) is { } row ? Stored.Read<PendingUpload>(row.Document) : null;

    public Task RemoveAsync(PendingUpload upload, CancellationToken cancellation) =>
        _table.DeleteEntityAsync(upload.Organization.Value, $"upload|{upload.Id}", ETag.All, cancellation);

    private sealed class RecordRow : Row
    {
        public string Document { get; set; } = "";
    }
}
