using ServerlessDrives.Access;
using ServerlessDrives.Events.Audit;

namespace ServerlessDrives.Files.Sharing;

/// <summary>A link to one file for somebody without an account: never the token itself, only its hash.</summary>
/// <param name="Hash">SHA-256 of the token's secret part, base64url.</param>
/// <param name="Once">Whether one download is all that it is good for.</param>
/// <param name="Password">The salted slow hash of its password; null where it has none.</param>
public sealed record Share(
    ShareId Id,
    OrganizationId Organization,
    DriveId Drive,
    FilePath Path,
    string Hash,
    bool Once,
    PasswordHash? Password,
    UserId CreatedBy,
    DateTimeOffset CreatedAt,
    DateTimeOffset ExpiresAt)
{
    /// <summary>So many wrong passwords end the link for good.</summary>
    public const int MostWrongPasswords = 10;

    /// <summary>Older ones are forgotten: whoever opens the link again and again downloads by the newest.</summary>
    private const int MostGrants = 5;

    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>The operation that moved the file to another drive, by which the link ended; null where it didn't end so.</summary>
    public OperationId? LeftWith { get; init; }

    /// <summary>Passwords that were tried and didn't fit, and those that are just being tried.</summary>
    public int WrongPasswords { get; init; }

    /// <summary>Downloads that were begun.</summary>
    public int Uses { get; init; }

    public DateTimeOffset? LastUsedAt { get; init; }

    /// <summary>What was given to those who opened the link, to download the file by.</summary>
    public IReadOnlyList<ShareGrant> Grants { get; init; } = [];

    /// <summary>Whether it was good for one download, and that one was begun.</summary>
    public bool IsUsedUp => Once && Uses > 0;

    public Share Add(ShareGrant grant, DateTimeOffset now) =>
        this with { WrongPasswords = 0, Grants = [.. Grants.Where(other => other.Until > now).TakeLast(MostGrants - 1), grant] };

    /// <summary>The file is moved to another drive.</summary>
    public Share Leave(OperationId operation, DateTimeOffset now) => this with { RevokedAt = now, LeftWith = operation, Grants = [] };

    /// <summary>It isn't after all.</summary>
    public Share Stay() => this with { RevokedAt = null, LeftWith = null };

    /// <summary>A download was begun by this grant.</summary>
    public Share Use(ShareGrant grant, DateTimeOffset now) => this with
    {
        Uses = Uses + 1,
        LastUsedAt = now,
        Grants = [.. Grants.Select(other => other == grant ? grant with { IsUsed = true } : other)],
    };
}

/// <summary>Lets whoever opened a link download its file for some minutes, and go on with a download that broke off.</summary>
/// <param name="Hash">SHA-256 of it, base64url.</param>
/// <param name="IsUsed">Whether a download was begun by it.</param>
public sealed record ShareGrant(string Hash, DateTimeOffset Until, bool IsUsed);

/// <summary>Shares, as rows that change together with their entries in the audit trail.</summary>
public interface IShares
{
    /// <summary>Adds it, unless it is there already.</summary>
    Task AddAsync(Share share, AuditRecord act, CancellationToken cancellation);

    Task<Versioned<Share>?> FindAsync(OrganizationId organization, DriveId drive, ShareId id, CancellationToken cancellation);

    /// <summary>Replaces it if it still is what was read; false if it has changed.</summary>
    Task<bool> SaveAsync(Versioned<Share> share, AuditRecord? act, CancellationToken cancellation);

    /// <summary>The drive's shares in the order of their making.</summary>
    /// <param name="path">Of one file only; null for all.</param>
    Task<Page<Share>> ListAsync(
        OrganizationId organization,
        DriveId drive,
        FilePath? path,
        int limit,
        string? cursor,
        CancellationToken cancellation);

    /// <summary>Deletes it; one that isn't there is fine.</summary>
    Task DeleteAsync(Share share, CancellationToken cancellation);

    /// <summary>Whether the organization lets its people share files; it does until an admin says otherwise.</summary>
    Task<Versioned<SharingView>> SettingAsync(OrganizationId organization, CancellationToken cancellation);

    /// <summary>Changes that if it still is what was read; false if it has changed.</summary>
    Task<bool> SaveAsync(OrganizationId organization, Versioned<SharingView> setting, AuditRecord act, CancellationToken cancellation);
}
