using System.Text.Json.Nodes;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using ServerlessDrives.Drives;
using ServerlessDrives.Events;

namespace ServerlessDrives.Integrations;

/// <summary>Settings under <c>ServerlessDrives:Integrations</c>.</summary>
public sealed class IntegrationOptions
{
    /// <summary>How often a folder is looked at; between a second and a day, half a minute by default.</summary>
    public TimeSpan PollEvery { get; set; } = TimeSpan.FromSeconds(30);
}

/// <summary>Looks for new files below the folders of upstream integrations and tells of each once.</summary>
public sealed class PollUpstreams(
    IUpstreamState state, IIntegrations integrations, IDrives drives, IArrivals arrivals, IEvents events, IWebhooks webhooks, IntegrationOptions options, TimeProvider clock, ILogger<PollUpstreams> log)
{
    private const int AtOnce = 8;
    private const int AtATime = 200;

    /// <summary>Files told of in one look at most; the rest comes with the next.</summary>
    private const int MostFiles = 5_000;

    /// <summary>How far S3's clock and ours may be apart, and how long a file may be on its way in one call after the moment that S3 dates it to.</summary>
    public static readonly TimeSpan Slack = TimeSpan.FromMinutes(15);

    /// <summary>How long after its beginning an integration may still be on its way into its row.</summary>
    private static readonly TimeSpan Making = TimeSpan.FromMinutes(10);

    [Function(nameof(PollUpstreams))]
    public async Task RunAsync([TimerTrigger("*/5 * * * * *")] TimerInfo timer, CancellationToken cancellation)
    {
        var due = await state.DueAsync(clock.GetUtcNow(), AtATime, cancellation);
        await Parallel.ForEachAsync(due, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation }, async (poll, token) =>
        {
            try
            {
                await PollAsync(poll, token);
            }
            catch (Exception failure) when (!token.IsCancellationRequested)
            {
                // One folder in trouble must not hold up the others; it is looked at again from the same moment on.
                log.LogError(failure, "Integration {Integration} could not be polled.", poll.Integration);
                await state.RescheduleAsync(poll, clock.GetUtcNow() + options.PollEvery, poll.Since, token);
            }
        });
    }

    private async Task PollAsync(DuePoll poll, CancellationToken cancellation)
    {
        var next = clock.GetUtcNow() + options.PollEvery;
        if (await integrations.FindAsync(poll.Organization, poll.Integration, cancellation) is not { Value: { Drive: { } driveId, Webhook: { } webhook } integration })
        {
            if (clock.GetUtcNow() - poll.MadeAt < Making)
                await state.RescheduleAsync(poll, next, poll.Since, cancellation);
            else
                await state.DropAsync(poll, cancellation);
            return;
        }

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
        await state.RescheduleAsync(poll, complete ? next : clock.GetUtcNow(), since, cancellation);
        if (since > poll.Since)
            await state.ForgetBeforeAsync(poll.Integration, since, cancellation);
    }

    /// <returns>Whether everything that was new has been told of.</returns>
    private async Task<bool> TellNewAsync(Integration integration, Drive drive, DateTimeOffset since, CancellationToken cancellation)
    {
        var seen = await state.SeenAsync(integration.Id, cancellation);
        var pattern = FilePattern.Parse(integration.Pattern).TryGet(out var parsed, out var problem) ? parsed : throw new InvalidDataException(problem);
        var prefix = integration.Folder is null ? "" : integration.Folder.Value + "/";
        // The latest on top, so that however much is new, the earliest are kept and told of first.
        var fresh = new PriorityQueue<ArrivedFile, ArrivedFile>(Comparer<ArrivedFile>.Create((one, other) => Compare(other, one)));
        var complete = true;
        await foreach (var file in arrivals.ListAsync(drive, integration.Folder, since, cancellation))
        {
            if (seen.Contains(file.Key))
                continue;
            if (fresh.Count < MostFiles)
            {
                fresh.Enqueue(file, file);
            }
            else
            {
                complete = false;
                fresh.EnqueueDequeue(file, file);
            }
        }

        foreach (var batch in fresh.UnorderedItems.Select(item => item.Element).Order(Comparer<ArrivedFile>.Create(Compare)).Chunk(100))
        {
            foreach (var file in batch.Where(file => pattern.Matches(file.Path.Value[prefix.Length..])))
                await events.TellAsync(EventOf(integration, drive, file), integration.Webhook!.Value, cancellation);
            await state.AddSeenAsync(integration.Id, [.. batch.Select(file => new SeenFile(file.Key, file.LastModified))], cancellation);
        }

        return complete;
    }

    private static int Compare(ArrivedFile one, ArrivedFile other) =>
        one.LastModified.CompareTo(other.LastModified) is not 0 and var byTime ? byTime : string.CompareOrdinal(one.Path.Value, other.Path.Value);

    private static ProductEvent EventOf(Integration integration, Drive drive, ArrivedFile file) => new(
        $"{integration.Id}-{file.Key}",
        integration.Organization,
        EventTypes.FileArrived,
        integration.Id.Value,
        file.LastModified,
        new JsonObject
        {
            ["integrationId"] = integration.Id.Value,
            ["driveId"] = drive.Id.Value,
            ["path"] = file.Path.Value,
            ["size"] = file.Size,
            ["etag"] = file.ETag,
            ["lastModified"] = file.LastModified,
        });

    private static DateTimeOffset Earlier(DateTimeOffset moment, DateTimeOffset? other) => other < moment ? other.Value : moment;
}
