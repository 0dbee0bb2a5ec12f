using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Azure;
using Azure.Data.Tables;
using ServerlessDrives.Access;
using ServerlessDrives.Files.References;

namespace ServerlessDrives.Adapters.Tables;

/// <summary>
/// Which references stand for a file: a row beside each reference, whose key has its drive and its path, <c>at|drv_…|hash|fil_…</c>.
/// </summary>
internal sealed class ReferenceIndex(TableClient table)
{
    public const string Files = "file|";

    /// <summary>That the references from before there was an index are in it.</summary>
    private const string Complete = "references-indexed";

    private const int AtATime = 1_000;
    private const int AtOnce = 16;

    public static IndexRow RowOf(FileReference reference) => new() { RowKey = KeyOf(reference.Drive, reference.Path) + reference.Id };

    public async Task FollowAsync(
        OrganizationId organization,
        DriveId drive,
        IReadOnlyDictionary<FilePath, MovedFile> moved,
        CancellationToken cancellation)
    {
        await CompleteAsync(organization, cancellation);
        var all = await table.PageAsync<IndexRow>(organization.Value, Prefix(drive), null, AtATime, null, cancellation);
        // A drive has few references as a rule, or none: then they are all looked through at once.
        if (all.NextCursor is null && all.Items.Count == 0)
            return;
        var few = all.NextCursor is null ? all.Items.ToLookup(row => row.RowKey[..(row.RowKey.LastIndexOf('|') + 1)]) : null;
        await Parallel.ForEachAsync(
            moved,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation },
            async (each, token) =>
            {
                var key = KeyOf(drive, each.Key);
                var rows = few is not null ? few[key] : await AllAsync(organization, key, token);
                foreach (var row in rows)
                    await FollowAsync(organization, row, each.Key, each.Value, token);
            });
    }

    private static string Prefix(DriveId drive) => $"at|{drive}|";

    private static string KeyOf(DriveId drive, FilePath path) =>
        $"{Prefix(drive)}{Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(path.Value)))}|";

    private async Task<IReadOnlyList<IndexRow>> AllAsync(OrganizationId organization, string prefix, CancellationToken cancellation)
    {
        var rows = new List<IndexRow>();
        await foreach (
            var row in table.QueryAsync<IndexRow>(TableRange.Of(organization.Value, prefix, after: null), cancellationToken: cancellation))
            rows.Add(row);
        return rows;
    }

    private async Task FollowAsync(
        OrganizationId organization,
        IndexRow index,
        FilePath from,
        MovedFile moved,
        CancellationToken cancellation)
    {
        var id = index.RowKey[(index.RowKey.LastIndexOf('|') + 1)..];
        while (
            await table.FindAsync<TableFileRecords.RecordRow>(organization.Value, Files + id, cancellation) is { } row
            && Stored.Read<FileReference>(row.Document) is var reference
            && reference.Path == from)
        {
            var followed = reference.Follow(moved);
            var committed = await new Transaction(table, organization.Value)
                .Replace(TableFileRecords.RowOf(followed), row.ETag)
                .Put(RowOf(followed))
                .Delete(index, ETag.All)
                .CommitAsync(cancellation);
            if (committed.Succeeded)
                return;
        }
    }

    /// <summary>Once for an organization; every reference that is made later is in the index from its beginning.</summary>
    private async Task CompleteAsync(OrganizationId organization, CancellationToken cancellation)
    {
        if (await table.FindAsync<IndexRow>(organization.Value, Complete, cancellation) is not null)
            return;
        var references = table.QueryAsync<TableFileRecords.RecordRow>(
            TableRange.Of(organization.Value, Files, after: null),
            cancellationToken: cancellation);
        await foreach (var row in references)
            await new Transaction(table, organization.Value)
                .Put(RowOf(Stored.Read<FileReference>(row.Document)))
                .CommitAsync(cancellation);
        await new Transaction(table, organization.Value).Put(new IndexRow { RowKey = Complete }).CommitAsync(cancellation);
    }

    internal sealed class IndexRow : Row;
}
