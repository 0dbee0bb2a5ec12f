using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Events.Webhooks;

/// <summary>
/// Finds a webhook for a person: a foreign one is not found, whoever asks; the organization's own are its admins' business.
/// </summary>
public sealed class WebhookFinder(IWebhooks webhooks)
{
    public async Task<Result<Versioned<Webhook>, Refusal>> FindAsync(Person person, string webhookId, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(person);
        if (
            !WebhookId.TryParse(webhookId, out var id)
            || await webhooks.FindAsync(person.Organization, id, cancellation) is not { } found)
            return Refusal.NotFound("webhook");
        return person.IsAdmin ? found : Refusal.Forbidden("Only admins of the organization see and change webhooks.");
    }
}
