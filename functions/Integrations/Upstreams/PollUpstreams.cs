using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using ServerlessDrives.Drives;
using ServerlessDrives.Events;
using ServerlessDrives.Events.Webhooks;

namespace ServerlessDrives.Integrations.Upstreams;

/// <summary>Settings under <c>ServerlessDrives:Integrations</c>.</summary>
public sealed class IntegrationOptions
{
    /// <summary>How often a folder is looked at; between a second and a day, half a minute by default.</summary>
    public TimeSpan PollEvery { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The same where S3's notifications are set up, so that a look only finds what they missed; between a second and a day, ten minutes by
    /// default.
    /// </summary>
    public TimeSpan PollWithNotificationsEvery { get; set; } = TimeSpan.FromMinutes(10);
}

/// <summary>Looks for new files below the folders of upstream integrations and tells of each once.</summary>
public sealed class PollUpstreams(
    IUpstreamState state,
    IIntegrations integrations,
    IDrives drives,
    IArrivals arrivals,
    IEvents events,
    IWebhooks webhooks,
    SendBackfill backfill,
    IntegrationOptions options,
    TimeProvider clock,
    ILogger<PollUpstreams> log)
{
    private const int AtOnce = 8;
    private const int AtATime = 200;

    /// <summary>Files told of in one look at most; the rest comes with the next.</summary>
    private const int MostFiles = 5_000;

    /// <summary>
    /// How far S3's clock and ours may be apart, and how long a file may be on its way in one call after the moment that S3 dates it to.
    /// </summary>
    public static readonly TimeSpan Slack = TimeSpan.FromMinutes(15);

    /// <summary>Of a folder that can't be read.</summary>
    private static readonly TimeSpan LongestRest = TimeSpan.FromMinutes(10);

    /// <summary>How long after its beginning an integration may still be on its way into its row.</summary>
    private static readonly TimeSpan Making = TimeSpan.FromMinutes(10);

    [Function("PollUpstreams")]
    public async Task RunAsync([TimerTrigger("*/5 * * * * *")] TimerInfo timer, CancellationToken cancellation)
    {
        var due = await state.DueAsync(clock.GetUtcNow(), AtATime, cancellation);
        await Parallel.ForEachAsync(
            due,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation },
            async (poll, token) =>
            {
                try
                {
                    await PollAsync(poll, token);
                }
                // One folder in trouble must not hold up the others; it is looked at again from the same moment on.
                catch (FolderUnreadableException refused)
                {
                    log.LogWarning("Integration {Integration} could not be polled. {Problem}", poll.Integration, refused.Message);
                    await PutOffAsync(poll, token);
                }
                catch (Exception failure) when (!token.IsCancellationRequested)
                {
                    log.LogError(failure, "Integration {Integration} could not be polled.", poll.Integration);
                    await PutOffAsync(poll, token);
                }
            }
        );
    }

    /// <summary>
    /// The longer it has been in trouble, the longer it rests: its health tells when the drive works again, and nothing is lost meanwhile.
    /// </summary>
    private Task PutOffAsync(DuePoll poll, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        return state.RescheduleAsync(
            poll,
            now + Longer(options.PollEvery, Shorter(LongestRest, now - poll.Since - Slack)),
            poll.Since,
            cancellation);
    }

    private async Task PollAsync(DuePoll poll, CancellationToken cancellation)
    {
        var next = clock.GetUtcNow() + options.PollEvery;
        if (
            await integrations.FindAsync(poll.Organization, poll.Integration, cancellation)
            is not { Value: { Drive: { } driveId, Webhook: { } webhook } integration })
        {
            if (clock.GetUtcNow() - poll.MadeAt < Making)
                await state.RescheduleAsync(poll, next, poll.Since, cancellation);
            else
                await state.DropAsync(poll, cancellation);
            return;
        }

        if (integration.Notifications?.Topic is not null)
            next = clock.GetUtcNow() + Longer(options.PollEvery, options.PollWithNotificationsEvery);
        // Without somebody to tell, what arrives waits, as it does while the integration rests.
        if (integration.Paused || await webhooks.FindAsync(poll.Organization, webhook, cancellation) is null
            || await drives.FindAsync(poll.Organization, driveId, cancellation) is not { Value: { State: DriveState.Connected } drive })
        {
            await state.RescheduleAsync(poll, next, poll.Since, cancellation);
            return;
        }

        // In this order: an upload that ends between the two is in the listing, dated to its beginning, which the next look still reaches.
        var began = clock.GetUtcNow();
        var oldestUpload = await arrivals.OldestUploadAsync(drive, integration.Folder, cancellation);
        var complete = await TellNewAsync(integration, drive, poll.Since, cancellation);
        var since = complete ? Earlier(began - Slack, oldestUpload) : poll.Since;
        since = since > poll.Since ? since : poll.Since;
        var more = poll.Backfills && await backfill.ContinueAsync(integration, drive, poll.Since, cancellation);
        await state.RescheduleAsync(
            poll with { Backfills = more },
            complete && !more ? next : clock.GetUtcNow(),
            since,
            cancellation);
        if (since > poll.Since)
            await state.ForgetBeforeAsync(poll.Integration, since, cancellation);
    }

    /// <returns>Whether everything that was new has been told of.</returns>
    private async Task<bool> TellNewAsync(Integration integration, Drive drive, DateTimeOffset since, CancellationToken cancellation)
    {
        var seen = await state.SeenAsync(integration.Id, cancellation);
        var filter = new UpstreamFilter(integration);
        // The latest on top, so that however much is new, the earliest are kept and told of first.
        var fresh = new PriorityQueue<ArrivedFile, (ArrivedFile, int)>(
            Comparer<(ArrivedFile, int)>.Create((one, other) => Compare(other, one)));
        var (complete, listed) = (true, 0);
        await foreach (var file in arrivals.ListAsync(drive, integration.Folder, since, cancellation))
        {
            if (seen.Contains(file.Key))
                continue;
            var place = (file, listed++);
            if (fresh.Count < MostFiles)
            {
                fresh.Enqueue(file, place);
            }
            else
            {
                complete = false;
                fresh.EnqueueDequeue(file, place);
            }
        }

        foreach (
            var batch in fresh
                .UnorderedItems.OrderBy(item => item.Priority, Comparer<(ArrivedFile, int)>.Create(Compare))
                .Select(item => item.Element)
                .Chunk(100))
        {
            foreach (var file in batch.Where(file => filter.Means(file.Path)))
                await events.TellAsync(Arrival.Of(integration, drive, file), integration.Webhook!.Value, asked: null, cancellation);
            await state.AddSeenAsync(integration.Id, [.. batch.Select(file => new SeenFile(file.Key, file.LastModified))], cancellation);
        }

        return complete;
    }

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private static DateTimeOffset Earlier(DateTimeOffset moment, DateTimeOffset? other) => other < moment ? other.Value : moment;

    /// <summary>
    /// In the order in which they came, as far as S3 tells: by its second, and of one file's versions by their place in the listing, where
    /// the newest is first.
    /// </summary>
    private static int Compare((ArrivedFile File, int Listed) one, (ArrivedFile File, int Listed) other) =>
        one.File.LastModified.CompareTo(other.File.LastModified) is not 0 and var byTime ? byTime
        : string.CompareOrdinal(one.File.Path.Value, other.File.Path.Value) is not 0 and var byPath ? byPath
        : other.Listed.CompareTo(one.Listed);
}
