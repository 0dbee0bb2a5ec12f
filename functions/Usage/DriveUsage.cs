namespace ServerlessDrives.Usage;

/// <summary>
/// How drives were used, as rows and this instance's own counters know it. Counters are written once a minute (<see cref="FlushUsage"/>),
/// each instance's under its own name, so that instances need not wait for each other and lose nothing to each other.
/// </summary>
public sealed class DriveUsage(DriveMeters meters, IUsageRecords records)
{
    private const int AtOnce = 8;

    private readonly string _instance = Guid.CreateVersion7().ToString("N");

    /// <summary>Today, in UTC.</summary>
    public DateOnly Today => meters.Today;

    /// <summary>How a drive was used on each day of a time, as far as instances have written it and this one knows.</summary>
    /// <returns>Days without any use are left out.</returns>
    public async Task<IReadOnlyDictionary<DateOnly, UsageCounts>> ReadAsync(
        OrganizationId organization,
        DriveId drive,
        DateOnly from,
        DateOnly to,
        CancellationToken cancellation)
    {
        // Before the rows: what this instance writes meanwhile is taken from here only.
        var own = new[] { Today.AddDays(-1), Today }
            .Where(day => day >= from && day <= to)
            .Select(day => (Day: day, Counter: meters.Counters.GetValueOrDefault((organization, drive, day))))
            .Where(known => known.Counter is not null)
            .ToDictionary(known => known.Day, known => known.Counter!.Counts);
        var days = new Dictionary<DateOnly, UsageCounts>(own);
        await foreach (var record in records.ReadAsync(organization, drive, from, to, cancellation))
        {
            if (record.Instance != _instance || !own.ContainsKey(record.Day))
                days[record.Day] = days.GetValueOrDefault(record.Day) + record.Counts;
        }

        return days;
    }

    /// <summary>Writes what has changed, one row for each drive; a row that can't be written is tried again at the next time.</summary>
    /// <param name="all">Also where nothing but health checks was made.</param>
    /// <returns>The last reason for which a row could not be written; null when all were.</returns>
    public async Task<Exception?> FlushAsync(bool all, CancellationToken cancellation)
    {
        Exception? failed = null;
        await Parallel.ForEachAsync(
            meters.Counters,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation },
            async (entry, token) =>
            {
                var ((organization, drive, day), counter) = entry;
                var isOver = day < Today.AddDays(-1);
                var change = counter.Take(all || isOver ? UsageChange.HealthCheck : UsageChange.Use);
                if (change is UsageChange.None)
                {
                    // What was counted of it is written by now.
                    if (isOver)
                        meters.Counters.TryRemove(entry);
                    return;
                }

                try
                {
                    await records.WriteAsync(new(organization, drive, day, _instance, counter.Counts), token);
                }
                catch (Exception failure)
                {
                    counter.Note(change);
                    if (token.IsCancellationRequested)
                        throw;
                    failed = failure;
                }
            });
        return failed;
    }

    /// <summary>The drive is gone, and with it what is known of it.</summary>
    public Task ForgetAsync(OrganizationId organization, DriveId drive, CancellationToken cancellation)
    {
        foreach (var key in meters.Counters.Keys.Where(key => key.Organization == organization && key.Drive == drive))
            meters.Counters.TryRemove(key, out _);
        return records.ForgetAsync(organization, drive, cancellation);
    }
}
