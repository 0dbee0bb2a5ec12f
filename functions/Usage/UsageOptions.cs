namespace ServerlessDrives.Usage;

/// <summary>Settings under <c>ServerlessDrives:Usage</c>.</summary>
public sealed class UsageOptions
{
    /// <summary>
    /// How often what was counted is written; between a second and an hour, a minute by default. What a kill loses is at most this.
    /// </summary>
    public TimeSpan WriteEvery { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Whether metrics say which drive they are of; without, they are of all drives together.</summary>
    public bool MetricsByDrive { get; set; } = true;

    /// <summary>What S3 takes where <see cref="RegionPrices"/> says nothing else.</summary>
    public S3Prices Prices { get; set; } = new();

    /// <summary>What it takes in some regions, by their codes.</summary>
    public Dictionary<string, S3Prices> RegionPrices { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>What it takes in this region.</summary>
    public S3Prices PricesOf(string region) => RegionPrices.GetValueOrDefault(region, Prices);
}

/// <summary>
/// What S3 takes, in US dollars. Unless said otherwise: what AWS lists for S3 Standard in <c>us-east-1</c>, and for the first 10 TB a month
/// that leave AWS.
/// </summary>
public sealed class S3Prices
{
    /// <summary>For 1,000 PUT, COPY, POST and LIST requests.</summary>
    public decimal PerThousandWrites { get; set; } = 0.005m;

    /// <summary>For 1,000 GET, SELECT and all other requests but deletions, which are free.</summary>
    public decimal PerThousandReads { get; set; } = 0.0004m;

    /// <summary>For a gigabyte (2^30 bytes) that leaves AWS; what comes in is free.</summary>
    public decimal PerGigabyteOut { get; set; } = 0.09m;

    internal bool AreValid => PerThousandWrites >= 0 && PerThousandReads >= 0 && PerGigabyteOut >= 0;
}
