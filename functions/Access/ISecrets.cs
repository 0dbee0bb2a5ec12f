namespace ServerlessDrives.Access;

/// <summary>
/// The vault, as the rest of the app sees it: one secret per connection or drive, in versions, under a name that is never used again.
/// </summary>
public interface ISecrets
{
    /// <summary>Stores the secret under this name, as a new version if there is one already.</summary>
    /// <returns>The version, or null when the name was deleted meanwhile and can take no secret any more.</returns>
    /// <param name="mark">What this version can be found by again; null for none.</param>
    Task<string?> StoreAsync(SecretName name, Secret secret, string? mark, CancellationToken cancellation);

    Task<string?> StoreAsync(SecretName name, Secret secret, CancellationToken cancellation) =>
        StoreAsync(name, secret, mark: null, cancellation);

    /// <returns>The secret in this version, or null when it was deleted or disabled.</returns>
    Task<Secret?> ReadAsync(SecretName name, string version, CancellationToken cancellation);

    /// <summary>Nobody can read this version any more; doing it twice is fine.</summary>
    Task DisableAsync(SecretName name, string version, CancellationToken cancellation);

    /// <summary>Nobody can read the versions with this mark any more; none is fine.</summary>
    /// <param name="except">A version that is in use; null for none.</param>
    Task DisableMarkedAsync(SecretName name, string mark, string? except, CancellationToken cancellation);

    /// <summary>Deletes the secret in all its versions; one that isn't there is fine.</summary>
    Task DeleteAsync(SecretName name, CancellationToken cancellation);
}
