namespace ServerlessDrives.Usage;

/// <summary>How a drive was used, as this app asked S3 for it.</summary>
/// <param name="From">The first day, in UTC.</param>
/// <param name="To">The last day.</param>
/// <param name="Days">Every day from the first to the last.</param>
public sealed record UsageView(DateOnly From, DateOnly To, IReadOnlyList<UsageDay> Days, UsageSum Total, UsageEstimate Estimate);

/// <summary>One day.</summary>
public sealed record UsageDay(DateOnly Day, UsageFlow In, UsageFlow Out, UsageRequests Requests, UsageLinks Links)
{
    public static UsageDay Of(DateOnly day, UsageCounts counts)
    {
        var sum = UsageSum.Of(counts);
        return new(day, sum.In, sum.Out, sum.Requests, sum.Links);
    }
}

/// <summary>All days together.</summary>
public sealed record UsageSum(UsageFlow In, UsageFlow Out, UsageRequests Requests, UsageLinks Links)
{
    public static UsageSum Of(UsageCounts counts) =>
        new(
            new(counts.Writes + counts.Deletes, counts.BytesIn),
            new(counts.Lists + counts.Reads, counts.BytesOut),
            new(counts.Writes, counts.Lists, counts.Reads, counts.Deletes),
            new(counts.UploadLinks, counts.DownloadLinks));
}

/// <summary>What went in one direction: in, to the bucket, or out of it.</summary>
/// <param name="Requests">In: those that write or delete. Out: those that read or list. Repetitions are counted.</param>
/// <param name="Bytes">Of the bodies, without headers.</param>
public sealed record UsageFlow(long Requests, long Bytes);

/// <summary>Requests by what S3 takes for them.</summary>
/// <param name="Write">PUT, COPY and POST.</param>
/// <param name="List">Pages of listings, at the price of a PUT.</param>
/// <param name="Read">GET, HEAD and all others.</param>
/// <param name="Delete">Free.</param>
public sealed record UsageRequests(long Write, long List, long Read, long Delete);

/// <summary>Presigned links that were handed out. What is moved by them is not seen by this app, and isn't among the bytes.</summary>
/// <param name="Upload">One for each part of a file.</param>
/// <param name="Download">Each good for any number of reads until it expires.</param>
public sealed record UsageLinks(long Upload, long Download);

/// <summary>
/// What S3 takes for this, by the prices in the settings. It is no bill: storage, keys and what presigned links move are not in it, nor
/// what AWS gives for free.
/// </summary>
/// <param name="Currency">Always <c>USD</c>.</param>
/// <param name="Requests">For requests.</param>
/// <param name="Transfer">For bytes that leave AWS.</param>
/// <param name="Total">Both.</param>
/// <param name="Prices">By which it was reckoned.</param>
public sealed record UsageEstimate(string Currency, decimal Requests, decimal Transfer, decimal Total, UsagePrices Prices)
{
    private const decimal Gigabyte = 1024m * 1024 * 1024;

    public static UsageEstimate Of(UsageCounts counts, S3Prices prices)
    {
        ArgumentNullException.ThrowIfNull(prices);
        var requests = (((counts.Writes + counts.Lists) * prices.PerThousandWrites) + (counts.Reads * prices.PerThousandReads)) / 1000;
        var transfer = counts.BytesOut / Gigabyte * prices.PerGigabyteOut;
        return new(
            "USD",
            Rounded(requests),
            Rounded(transfer),
            Rounded(requests + transfer),
            new(prices.PerThousandWrites, prices.PerThousandReads, prices.PerGigabyteOut));
    }

    private static decimal Rounded(decimal dollars) => Math.Round(dollars, 6, MidpointRounding.ToEven);
}

/// <summary>In US dollars.</summary>
/// <param name="PerThousandWrites">For 1,000 PUT, COPY, POST and LIST requests.</param>
/// <param name="PerThousandReads">For 1,000 GET and other requests.</param>
/// <param name="PerGigabyteOut">For 2^30 bytes that leave AWS.</param>
public sealed record UsagePrices(decimal PerThousandWrites, decimal PerThousandReads, decimal PerGigabyteOut);
