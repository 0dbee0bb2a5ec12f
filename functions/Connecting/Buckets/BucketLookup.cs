using ServerlessDrives.Access;

namespace ServerlessDrives.Connecting.Buckets;

/// <summary>Looks buckets up for people who type; many who ask for the same one share an answer, which is kept for a short while.</summary>
public sealed class BucketLookup(IBucketDirectory directory, TimeProvider clock)
{
    private const int MostKept = 2_000;

    /// <summary>Buckets don't move.</summary>
    private readonly Recent<BucketName, BucketPresence> _present = new(clock, TimeSpan.FromMinutes(5), MostKept);

    /// <summary>One that is made a moment after it was looked for must be found soon.</summary>
    private readonly Recent<BucketName, BucketPresence> _any = new(clock, TimeSpan.FromSeconds(5), MostKept);

    public async Task<BucketPresence> FindAsync(BucketName bucket, CancellationToken cancellation) =>
        await _present.GetAsync(
            bucket,
            async _ => await AskAsync(bucket, CancellationToken.None) is { Exists: true } present ? present : null,
            cancellation
        ) ?? await AskAsync(bucket, cancellation);

    private async Task<BucketPresence> AskAsync(BucketName bucket, CancellationToken cancellation) =>
        await _any.GetAsync(bucket, async asking => await directory.LookUpAsync(bucket, asking), cancellation) ?? BucketPresence.Unknown;
}
