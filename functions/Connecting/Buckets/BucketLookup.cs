using ServerlessDrives.Access;
using ServerlessDrives.Http;
using ServerlessDrives.Workspaces;

namespace ServerlessDrives.Connecting.Buckets;

/// <summary>Looks buckets up for people who type: an answer is kept for a short while, and each person may ask a few times a second.</summary>
public sealed class BucketLookup(IBucketDirectory directory, TimeProvider clock) : IDisposable
{
    /// <summary>Buckets don't move; one that is made a moment after it was looked for must be found soon.</summary>
    private static readonly (TimeSpan Present, TimeSpan Absent) Kept = (TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(5));

    private const int MostKept = 2_000;

    private readonly Allowance _allowance = new(burst: 30, eachSecond: 3, "Too many buckets were looked up at once. Wait a little.");
    private readonly Recent<BucketName, BucketPresence> _present = new(clock, Kept.Present, MostKept);
    private readonly Recent<BucketName, BucketPresence> _absent = new(clock, Kept.Absent, MostKept);

    public async Task<Result<BucketPresence>> FindAsync(Person person, BucketName bucket, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(person);
        if (_allowance.Take($"{person.Organization}/{person.Id}") is { } busy)
            return busy;
        // What isn't there is kept by the second one alone.
        var present = await _present.GetAsync(
            bucket, async _ => await _absent.GetAsync(bucket, AskAsync, CancellationToken.None) is { Exists: true } found ? found : null, cancellation);
        return present ?? await _absent.GetAsync(bucket, AskAsync, cancellation) ?? BucketPresence.Unknown;

        async Task<BucketPresence?> AskAsync(CancellationToken asking) => await directory.LookUpAsync(bucket, asking);
    }

    public void Dispose() => _allowance.Dispose();
}
