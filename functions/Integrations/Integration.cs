using ServerlessDrives.Access;
using ServerlessDrives.Events.Audit;
using ServerlessDrives.Integrations.Sns;
using ServerlessDrives.Integrations.Upstreams;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Integrations;

public enum IntegrationKind
{
    /// <summary>New files on the drive start something.</summary>
    Upstream,

    /// <summary>Outputs land on the drive.</summary>
    Downstream,
}

/// <summary>What joins a drive to something else.</summary>
public sealed record Integration
{
    public required IntegrationId Id { get; init; }
    public required OrganizationId Organization { get; init; }
    public required IntegrationKind Kind { get; init; }
    public required string Name { get; init; }

    /// <summary>Whose it is: the audience of the drive, or the workspace whose outputs it takes.</summary>
    public required Audience Audience { get; init; }

    /// <summary>Null, for a downstream only, lets the default drives decide.</summary>
    public DriveId? Drive { get; init; }

    /// <summary>The workspace whose default drive counts; for a downstream.</summary>
    public WorkspaceId? Workspace { get; init; }

    /// <summary>Below the drive's path; null for the drive's own folder.</summary>
    public FilePath? Folder { get; init; }

    /// <summary>Which files, as a glob on the path below the folder; for an upstream.</summary>
    public string? Pattern { get; init; }

    /// <summary>Who hears of new files; for an upstream.</summary>
    public WebhookId? Webhook { get; init; }

    /// <summary>S3's own notifications; for an upstream, once somebody has asked how to set them up.</summary>
    public Notifications? Notifications { get; init; }

    /// <summary>Whether what was there when it was made is told of as well; for an upstream.</summary>
    public bool Backfill { get; init; }

    public bool Paused { get; init; }
    public required UserId CreatedBy { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>Integrations, as rows.</summary>
public interface IIntegrations
{
    Task<Versioned<Integration>?> FindAsync(OrganizationId organization, IntegrationId id, CancellationToken cancellation);

    /// <param name="drive">Those on this drive only; null for all.</param>
    Task<Page<Integration>> ListAsync(
        OrganizationId organization,
        IReadOnlyCollection<Audience>? audiences,
        DriveId? drive,
        int limit,
        string? cursor,
        CancellationToken cancellation);

    /// <summary>Writes a new integration, and the act that made it, together.</summary>
    /// <param name="beginning">Where an upstream, which is polled from now on, begins; null for a downstream.</param>
    /// <returns>False when there is one of this id already.</returns>
    Task<bool> CreateAsync(Integration integration, Beginning? beginning, AuditRecord act, CancellationToken cancellation);

    /// <summary>Replaces an integration, and writes down the act that changed it, together.</summary>
    /// <returns>Null when it isn't what was read any more.</returns>
    Task<Versioned<Integration>?> SaveAsync(Versioned<Integration> integration, AuditRecord act, CancellationToken cancellation);

    /// <summary>Deletes an integration, and writes down the act, together.</summary>
    /// <returns>False when it isn't what was read any more.</returns>
    Task<bool> DeleteAsync(Versioned<Integration> integration, AuditRecord act, CancellationToken cancellation);
}

/// <summary>
/// What a poll remembers between two looks: a moment, and what was seen since. It grows with what changes, not with the folder.
/// </summary>
public interface IUpstreamState
{
    /// <summary>Polls that are due, the longest overdue first.</summary>
    Task<IReadOnlyList<DuePoll>> DueAsync(DateTimeOffset now, int most, CancellationToken cancellation);

    /// <summary>
    /// Moves a poll to its next time, with the moment that the next look begins at, and whether there still is something to tell of what
    /// was there.
    /// </summary>
    Task RescheduleAsync(DuePoll poll, DateTimeOffset due, DateTimeOffset since, CancellationToken cancellation);

    Task DropAsync(DuePoll poll, CancellationToken cancellation);

    /// <summary>How far the telling of what was there has come; null where nobody asked for it.</summary>
    Task<Backfill?> FindBackfillAsync(IntegrationId integration, CancellationToken cancellation);

    Task SaveBackfillAsync(IntegrationId integration, Backfill backfill, CancellationToken cancellation);

    /// <summary>What was dealt with already, of files that changed since that moment: told of, or not meant by the pattern.</summary>
    Task<IReadOnlySet<string>> SeenAsync(IntegrationId integration, CancellationToken cancellation);

    /// <summary>Whether this version of a file was dealt with already.</summary>
    Task<bool> HasSeenAsync(IntegrationId integration, string key, CancellationToken cancellation);

    /// <summary>Notes files as dealt with.</summary>
    Task AddSeenAsync(IntegrationId integration, IReadOnlyCollection<SeenFile> files, CancellationToken cancellation);

    /// <summary>Forgets files that changed before that moment: they are never looked at again.</summary>
    Task ForgetBeforeAsync(IntegrationId integration, DateTimeOffset moment, CancellationToken cancellation);
}

/// <param name="Since">Files that changed before are not looked at.</param>
/// <param name="MadeAt">When the integration was made.</param>
/// <param name="Backfills">Whether what was there when it was made is still being told of.</param>
public sealed record DuePoll(
    string Mark,
    OrganizationId Organization,
    IntegrationId Integration,
    DateTimeOffset Due,
    DateTimeOffset Since,
    DateTimeOffset MadeAt,
    bool Backfills = false);

/// <param name="Key">Tells versions of files apart: see <see cref="ArrivedFile.Key"/>.</param>
public sealed record SeenFile(string Key, DateTimeOffset LastModified);
