using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Azure;
using Azure.Data.Tables;
using ServerlessDrives.Access;
using ServerlessDrives.Files.References;

namespace ServerlessDrives.Adapters.Tables;

/// <summary>File references and uploads in Table Storage, one partition for each organization.</summary>
internal sealed class TableFileRecords(TableServiceClient service) : IFileRecords
{
    public const string Name = "Files";

    /// <summary>The partition of all uploads that are open at S3: short-lived rows, and the only ones that a timer reads.</summary>
    private const string Open = "open-uploads";

    private const int MostAtATime = 500;

    private readonly TableClient _table = service.GetTableClient(Name);

    public Task AddAsync(FileReference reference, CancellationToken cancellation) => new Transaction(_table, reference.Organization.Value)
        .Put(RowOf(reference))
        .Put(ReferenceIndex.RowOf(reference))
        .CommitAsync(cancellation);

    public async Task<FileReference?> FindAsync(OrganizationId organization, FileId id, CancellationToken cancellation) =>
        await _table.FindAsync<RecordRow>(organization.Value, $"file|{id}", cancellation) is { } row
            ? Stored.Read<FileReference>(row.Document)
            : null;

    public Task FollowAsync(
        OrganizationId organization,
        DriveId drive,
        IReadOnlyDictionary<FilePath, MovedFile> moved,
        CancellationToken cancellation
    ) => new ReferenceIndex(_table).FollowAsync(organization, drive, moved, cancellation);

    public Task AddAsync(PendingUpload upload, CancellationToken cancellation) =>
        _table.UpsertEntityAsync(
            new RecordRow
            {
                PartitionKey = upload.Organization.Value,
                RowKey = $"upload|{upload.Id}",
                Document = Stored.Write(upload),
            },
            TableUpdateMode.Replace,
            cancellation);

    public async Task<PendingUpload?> FindAsync(OrganizationId organization, UploadId id, CancellationToken cancellation) =>
        await _table.FindAsync<RecordRow>(organization.Value, $"upload|{id}", cancellation) is { } row
            ? Stored.Read<PendingUpload>(row.Document)
            : null;

    public Task RemoveAsync(PendingUpload upload, CancellationToken cancellation) =>
        _table.DeleteEntityAsync(upload.Organization.Value, $"upload|{upload.Id}", ETag.All, cancellation);

    public Task NoteAsync(OpenUpload upload, CancellationToken cancellation) =>
        _table.UpsertEntityAsync(
            new OpenRow
            {
                PartitionKey = Open,
                RowKey = KeyOf(upload),
                ExpiresAt = upload.ExpiresAt,
                Document = Stored.Write(upload),
            },
            TableUpdateMode.Replace,
            cancellation);

    public Task StrikeAsync(OpenUpload upload, CancellationToken cancellation) =>
        _table.DeleteEntityAsync(Open, KeyOf(upload), ETag.All, cancellation);

    public Task<IReadOnlyList<OpenUpload>> UploadsAsync(OrganizationId organization, DriveId drive, CancellationToken cancellation)
    {
        var (from, to) = (Prefix(organization, drive), Prefix(organization, drive)[..^1] + "}");
        return OpenAsync(TableClient.CreateQueryFilter($"PartitionKey eq {Open} and RowKey ge {from} and RowKey lt {to}"), cancellation);
    }

    public Task<IReadOnlyList<OpenUpload>> ExpiredUploadsAsync(DateTimeOffset before, CancellationToken cancellation) =>
        OpenAsync(TableClient.CreateQueryFilter($"PartitionKey eq {Open} and ExpiresAt lt {before}"), cancellation);

    internal static RecordRow RowOf(FileReference reference) =>
        new()
        {
            PartitionKey = reference.Organization.Value,
            RowKey = ReferenceIndex.Files + reference.Id,
            Document = Stored.Write(reference),
        };

    private async Task<IReadOnlyList<OpenUpload>> OpenAsync(string filter, CancellationToken cancellation)
    {
        var open = new List<OpenUpload>();
        await foreach (var row in _table.QueryAsync<OpenRow>(filter, MostAtATime, cancellationToken: cancellation))
        {
            open.Add(Stored.Read<OpenUpload>(row.Document));
            if (open.Count == MostAtATime)
                break;
        }

        return open;
    }

    private static string Prefix(OrganizationId organization, DriveId drive) => $"{organization}|{drive}|";

    /// <summary>S3's ids may hold what a row key can't, so the key ends in their SHA-256.</summary>
    private static string KeyOf(OpenUpload upload) =>
        Prefix(upload.Organization, upload.Drive) + Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(upload.S3UploadId)));

    private sealed class OpenRow : Row
    {
        public DateTimeOffset ExpiresAt { get; set; }

        public string Document { get; set; } = "";
    }

    internal sealed class RecordRow : Row
    {
        public string Document { get; set; } = "";
    }
}
