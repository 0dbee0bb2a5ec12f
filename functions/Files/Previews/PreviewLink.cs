using ServerlessDrives.Access;

namespace ServerlessDrives.Files.Previews;

/// <summary>A link by which a page of ours shows one file: an image, audio or video, which a browser fetches without a token.</summary>
/// <param name="Hash">SHA-256 of the link's secret part, base64url; the link itself is kept nowhere.</param>
/// <param name="Type">The media type that it is shown as.</param>
/// <param name="ExpiresAt">In whole seconds.</param>
public sealed record PreviewLink(
    string Hash,
    OrganizationId Organization,
    DriveId Drive,
    FilePath Path,
    string Type,
    UserId CreatedBy,
    DateTimeOffset ExpiresAt);

/// <summary>Preview links, as rows that are deleted once they have expired.</summary>
public interface IPreviewLinks
{
    Task AddAsync(PreviewLink link, CancellationToken cancellation);

    Task<PreviewLink?> FindAsync(DateTimeOffset expiresAt, string hash, CancellationToken cancellation);

    /// <summary>Deletes those that expired before this moment.</summary>
    /// <returns>How many; fewer than <paramref name="most"/> when none is left.</returns>
    Task<int> PurgeAsync(DateTimeOffset before, int most, CancellationToken cancellation);
}
