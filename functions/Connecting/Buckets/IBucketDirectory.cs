using ServerlessDrives.Access;

namespace ServerlessDrives.Connecting.Buckets;

/// <summary>What S3 says of a bucket to anybody, without a signature.</summary>
public interface IBucketDirectory
{
    /// <summary>Asks each partition that this app is set up for, all at once.</summary>
    Task<BucketPresence> LookUpAsync(BucketName bucket, CancellationToken cancellation);
}

/// <param name="Exists">Null where it can't be told without a signature, or S3 didn't answer in time.</param>
/// <param name="Region">Where it is, as far as S3 says so.</param>
public sealed record BucketPresence(bool? Exists, Region? Region)
{
    public static readonly BucketPresence Unknown = new(null, null);

    /// <summary>Every partition says that there is none.</summary>
    public static readonly BucketPresence Absent = new(false, null);
}
