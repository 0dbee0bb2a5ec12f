using ServerlessDrives.Access;
using ServerlessDrives.Events.Audit;
using ServerlessDrives.Secrets;

namespace ServerlessDrives.Events.Webhooks;

/// <summary>Webhooks together with the keys that their events are signed with.</summary>
public sealed class WebhookKeys(IWebhooks webhooks, ISecrets secrets, OwnedSecrets owned)
{
    /// <summary>Creates the webhook with a key of its own, unless it was created before; then answers with that.</summary>
    /// <param name="make">Makes the webhook, given where its key lies.</param>
    public async Task<(Webhook Webhook, Secret Key)> CreateAsync(
        WebhookId id,
        OrganizationId organization,
        Func<SecretName, string, Webhook> make,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(make);
        while (true)
        {
            if (await webhooks.FindAsync(organization, id, cancellation) is { Value: var known })
                return (
                    known,
                    await secrets.ReadAsync(known.Secret, known.SecretVersion, cancellation)
                        ?? throw new InvalidOperationException($"The key of {id} is gone."));
            var key = WebhookKey.New();
            if (await owned.StoreAsync(organization, id.Value, key, InsertAsync, cancellation) is { } created)
                return (created, key);
        }

        async Task<Webhook?> InsertAsync(SecretName name, string version, CancellationToken time)
        {
            var webhook = make(name, version);
            return await webhooks.CreateAsync(webhook, WebhookAuditRecords.Created(webhook), time) ? webhook : null;
        }
    }

    /// <summary>Deletes the webhook, and its key with it.</summary>
    /// <returns>False when it isn't what was read any more.</returns>
    public Task<bool> DeleteAsync(Versioned<Webhook> webhook, UserId by, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(webhook);
        return owned.ReleaseAsync(
            webhook.Value.Organization,
            webhook.Value.Id.Value,
            webhook.Value.Secret,
            () => webhooks.DeleteAsync(webhook, WebhookAuditRecords.Deleted(by, webhook.Value), cancellation),
            cancellation);
    }
}

internal sealed class WebhooksWithKeys(IWebhooks webhooks) : ISecretOwners
{
    public async Task<bool?> HoldsAsync(PendingSecret secret, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(secret);
        return WebhookId.TryParse(secret.Owner, out var id)
            ? (await webhooks.FindAsync(secret.Organization, id, cancellation))?.Value.Secret == secret.Name
            : null;
    }
}
