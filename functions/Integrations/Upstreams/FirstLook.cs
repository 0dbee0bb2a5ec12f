using Microsoft.Extensions.Logging;
using ServerlessDrives.Drives;

namespace ServerlessDrives.Integrations.Upstreams;

/// <summary>Where an upstream begins.</summary>
/// <param name="Since">The first poll looks at what changed from here on.</param>
/// <param name="Present">Of that, what is there already and isn't new.</param>
/// <param name="Backfill">Set where what is there already is told of all the same.</param>
public sealed record Beginning(DateTimeOffset Since, IReadOnlyCollection<SeenFile> Present, Backfill? Backfill);

/// <summary>
/// Notes what a folder holds when an upstream begins. S3 dates files by a clock of its own, to the second, and a file of several parts to
/// when its upload began: only a look tells what was there before.
/// </summary>
public sealed class FirstLook(IArrivals arrivals, ILogger<FirstLook> log)
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(15);

    public async Task<Beginning> AtCreationAsync(Integration integration, Drive drive, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(integration);
        var backfill = integration.Backfill ? new Backfill(integration.Folder, null, 0, 0, integration.CreatedAt, null) : null;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(TimeLimit);
        try
        {
            var oldestUpload = await arrivals.OldestUploadAsync(drive, integration.Folder, patience.Token);
            var since = integration.CreatedAt - PollUpstreams.Slack;
            since = oldestUpload < since ? oldestUpload.Value : since;
            return new(since, await PresentAsync(integration, drive, since, isNew: true, patience.Token), backfill);
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested)
        {
            // A folder that can't be looked at now, or is too large to be within the time of a request.
            log.LogWarning(
                failure,
                "Integration {Integration} begins without a look at what is there; it goes by the dates of files.",
                integration.Id);
            return new(
                new DateTimeOffset(integration.CreatedAt.UtcTicks / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond, TimeSpan.Zero),
                [],
                backfill);
        }
    }

    /// <summary>What is in a folder that an upstream is moved to.</summary>
    public Task<IReadOnlyCollection<SeenFile>> AtMoveAsync(Integration moved, Drive drive, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(moved);
        return PresentAsync(moved, drive, moved.CreatedAt - PollUpstreams.Slack, isNew: false, cancellation);
    }

    private async Task<IReadOnlyCollection<SeenFile>> PresentAsync(
        Integration integration,
        Drive drive,
        DateTimeOffset since,
        bool isNew,
        CancellationToken cancellation)
    {
        var present = new List<SeenFile>();
        await foreach (var file in arrivals.ListAsync(drive, integration.Folder, since, cancellation))
        {
            // What the file is now is told of by the backfill, or by a look that comes before it; older versions by neither.
            if (integration.Backfill && isNew && file.IsPresent)
                continue;
            present.Add(new(file.Key, file.LastModified));
        }

        return present;
    }
}
