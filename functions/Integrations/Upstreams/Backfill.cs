using ServerlessDrives.Access;
using ServerlessDrives.Drives;
using ServerlessDrives.Events;

namespace ServerlessDrives.Integrations.Upstreams;

/// <summary>How far the telling of what was there when an upstream was made has come.</summary>
/// <param name="Folder">The one that it was made for; null for the whole drive.</param>
/// <param name="After">S3's key up to which everything is done; null at the beginning.</param>
/// <param name="Looked">Files that were looked at.</param>
/// <param name="Sent">Files that matched and were told of, be it by a look that came first.</param>
/// <param name="CompletedAt">When it ended; null while it goes on.</param>
public sealed record Backfill(
    FilePath? Folder,
    string? After,
    int Looked,
    int Sent,
    DateTimeOffset StartedAt,
    DateTimeOffset? CompletedAt);

/// <summary>
/// Tells of what was there when an upstream was made, some hundred files at a time. A file is told of under the same event and the same
/// delivery as by a look or a notification, so it is sent once, whoever comes first, and however often a kill repeats a page.
/// </summary>
public sealed class SendBackfill(IUpstreamState state, IArrivals arrivals, IEvents events, TimeProvider clock)
{
    /// <summary>For one integration in one run of the timer; the rest comes with the next.</summary>
    private static readonly TimeSpan Share = TimeSpan.FromSeconds(4);

    /// <returns>Whether there is more to tell of.</returns>
    public async Task<bool> ContinueAsync(Integration integration, Drive drive, DateTimeOffset since, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(integration);
        ArgumentNullException.ThrowIfNull(drive);
        if (await state.FindBackfillAsync(integration.Id, cancellation) is not { CompletedAt: null } known)
            return false;
        var began = clock.GetTimestamp();
        do
        {
            // It was moved meanwhile: of another folder nobody has asked to be told what was there.
            if (known.Folder != integration.Folder)
                known = known with { CompletedAt = clock.GetUtcNow() };
            else
                known = await SendPageAsync(integration, drive, known, since, cancellation);
            await state.SaveBackfillAsync(integration.Id, known, cancellation);
        }
        while (known.CompletedAt is null && clock.GetElapsedTime(began) < Share);
        return known.CompletedAt is null;
    }

    private async Task<Backfill> SendPageAsync(
        Integration integration,
        Drive drive,
        Backfill known,
        DateTimeOffset since,
        CancellationToken cancellation)
    {
        var (filter, sent) = (new UpstreamFilter(integration), 0);
        var page = await arrivals.PresentAsync(drive, known.Folder, known.After, cancellation);
        // What is certainly newer than the integration is what looks tell of.
        var present = page.Files.Where(file => file.LastModified <= known.StartedAt + PollUpstreams.Slack).ToList();
        foreach (var file in present.Where(file => filter.Means(file.Path)))
        {
            sent++;
            // Looks go back to a moment, and remember what they told of since: it is told of already.
            if (file.LastModified >= since && await state.HasSeenAsync(integration.Id, file.Key, cancellation))
                continue;
            await events.TellAsync(Arrival.Of(integration, drive, file), integration.Webhook!.Value, asked: null, cancellation);
        }

        await state.AddSeenAsync(
            integration.Id,
            [.. present.Where(file => file.LastModified >= since).Select(file => new SeenFile(file.Key, file.LastModified))],
            cancellation);
        return known with
        {
            After = page.Next,
            Looked = known.Looked + page.Files.Count,
            Sent = known.Sent + sent,
            CompletedAt = page.Next is null ? clock.GetUtcNow() : null,
        };
    }
}
