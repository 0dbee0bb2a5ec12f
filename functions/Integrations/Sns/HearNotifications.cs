using ServerlessDrives.Drives;
using ServerlessDrives.Events;
using ServerlessDrives.Events.Webhooks;
using ServerlessDrives.Integrations.Upstreams;

namespace ServerlessDrives.Integrations.Sns;

/// <summary>An integration whose address was used, and its drive.</summary>
public sealed record Addressed(Versioned<Integration> Integration, Drive Drive);

/// <summary>
/// Hears what SNS says of files, and tells of them at once. Polling stays behind it and finds whatever isn't told of here: under an id that
/// follows from the version alone, so that both tell of it as one event.
/// </summary>
public sealed class HearNotifications(
    IIntegrations integrations,
    IUpstreamState state,
    IDrives drives,
    IArrivals arrivals,
    IEvents events,
    IWebhooks webhooks,
    ISns sns,
    TimeProvider clock)
{
    /// <summary>How old a message may be: SNS itself gives up after an hour of tries.</summary>
    public static readonly TimeSpan Oldest = TimeSpan.FromHours(1);

    /// <summary>How far SNS's clock may be before ours.</summary>
    private static readonly TimeSpan Ahead = TimeSpan.FromMinutes(5);

    private const int Tries = 5;

    /// <summary>Whose address it is. One that was revoked is as unknown as one that was never given out.</summary>
    public async Task<Result<Addressed, Refusal>> FindAsync(string? token, CancellationToken cancellation)
    {
        if (
            NotificationAddress.Parse(token) is { } address
            && await integrations.FindAsync(address.Organization, address.Integration, cancellation)
                is { Value: { Kind: IntegrationKind.Upstream, Drive: { } driveId } known } found
            && address.IsThatOf(known.Notifications)
            && await drives.FindAsync(address.Organization, driveId, cancellation) is { Value: { State: DriveState.Connected } drive })
            return new Addressed(found, drive);
        return Refusal.NotFound("address for notifications");
    }

    /// <summary>Believes the message or says why not, and does what it is for.</summary>
    public async Task<Result<SnsMessageType, Refusal>> HearAsync(Addressed to, ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(to);
        if (!SnsMessage.Parse(body).TryGet(out var message, out var problem))
            return new Refusal(RefusalKind.Malformed, "malformed", problem.Message);
        if (WrongTopic(to, message) is { } wrong)
            return wrong;
        var age = clock.GetUtcNow() - message.At;
        if (age > Oldest || age < -Ahead)
            return Refuse("The message is too old, or from the future. SNS sends nothing that is older than an hour.");
        if (await sns.SignedAsync(message, cancellation) is not { } signed)
            return Later;
        if (!signed)
            return Refuse("The message isn't signed by Amazon SNS.");
        var heard = message.Type switch
        {
            SnsMessageType.SubscriptionConfirmation => await ConfirmAsync(to, message, cancellation),
            SnsMessageType.UnsubscribeConfirmation => await ChangeAsync(
                to.Integration,
                known => known.Topic == message.Topic ? known with { Topic = null, ConfirmedAt = null } : known,
                "unsubscribed",
                cancellation),
            _ => await TellAsync(to, message, cancellation),
        };
        return heard is { } refusal ? refusal : message.Type;
    }

    private static Refusal Later =>
        new(RefusalKind.Unavailable, "unavailable", "The message can't be dealt with at the moment. Send it again.")
        {
            RetryAfter = TimeSpan.FromSeconds(20),
        };

    private static Refusal Refuse(string detail) => new(RefusalKind.Forbidden, "notification-refused", detail);

    /// <summary>The topic of the bucket's own account and region, and no other once one is confirmed.</summary>
    private static Refusal? WrongTopic(Addressed to, SnsMessage message)
    {
        var (drive, pinned) = (to.Drive, to.Integration.Value.Notifications!.Topic);
        if (message.Topic.Region != drive.Region || drive.BucketOwner is null || message.Topic.Account != drive.BucketOwner)
            return Refuse("The topic isn't of the bucket's account and region, so nothing that it says of the bucket is believed.");
        if (pinned is not null && message.Topic != pinned)
            return Refuse("Another topic is confirmed at this address. Have a new address made to change to this one.");
        return pinned is null && message.Type is SnsMessageType.Notification
            ? Refuse("The topic's subscription isn't confirmed here.")
            : null;
    }

    private async Task<Refusal?> ConfirmAsync(Addressed to, SnsMessage message, CancellationToken cancellation)
    {
        if (await sns.ConfirmAsync(message, cancellation) is not { } confirmed)
            return Later;
        if (!confirmed)
            return Refuse("SNS didn't confirm the subscription, or the message leads somewhere else than to SNS.");
        return await ChangeAsync(
            to.Integration,
            known => known.Topic is null ? known with { Topic = message.Topic, ConfirmedAt = clock.GetUtcNow() } : known,
            "confirmed",
            cancellation);
    }

    /// <summary>Changes what is known of the notifications, however often the integration changes meanwhile.</summary>
    private async Task<Refusal?> ChangeAsync(
        Versioned<Integration> read,
        Func<Notifications, Notifications> change,
        string what,
        CancellationToken cancellation)
    {
        var hash = read.Value.Notifications!.Hash;
        for (var tries = 0; tries < Tries; tries++)
        {
            if (read.Value.Notifications is not { } known || known.Hash != hash)
                return Refusal.NotFound("address for notifications");
            var changed = change(known);
            if (changed == known)
                return null;
            if (
                await integrations.SaveAsync(
                    read.With(read.Value with { Notifications = changed }),
                    IntegrationAuditRecords.NotificationsChanged(read.Value, changed, what),
                    cancellation)
                is not null)
                return null;
            if (await integrations.FindAsync(read.Value.Organization, read.Value.Id, cancellation) is not { } again)
                return Refusal.NotFound("address for notifications");
            read = again;
        }

        return Later;
    }

    private async Task<Refusal?> TellAsync(Addressed to, SnsMessage message, CancellationToken cancellation)
    {
        var (integration, drive) = (to.Integration.Value, to.Drive);
        if (S3Event.Parse(message.Text) is not { } records)
            return new Refusal(RefusalKind.Malformed, "malformed", "The message is genuine, but it is none of S3's notifications.");
        // While it rests or has nobody to tell, what arrives waits, and the next look finds it.
        if (
            records.Count == 0
            || integration.Paused
            || await webhooks.FindAsync(integration.Organization, integration.Webhook!.Value, cancellation) is null)
            return null;
        var filter = new UpstreamFilter(integration);
        foreach (var record in records)
        {
            // What was there when the integration was made is not new, however late it is said to have come.
            if (
                !record.Creates
                || record.Bucket != drive.Bucket.Value
                || record.At < integration.CreatedAt
                || !drive.Path.TryFileOf(record.Key, out var path)
                || !filter.Means(path))
                continue;
            // Dated by S3 itself, as a listing dates it: that is what makes both of them one event.
            if (
                await arrivals.FindAsync(drive, path, record.VersionId, cancellation) is not { } file
                || await state.HasSeenAsync(integration.Id, file.Key, cancellation))
                continue;
            await events.TellAsync(Arrival.Of(integration, drive, file), integration.Webhook!.Value, asked: null, cancellation);
            await state.AddSeenAsync(integration.Id, [new SeenFile(file.Key, file.LastModified)], cancellation);
        }

        return null;
    }
}
