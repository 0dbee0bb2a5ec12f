using ServerlessDrives.Access;
using ServerlessDrives.Verification.Reports;

namespace ServerlessDrives.Verification.Proofs;

/// <summary>Is there such a bucket, and in the region that was said?</summary>
internal sealed class RegionProof(VerificationSubject subject, PropagationRetry retry, VerificationReportBuilder builder)
{
    private const string NoRegions = "The server doesn't say which region its buckets are in.";

    /// <summary>Where the bucket is, if that is another region than was said.</summary>
    public Region? Found { get; private set; }

    /// <returns>The region to go on in, or null when there is no bucket.</returns>
    public async Task<Region?> ProveAsync(Func<CancellationToken, Task<Result<BucketPlace, Fault>>> ask, CancellationToken cancellation)
    {
        builder.Begin(KnownCheck.RegionCorrect);
        var answer = await retry.AskAsync(ask, cancellation);
        switch (answer.Error)
        {
            case Fault.Refused { Code: "NoSuchBucket" or "NotFound" } or Fault.Refused { Status: 404 }:
                builder.Fail(
                    KnownCheck.RegionCorrect,
                    $"There is no bucket {subject.Bucket} in the partition {subject.Region.Partition}.",
                    "Correct the bucket's name; names are spelled exactly as in the S3 console.",
                    answer.Error);
                return null;
            case Fault.Refused refused when !refused.IsPassing:
                builder.NotApplicable(KnownCheck.RegionCorrect, NoRegions, refused);
                return subject.Region;
            case { } fault:
                builder.Fail(KnownCheck.RegionCorrect, fault);
                return subject.Region;
        }

        answer.TryGet(out var place, out _);
        if (place!.Region is not { } actual)
        {
            builder.NotApplicable(KnownCheck.RegionCorrect, NoRegions);
            return subject.Region;
        }

        if (actual == subject.Region)
        {
            builder.Pass(KnownCheck.RegionCorrect);
            return actual;
        }

        Found = actual;
        builder.Fail(
            KnownCheck.RegionCorrect,
            $"The bucket {subject.Bucket} is in {actual}, not in {subject.Region}. The other checks were made in {actual}.",
            $"Change the region to {actual}.");
        return actual;
    }
}
