using ServerlessDrives.Secrets;

namespace ServerlessDrives.Integrations;

/// <summary>Deletes integrations, and the address with them.</summary>
public sealed class IntegrationRemoval(IIntegrations integrations, OwnedSecrets owned)
{
    /// <param name="by">Whose act it is, for the audit trail.</param>
    /// <returns>False when it isn't what was read any more.</returns>
    public Task<bool> RemoveAsync(Versioned<Integration> read, UserId by, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(read);
        return read.Value.Notifications is { } notifications
            ? owned.ReleaseAsync(read.Value.Organization, read.Value.Id.Value, notifications.Secret, DeleteAsync, cancellation)
            : DeleteAsync();

        Task<bool> DeleteAsync() => integrations.DeleteAsync(read, IntegrationAuditRecords.Deleted(by, read.Value), cancellation);
    }
}
