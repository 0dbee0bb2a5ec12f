using ServerlessDrives.Access;

namespace ServerlessDrives.Secrets;

/// <summary>A secret that is about to be stored for somebody, or about to be deleted with its owner.</summary>
/// <param name="Owner">The id of the connection, webhook or integration whose row names the secret, or soon will.</param>
public sealed record PendingSecret(SecretName Name, OrganizationId Organization, string Owner, DateTimeOffset NotedAt);

/// <summary>
/// Secrets whose fate is open, noted before the vault is touched, so that a crash leaves none there that nobody knows of.
/// </summary>
public interface IPendingSecrets
{
    Task NoteAsync(PendingSecret secret, CancellationToken cancellation);

    /// <summary>Its fate is settled; one that isn't noted is fine.</summary>
    Task StrikeAsync(SecretName name, CancellationToken cancellation);

    /// <summary>Those noted before this moment, at most 500 at a time.</summary>
    Task<IReadOnlyList<PendingSecret>> NotedBeforeAsync(DateTimeOffset moment, CancellationToken cancellation);
}

/// <summary>A kind of thing that has a secret in the vault.</summary>
public interface ISecretOwners
{
    /// <returns>Whether the owner is there and names this secret; null when it is an owner of another kind.</returns>
    Task<bool?> HoldsAsync(PendingSecret secret, CancellationToken cancellation);
}
