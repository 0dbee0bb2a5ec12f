using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using ServerlessDrives.Drives;
using ServerlessDrives.Events.Audit;
using ServerlessDrives.Events.Webhooks;

namespace ServerlessDrives.Events;

/// <summary>
/// Sends all dead letters of a webhook, or of one integration, again: a page at a time, so that it can be any number of them. Each is
/// queued under the condition that it is still dead, and was so when this was asked for: what dies again meanwhile stays dead.
/// </summary>
public sealed class RedeliverDead(IWebhooks webhooks, Redelivery redelivery, IAuditTrail audit, IPendingDriveWork work)
{
    internal const string Described =
        "Everything that was given up and is dead now is tried again for a day, and a disabled webhook is enabled. It goes on when the " +
        "app is killed. The answer comes before all of them are queued.";

    /// <summary>Up to here they are counted for the answer.</summary>
    internal const int MostCounted = 10_000;

    private const int AtATime = 100;

    [Function("RedeliverDead")]
    public static async Task RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var input = context.GetInput<RedeliverDeadInput>()!;
        if (await context.CallActivityAsync<string?>("QueueDeadDeliveries", input, DurableRetryPolicies.OwnStores) is { } next)
            context.ContinueAsNew(input with { Cursor = next });
        else
            await context.CallActivityAsync("EndRedelivery", context.InstanceId, DurableRetryPolicies.OwnStores);
    }

    /// <returns>Where the next page begins; null when this was the last.</returns>
    [Function("QueueDeadDeliveries")]
    public async Task<string?> QueueAsync([ActivityTrigger] RedeliverDeadInput input, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(input);
        await redelivery.EnableAsync(input.Organization, input.By, input.Webhook, cancellation);
        var page = await webhooks.DeliveriesAsync(
            input.Organization,
            input.Webhook,
            new(DeliveryStatus.Dead, input.Subject),
            AtATime,
            input.Cursor,
            cancellation);
        foreach (var delivery in page.Items)
            await redelivery.AgainAsync(delivery, input.AskedAt, cancellation);
        return page.NextCursor;
    }

    [Function("EndRedelivery")]
    public Task EndAsync([ActivityTrigger] string instance, CancellationToken cancellation) =>
        work.DoneAsync("RedeliverDead", instance, cancellation);

    /// <summary>Has them sent again; asked twice under one id it is done once, and answered as at first.</summary>
    internal async Task<RequeuedView> AskAsync(
        DurableTaskClient durable,
        Guid operation,
        RedeliverDeadInput asked,
        CancellationToken cancellation)
    {
        var instance = $"redeliver-{operation:N}";
        if (await durable.GetInstanceAsync(instance, getInputsAndOutputs: true, cancellation) is { } known
            && known.ReadInputAs<RedeliverDeadInput>() is { } begun)
            return new(begun.Count, begun.Count >= MostCounted);
        var count = await webhooks.CountAsync(
            asked.Organization,
            asked.Webhook,
            new(DeliveryStatus.Dead, asked.Subject),
            MostCounted,
            cancellation);
        if (count == 0)
            return new(0, MayBeMore: false);
        var input = asked with { Count = count };
        await audit.RecordAsync(WebhookAuditRecords.RedeliveredDead(input), instance, cancellation);
        await work.NoteAsync("RedeliverDead", instance, input, cancellation);
        await durable.StartOnceAsync("RedeliverDead", input, instance, cancellation);
        return new(count, count >= MostCounted);
    }
}

/// <param name="Subject">Of events of this subject only, such as an integration's id; null for all of the webhook's.</param>
/// <param name="By">Who asked for it.</param>
/// <param name="AskedAt">When: what has been tried again since then is left alone.</param>
/// <param name="Count">How many were dead then, as far as they were counted.</param>
/// <param name="Cursor">Where the next page begins.</param>
public sealed record RedeliverDeadInput(
    OrganizationId Organization,
    WebhookId Webhook,
    string? Subject,
    UserId By,
    DateTimeOffset AskedAt,
    int Count = 0,
    string? Cursor = null);

/// <summary>Dead letters that are sent again.</summary>
/// <param name="Queued">How many; counted up to 10,000.</param>
/// <param name="MayBeMore">Whether there may be more than that; those are sent again as well.</param>
public sealed record RequeuedView(int Queued, bool MayBeMore);
