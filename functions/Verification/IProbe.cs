using ServerlessDrives.Access;

namespace ServerlessDrives.Verification;

/// <summary>The calls outside a bucket by which verification learns who it is and where the bucket lies.</summary>
public interface IProbe
{
    /// <summary>Assumes the role afresh, from no cache.</summary>
    /// <param name="externalId">Null to try without one.</param>
    /// <param name="scope">What an inline session policy confines the session to; null for none.</param>
    Task<Answer<ProbeIdentity>> AssumeRoleAsync(RoleArn role, ExternalId? externalId, Region region, string sessionName, BucketAccess? scope, CancellationToken cancellation);

    /// <summary>Takes the access key with its secret from the vault.</summary>
    Task<Answer<ProbeIdentity>> TakeKeyAsync(DriveCredentials.AccessKey key, CancellationToken cancellation);

    /// <summary>The account that the identity belongs to, as STS says.</summary>
    Task<Answer<AccountId>> AccountOfAsync(ProbeIdentity identity, Region region, CancellationToken cancellation);

    /// <summary>The region that the bucket is in, by an unsigned request that S3 answers even where it refuses.</summary>
    /// <param name="guess">Whose endpoint is asked.</param>
    Task<Answer<BucketPlace>> LocateAsync(BucketName bucket, Region guess, CancellationToken cancellation);

    /// <summary>The bucket in the eyes of this identity.</summary>
    IBucketProbe Open(ProbeIdentity identity, BucketName bucket, Region region);
}

/// <summary>As whom calls are signed. Only the adapter that made it knows what is inside.</summary>
public abstract class ProbeIdentity;

/// <param name="Region">Null where the server doesn't say.</param>
public sealed record BucketPlace(Region? Region);

/// <summary>The calls on one bucket by which its permissions are proven. All but <see cref="ListAsync"/> demand that <c>owner</c> owns the bucket, where it isn't null.</summary>
public interface IBucketProbe : IDisposable
{
    /// <summary>The first keys with this prefix.</summary>
    Task<Answer<IReadOnlyList<string>>> ListAsync(string prefix, AccountId? owner, CancellationToken cancellation);

    /// <summary>Writes a new object; a key that exists is a 412.</summary>
    Task<Answer<WrittenObject>> PutAsync(string key, byte[] content, Encryption encryption, AccountId? owner, CancellationToken cancellation);

    Task<Answer<byte[]>> GetAsync(string key, string? version, AccountId? owner, CancellationToken cancellation);

    /// <summary>What the key's latest version is; a missing key is an answer, not a fault.</summary>
    Task<Answer<LatestVersion>> HeadAsync(string key, AccountId? owner, CancellationToken cancellation);

    Task<Answer<Done>> GetAclAsync(string key, AccountId? owner, CancellationToken cancellation);

    /// <summary>Sets the canned ACL <c>private</c>, which is what a new object has.</summary>
    Task<Answer<Done>> PutAclAsync(string key, AccountId? owner, CancellationToken cancellation);

    /// <param name="version"><c>null</c> as text for the version of an unversioned bucket; null to delete as people do.</param>
    Task<Answer<RemovedObject>> DeleteAsync(string key, string? version, AccountId? owner, CancellationToken cancellation);

    /// <summary>Deletes as people do, but only what is there (<c>If-Match: *</c>, which needs no permission of its own), so that a second try leaves no second delete marker: it is a 404 or a 412.</summary>
    Task<Answer<RemovedObject>> DeleteWhatIsThereAsync(string key, AccountId? owner, CancellationToken cancellation);

    /// <returns>The upload's id.</returns>
    Task<Answer<string>> BeginUploadAsync(string key, Encryption encryption, AccountId? owner, CancellationToken cancellation);

    /// <returns>The part's ETag.</returns>
    Task<Answer<string>> UploadPartAsync(string key, string uploadId, byte[] content, AccountId? owner, CancellationToken cancellation);

    /// <returns>How many parts there are.</returns>
    Task<Answer<int>> ListPartsAsync(string key, string uploadId, AccountId? owner, CancellationToken cancellation);

    /// <returns>The uploads under way whose keys have this prefix.</returns>
    Task<Answer<IReadOnlyList<PendingUpload>>> ListUploadsAsync(string prefix, AccountId? owner, CancellationToken cancellation);

    Task<Answer<CompletedUpload>> CompleteUploadAsync(string key, string uploadId, string partETag, AccountId? owner, CancellationToken cancellation);

    Task<Answer<Done>> AbortUploadAsync(string key, string uploadId, AccountId? owner, CancellationToken cancellation);
}

/// <param name="Version">Null on an unversioned bucket; the text <c>null</c> where versioning is suspended.</param>
/// <param name="Encryption"><c>x-amz-server-side-encryption</c> of the answer.</param>
/// <param name="KmsKey">The key that was used, as the answer names it.</param>
public sealed record WrittenObject(string? Version, string? Encryption, string? KmsKey);

/// <param name="Exists">Whether the latest version is an object.</param>
/// <param name="IsDeleteMarker">Whether the latest version is a delete marker.</param>
/// <param name="Version">The latest version's id, where the bucket has versions.</param>
public sealed record LatestVersion(bool Exists, bool IsDeleteMarker, string? Version);

/// <param name="Marker">The version id of the delete marker that this left; null if it left none.</param>
public sealed record RemovedObject(string? Marker);

public sealed record PendingUpload(string Key, string UploadId);

/// <param name="Version">Of the object that it became; null on an unversioned bucket.</param>
public sealed record CompletedUpload(string? Version);

/// <summary>An answer that says no more than that it was done.</summary>
public sealed record Done
{
    public static readonly Done Instance = new();

    private Done()
    {
    }
}
