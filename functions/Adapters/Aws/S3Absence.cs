using ServerlessDrives.Access;
using ServerlessDrives.Files.Versions;

namespace ServerlessDrives.Adapters.Aws;

/// <summary>
/// Tells a file that isn't there from one that may not be read. S3 answers 403 for both unless the caller may list the whole bucket, and a
/// condition on <c>s3:prefix</c>, which every policy for a drive with a path has, doesn't count: a GetObject has no prefix. A listing has.
/// </summary>
internal static class S3Absence
{
    private static readonly Fault.Refused Absent = new(404, "NoSuchKey", "The specified key does not exist.", RequestId: null);

    private static readonly Fault.Refused AbsentVersion = new(404, "NoSuchVersion", "There is no such version.", RequestId: null);

    /// <returns>The fault as S3 would tell it to somebody who may list the whole bucket.</returns>
    public static async Task<Fault> SeenThroughAsync(S3Target target, Fault fault, TimeSpan patience, CancellationToken cancellation)
    {
        if (fault is not Fault.Refused { Status: 403, Principal: null })
            return fault;
        if (target.Version is { } version)
            return await IsListedAsync(target, version, patience, cancellation) ? fault : AbsentVersion;
        var listed = await target.Lease.AskAsync(
            (s3, token) => s3.ListObjectsV2Async(target.Bucket.List(target.Key, delimiter: null, size: 1), token),
            patience,
            cancellation);
        // Of all keys that begin so, the key itself comes first.
        return listed.TryGet(out var page, out _) && page.S3Objects?.FirstOrDefault()?.Key != target.Key ? Absent : fault;
    }

    /// <summary>False only where the list of the key's versions, as far as S3 gives it in one answer, lacks this one.</summary>
    private static async Task<bool> IsListedAsync(S3Target target, VersionId version, TimeSpan patience, CancellationToken cancellation)
    {
        var listed = await target.Lease.AskAsync(
            (s3, token) => s3.ListVersionsAsync(target.Bucket.Versions(target.Key, key: null, version: null), token),
            patience,
            cancellation);
        if (!listed.TryGet(out var page, out _))
            return true;
        var found = page.Versions ?? [];
        return found.Exists(each => each.Key == target.Key && each.VersionId == version.Value)
            || (page.IsTruncated == true && found[^1].Key == target.Key);
    }
}
