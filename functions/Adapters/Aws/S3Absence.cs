using ServerlessDrives.Verification;

namespace ServerlessDrives.Adapters.Aws;

/// <summary>
/// Tells a file that isn't there from one that may not be read. S3 answers 403 for both unless the caller may list the whole bucket, and a
/// condition on <c>s3:prefix</c>, which every policy for a drive with a path has, doesn't count: a GetObject has no prefix. A listing has.
/// </summary>
internal static class S3Absence
{
    private static readonly Fault.Refused Absent = new(404, "NoSuchKey", "The specified key does not exist.", RequestId: null);

    /// <returns>The fault as S3 would tell it to somebody who may list the whole bucket.</returns>
    public static async Task<Fault> SeenThroughAsync(S3Target target, Fault fault, TimeSpan patience, CancellationToken cancellation)
    {
        if (fault is not Fault.Refused { Status: 403, Principal: null })
            return fault;
        var listed = await target.Lease.AskAsync(
            (s3, token) => s3.ListObjectsV2Async(target.Bucket.List(target.Key, delimiter: null, size: 1), token),
            patience,
            cancellation);
        // Of all keys that begin so, the key itself comes first.
        return listed.TryGet(out var page, out _) && page.S3Objects?.FirstOrDefault()?.Key != target.Key ? Absent : fault;
    }
}
