using System.Net;

namespace ServerlessDrives.Embedded.Cloud.Vault;

/// <summary>A refusal in Key Vault's own words.</summary>
internal sealed class VaultRefusal(HttpStatusCode status, string code, string message, string? innerCode = null) : Exception(message)
{
    public HttpStatusCode Status { get; } = status;
    public string Code { get; } = code;
    public string? InnerCode { get; } = innerCode;

    public static VaultRefusal NotFound(string name) =>
        new(
            HttpStatusCode.NotFound,
            "SecretNotFound",
            $"A secret with (name/id) {name} was not found in this key vault. If you recently deleted this secret you may be able to " +
            "recover it using the correct recovery command. For help resolving this issue, please see " +
            "https://go.microsoft.com/fwlink/?linkid=2125182"
        );

    public static VaultRefusal Deleted(string name) =>
        new(
            HttpStatusCode.Conflict,
            "Conflict",
            $"Secret {name} is currently in a deleted but recoverable state, and its name cannot be reused; in this state, the secret " +
            "can only be recovered or purged.",
            "ObjectIsDeletedButRecoverable");

    public static VaultRefusal Disabled() =>
        new(HttpStatusCode.Forbidden, "Forbidden", "Operation get is not allowed on a disabled secret.", "SecretDisabled");

    public static VaultRefusal NotYetOrNoLonger(string state) =>
        new(
            HttpStatusCode.Forbidden,
            "Forbidden",
            $"Operation get is not allowed on a secret that is {state}.",
            "SecretNotYetValidOrExpired");

    /// <summary>Key Vault has no such answer: it never lacks a disk.</summary>
    public static VaultRefusal NotStored(bool full) => new(HttpStatusCode.InsufficientStorage, "InsufficientStorage", full
        ? "Nothing can be stored. No space is left on the disk."
        : "Nothing can be stored. The folder of the vault can't be written.");

    public static VaultRefusal BadParameter(string message) => new(HttpStatusCode.BadRequest, "BadParameter", message);
}
