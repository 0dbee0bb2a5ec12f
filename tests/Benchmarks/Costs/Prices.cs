namespace ServerlessDrives.Tests.Benchmarks.Costs;

/// <summary>
/// Public list prices in US dollars, pay as you go, East US, as they were known on 2026-11-30; storage with zone redundancy as infra/azure
/// makes it. Put today's here before you rely on a sum.
/// </summary>
internal static class Prices
{
    public const string Of = "East US, pay as you go, as known on 2026-11-30";

    /// <summary>Flex Consumption, on demand.</summary>
    public const double MillionExecutions = 0.40;
    public const double GigabyteSecond = 0.000026;
    public const double FreeExecutions = 250_000;
    public const double FreeGigabyteSeconds = 100_000;

    /// <summary>Of storage, for 10,000 requests: tables, queues, and blobs as Durable Task uses them (leases and small reads).</summary>
    public const double TableRequests = 0.00045;
    public const double QueueRequests = 0.005;
    public const double BlobRequests = 0.0055;

    /// <summary>Secrets, for 10,000 calls.</summary>
    public const double VaultCalls = 0.03;

    /// <summary>
    /// S3, for 1,000 calls of LIST and PUT: paid by whoever owns the bucket. A health check is a LIST; reads cost a tenth of it.
    /// </summary>
    public const double AwsCalls = 0.005;
}
