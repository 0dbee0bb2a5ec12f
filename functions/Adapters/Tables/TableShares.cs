using Azure;
using Azure.Data.Tables;
using ServerlessDrives.Access;
using ServerlessDrives.Events.Audit;
using ServerlessDrives.Files.Sharing;

namespace ServerlessDrives.Adapters.Tables;

/// <summary>Shares and the setting for them, in the organization's partition.</summary>
internal sealed class TableShares(OrganizationTable table, TimeProvider clock) : IShares
{
    private const string Setting = "sharing";

    public async Task AddAsync(Share share, AuditRecord act, CancellationToken cancellation)
    {
        // Made again after a crash, whose link nobody has heard of, it takes its own place.
        if (await table.FindAsync<ShareRow>(share.Organization, KeyOf(share), cancellation) is { } lost)
            await table.Begin(share.Organization).Replace(RowOf(share), lost.ETag).CommitAsync(cancellation);
        else
            await table.Begin(share.Organization).Insert(RowOf(share)).Record(act, clock.GetUtcNow()).CommitAsync(cancellation);
    }

    public async Task<Versioned<Share>?> FindAsync(
        OrganizationId organization,
        DriveId drive,
        ShareId id,
        CancellationToken cancellation
    ) =>
        await table.FindAsync<ShareRow>(organization, Prefix(drive) + id, cancellation) is { } row
            ? new Versioned<Share>(Stored.Read<Share>(row.Document), row.ETag.ToString())
            : null;

    public async Task<bool> SaveAsync(Versioned<Share> share, AuditRecord? act, CancellationToken cancellation) =>
        (
            await table
                .Begin(share.Value.Organization)
                .Replace(RowOf(share.Value), new ETag(share.ETag))
                .Record(act, clock.GetUtcNow())
                .CommitAsync(cancellation)
        ).Succeeded;

    public async Task<Common.Page<Share>> ListAsync(
        OrganizationId organization,
        DriveId drive,
        FilePath? path,
        int limit,
        string? cursor,
        CancellationToken cancellation)
    {
        var filter = path is null ? null : TableClient.CreateQueryFilter($"Path eq {path.Value}");
        return (await table.PageAsync<ShareRow>(organization, Prefix(drive), filter, limit, cursor, cancellation)).Select(row =>
            Stored.Read<Share>(row.Document));
    }

    public async Task DeleteAsync(Share share, CancellationToken cancellation)
    {
        if (await table.FindAsync<ShareRow>(share.Organization, KeyOf(share), cancellation) is { } row)
            await table.Begin(share.Organization).Delete(row, ETag.All).CommitAsync(cancellation);
    }

    public async Task<Versioned<SharingView>> SettingAsync(OrganizationId organization, CancellationToken cancellation) =>
        await table.FindAsync<SettingRow>(organization, Setting, cancellation) is { } row
            ? new Versioned<SharingView>(new(row.Allowed), row.ETag.ToString())
            : new Versioned<SharingView>(new(Allowed: true), "");

    public async Task<bool> SaveAsync(
        OrganizationId organization,
        Versioned<SharingView> setting,
        AuditRecord act,
        CancellationToken cancellation)
    {
        var row = new SettingRow { RowKey = Setting, Allowed = setting.Value.Allowed };
        var transaction = table.Begin(organization);
        transaction = setting.ETag.Length == 0 ? transaction.Insert(row) : transaction.Replace(row, new ETag(setting.ETag));
        return (await transaction.Record(act, clock.GetUtcNow()).CommitAsync(cancellation)).Succeeded;
    }

    private static string Prefix(DriveId drive) => $"share|{drive}|";

    private static string KeyOf(Share share) => Prefix(share.Drive) + share.Id;

    private static ShareRow RowOf(Share share) =>
        new()
        {
            RowKey = KeyOf(share),
            Path = share.Path.Value,
            Document = Stored.Write(share),
        };

    private sealed class ShareRow : Row
    {
        public string Path { get; set; } = "";

        public string Document { get; set; } = "";
    }

    private sealed class SettingRow : Row
    {
        public bool Allowed { get; set; }
    }
}
