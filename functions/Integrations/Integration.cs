using ServerlessDrives.Access;
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

    public bool Paused { get; init; }
    public required UserId CreatedBy { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>Which files of a folder an upstream means: <c>*</c>, <c>?</c> within a name, <c>**</c> across folders.</summary>
public sealed class FilePattern
{
    public const int MaxLength = 500;

    private readonly Microsoft.Extensions.FileSystemGlobbing.Matcher _matcher = new(StringComparison.Ordinal);

    private FilePattern(string text) => _matcher.AddInclude(text);

    public static Parsed<FilePattern> Parse(string? text)
    {
        var glob = string.IsNullOrWhiteSpace(text) ? "**" : text.Trim();
        if (glob.Length > MaxLength || glob.Any(char.IsControl))
            return Parsed.Refuse<FilePattern>($"A pattern such as **/*.pdf of at most {MaxLength} characters was expected.");
        return glob.StartsWith('/') || glob.Split('/').Any(part => part is "." or "..")
            ? Parsed.Refuse<FilePattern>("A pattern begins below the folder and has no part . or ...")
            : new FilePattern(glob);
    }

    public bool Matches(string pathBelowFolder) => Microsoft.Extensions.FileSystemGlobbing.MatcherExtensions.Match(_matcher, pathBelowFolder).HasMatches;
}

/// <summary>Integrations, as rows.</summary>
public interface IIntegrations
{
    Task<Versioned<Integration>?> FindAsync(OrganizationId organization, IntegrationId id, CancellationToken cancellation);

    /// <param name="drive">Those on this drive only; null for all.</param>
    Task<Page<Integration>> ListAsync(OrganizationId organization, IReadOnlyCollection<Audience>? audiences, DriveId? drive, int limit, string? cursor, CancellationToken cancellation);

    /// <summary>Writes a new integration; an upstream is polled from now on.</summary>
    Task CreateAsync(Integration integration, CancellationToken cancellation);

    Task<Versioned<Integration>?> SaveAsync(Versioned<Integration> integration, CancellationToken cancellation);

    Task DeleteAsync(OrganizationId organization, IntegrationId id, CancellationToken cancellation);
}

/// <summary>What a poll remembers between two looks: a moment, and what was seen since. It grows with what changes, not with the folder.</summary>
public interface IUpstreamState
{
    /// <summary>Polls that are due, the longest overdue first.</summary>
    Task<IReadOnlyList<DuePoll>> DueAsync(DateTimeOffset now, int most, CancellationToken cancellation);

    /// <summary>Moves a poll to its next time, with the moment that the next look begins at.</summary>
    Task RescheduleAsync(DuePoll poll, DateTimeOffset due, DateTimeOffset since, CancellationToken cancellation);

    Task DropAsync(DuePoll poll, CancellationToken cancellation);

    /// <summary>What was told of already, of files that changed since that moment.</summary>
    Task<IReadOnlySet<string>> SeenAsync(IntegrationId integration, CancellationToken cancellation);

    /// <summary>Notes files as told of.</summary>
    Task AddSeenAsync(IntegrationId integration, IReadOnlyCollection<SeenFile> files, CancellationToken cancellation);

    /// <summary>Forgets files that changed before that moment: they are never looked at again.</summary>
    Task ForgetBeforeAsync(IntegrationId integration, DateTimeOffset moment, CancellationToken cancellation);
}

/// <param name="Since">Files that changed before are not looked at.</param>
public sealed record DuePoll(string Mark, OrganizationId Organization, IntegrationId Integration, DateTimeOffset Due, DateTimeOffset Since);

/// <param name="Key">Tells versions of files apart: see <see cref="ArrivedFile.Key"/>.</param>
public sealed record SeenFile(string Key, DateTimeOffset LastModified);
