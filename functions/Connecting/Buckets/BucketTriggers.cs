using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using ServerlessDrives.Access;
using ServerlessDrives.Http;
using ServerlessDrives.Http.Limits;
using ServerlessDrives.Http.Middleware;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Connecting.Buckets;

/// <param name="Exists">Null where it can't be told without a signature: on a server of the customer's own, or while S3 doesn't
/// answer.</param>
/// <param name="Region">Where the bucket is; null where S3 doesn't say so.</param>
/// <param name="Partition">The part of AWS that the region is in.</param>
public sealed record BucketView(string Name, bool? Exists, Region? Region, Partition? Partition);

/// <summary>Buckets over HTTP: what S3 says of one to anybody.</summary>
[Section("Connecting")]
public sealed class BucketTriggers(BucketLookup buckets, BucketLimits limits)
{
    [Function("FindBucket")]
    [Requires(Need.Person)]
    [Summary(
        "What is known of a bucket's name",
        Detail = "What S3 answers to anybody who asks for the bucket without a signature, in each partition that this app is set up " +
            "for. It helps while a name is typed; "
            + "whether the bucket can be used is decided by the verification.")]
    [Answers<BucketView>(200, "Whether there is such a bucket, and where.")]
    [Refuses("invalid", "too-many-requests")]
    public async Task<IResult> FindAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/buckets/{name}")] HttpRequest request,
        string name)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!BucketName.Parse(name).TryGet(out var bucket, out var problem))
            return Refusal.Invalid("name", problem.Message).AsProblem();
        if (limits.Refuse(request.Person()) is { } busy)
            return busy.AsProblem();
        var found = await buckets.FindAsync(bucket, request.HttpContext.RequestAborted);
        return Results.Json(new BucketView(bucket.Value, found.Exists, found.Region, found.Region?.Partition), Json.Options);
    }
}

/// <summary>How many buckets a person may look up: as many as somebody types, and not as many as somebody tries out.</summary>
public sealed class BucketLimits : IDisposable
{
    private readonly Allowance _perPerson = new(burst: 30, eachSecond: 3, "Too many buckets were looked up at once. Wait a little.");

    /// <returns>Null when the request may go on.</returns>
    public Refusal? Refuse(Person person)
    {
        ArgumentNullException.ThrowIfNull(person);
        return _perPerson.Take($"{person.Organization}/{person.Id}");
    }

    public void Dispose() => _perPerson.Dispose();
}
