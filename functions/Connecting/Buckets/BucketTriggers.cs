using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using ServerlessDrives.Access;
using ServerlessDrives.Http;

namespace ServerlessDrives.Connecting.Buckets;

/// <param name="Exists">Null where it can't be told without a signature: on a server of the customer's own, or while S3 doesn't answer.</param>
/// <param name="Region">Where the bucket is; null where S3 doesn't say so.</param>
/// <param name="Partition">The part of AWS that the region is in.</param>
public sealed record BucketView(string Name, bool? Exists, Region? Region, Partition? Partition);

/// <summary>Buckets over HTTP: what S3 says of one to anybody.</summary>
[Section("Connecting")]
public sealed class BucketTriggers(BucketLookup buckets)
{
    [Function("FindBucket")]
    [Requires(Need.Person)]
    [Summary(
        "What is known of a bucket's name",
        Detail = "What S3 answers to anybody who asks for the bucket without a signature, in each partition that this app is set up for. It helps while a name is typed; "
            + "whether the bucket can be used is decided by the verification.")]
    [Answers<BucketView>(200, "Whether there is such a bucket, and where.")]
    [Refuses("invalid", "too-many-requests")]
    public async Task<IResult> FindAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/buckets/{name}")] HttpRequest request, string name)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!BucketName.Parse(name).TryGet(out var bucket, out var problem))
            return Refusal.Invalid("name", problem).AsProblem();
        var found = await buckets.FindAsync(request.Person(), bucket, request.HttpContext.RequestAborted);
        return found.Answer(presence =>
            Results.Json(new BucketView(bucket.Value, presence.Exists, presence.Region, presence.Region?.Partition), Json.Options));
    }
}
