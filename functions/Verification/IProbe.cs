using ServerlessDrives.Access;
using ServerlessDrives.Access.Policies;
using ServerlessDrives.Verification.Proofs;

namespace ServerlessDrives.Verification;

/// <summary>The calls outside a bucket by which verification learns who it is and where the bucket lies.</summary>
public interface IProbe
{
    /// <summary>
    /// Whether the server is AWS, or answers as AWS does. An S3-compatible server may know less of owners, regions and keys.
    /// </summary>
    bool IsAws { get; }

    /// <summary>Assumes the role afresh, from no cache.</summary>
    /// <param name="externalId">Null to try without one.</param>
    /// <param name="scope">What an inline session policy confines the session to; null for none.</param>
    /// <param name="tags">What the session is tagged with; null for nothing.</param>
    Task<Result<ProbeIdentity, Fault>> AssumeRoleAsync(
        RoleArn role,
        ExternalId? externalId,
        Region region,
        string sessionName,
        BucketAccess? scope,
        SessionTags? tags,
        CancellationToken cancellation);

    /// <summary>A session by which one digit of the account that owns the bucket can be told; see <see cref="OwnerSearch"/>.</summary>
    Task<Result<ProbeIdentity, Fault>> AssumeForOwnerDigitAsync(
        DriveCredentials.Role role,
        BucketAccess access,
        int position,
        string sessionName,
        CancellationToken cancellation);

    /// <summary>Takes the access key with its secret from the vault.</summary>
    Task<Result<ProbeIdentity, Fault>> TakeKeyAsync(DriveCredentials.AccessKey key, CancellationToken cancellation);

    /// <summary>The account that the identity belongs to, as STS says.</summary>
    Task<Result<AccountId, Fault>> AccountOfAsync(ProbeIdentity identity, Region region, CancellationToken cancellation);

    /// <summary>The region that the bucket is in, by an unsigned request that S3 answers even where it refuses.</summary>
    /// <param name="guess">Whose endpoint is asked.</param>
    Task<Result<BucketPlace, Fault>> LocateAsync(BucketName bucket, Region guess, CancellationToken cancellation);

    /// <summary>The same by a signed request, for servers that tell nothing to others.</summary>
    Task<Result<BucketPlace, Fault>> LocateAsync(ProbeIdentity identity, BucketName bucket, Region guess, CancellationToken cancellation);

    /// <summary>The bucket in the eyes of this identity, used as files use it.</summary>
    IBucketProbe Open(ProbeIdentity identity, BucketAccess access);
}

/// <summary>As whom calls are signed. Only the adapter that made it knows what is inside.</summary>
public abstract class ProbeIdentity
{
    /// <summary>
    /// Whether the session is confined to less than the drive's path, because no policy that confines it to all of it was short enough for
    /// STS.
    /// </summary>
    public bool IsCut { get; init; }
}

/// <param name="Region">Null where the server doesn't say.</param>
public sealed record BucketPlace(Region? Region);

/// <summary>
/// The calls on one bucket by which its permissions are proven. All but <see cref="ListAsync"/> demand that <c>owner</c> owns the bucket,
/// where it isn't null.
/// </summary>
public interface IBucketProbe : IDisposable
{
    /// <summary>The first keys with this prefix.</summary>
    /// <param name="recursive">Also those behind a further slash.</param>
    Task<Result<IReadOnlyList<ListedObject>, Fault>> ListAsync(
        string prefix,
        bool recursive,
        AccountId? owner,
        CancellationToken cancellation
    );

    /// <summary>Writes an object, encrypted as the drive says.</summary>
    /// <param name="condition">One that doesn't hold is a 412.</param>
    Task<Result<WrittenObject, Fault>> PutAsync(
        string key,
        byte[] content,
        WriteCondition condition,
        AccountId? owner,
        CancellationToken cancellation);

    Task<Result<ReadObject, Fault>> GetAsync(string key, string? version, AccountId? owner, CancellationToken cancellation);

    /// <summary>Reads one byte, of however large an object that isn't ours.</summary>
    Task<Result<ReadObject, Fault>> GetFirstByteAsync(string key, string? version, AccountId? owner, CancellationToken cancellation);

    /// <summary>What the key's latest version is; a missing key is an answer, not a fault.</summary>
    Task<Result<LatestVersion, Fault>> HeadAsync(string key, AccountId? owner, CancellationToken cancellation);

    Task<Result<Done, Fault>> GetAclAsync(string key, AccountId? owner, CancellationToken cancellation);

    /// <summary>Sets the canned ACL <c>private</c>, which is what a new object has.</summary>
    Task<Result<Done, Fault>> PutAclAsync(string key, AccountId? owner, CancellationToken cancellation);

    /// <param name="version"><c>null</c> as text for the version of an unversioned bucket; null to delete as people do.</param>
    Task<Result<RemovedObject, Fault>> DeleteAsync(string key, string? version, AccountId? owner, CancellationToken cancellation);

    /// <summary>
    /// Deletes as people do, but only what is there (<c>If-Match: *</c>, which needs no permission of its own), so that a second try leaves
    /// no second delete marker: it is a 404 or a 412.
    /// </summary>
    Task<Result<RemovedObject, Fault>> DeleteWhatIsThereAsync(string key, AccountId? owner, CancellationToken cancellation);

    /// <returns>The upload's id.</returns>
    Task<Result<string, Fault>> BeginUploadAsync(string key, AccountId? owner, CancellationToken cancellation);

    /// <returns>The part's ETag.</returns>
    Task<Result<string, Fault>> UploadPartAsync(
        string key,
        string uploadId,
        byte[] content,
        AccountId? owner,
        CancellationToken cancellation
    );

    /// <returns>How many parts there are.</returns>
    Task<Result<int, Fault>> ListPartsAsync(string key, string uploadId, AccountId? owner, CancellationToken cancellation);

    /// <returns>The uploads under way whose keys have this prefix.</returns>
    Task<Result<IReadOnlyList<PendingUpload>, Fault>> ListUploadsAsync(string prefix, AccountId? owner, CancellationToken cancellation);

    Task<Result<CompletedUpload, Fault>> CompleteUploadAsync(
        string key,
        string uploadId,
        string partETag,
        byte[] content,
        AccountId? owner,
        CancellationToken cancellation);

    Task<Result<Done, Fault>> AbortUploadAsync(string key, string uploadId, AccountId? owner, CancellationToken cancellation);
}

public sealed record ListedObject(string Key, long Size);

/// <summary>On which condition an object is written; none by default, as most files are.</summary>
/// <param name="OnlyIfNew"><c>If-None-Match: *</c>.</param>
/// <param name="OnlyOver"><c>If-Match</c>: the ETag of what must be there.</param>
public readonly record struct WriteCondition(bool OnlyIfNew, string? OnlyOver)
{
    public static readonly WriteCondition None;
    public static readonly WriteCondition New = new(true, null);

    public static WriteCondition Over(string etag) => new(false, etag);
}

/// <param name="Version">Null on an unversioned bucket; the text <c>null</c> where versioning is suspended.</param>
public sealed record ReadObject(byte[] Content, string? Version);

/// <param name="Version">Null on an unversioned bucket; the text <c>null</c> where versioning is suspended.</param>
/// <param name="Encryption"><c>x-amz-server-side-encryption</c> of the answer.</param>
/// <param name="KmsKey">The key that was used, as the answer names it.</param>
public sealed record WrittenObject(string ETag, string? Version, string? Encryption, string? KmsKey);

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
