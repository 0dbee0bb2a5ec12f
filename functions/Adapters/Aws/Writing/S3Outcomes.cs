using Amazon.S3;
using Microsoft.Extensions.Options;
using ServerlessDrives.Access;
using ServerlessDrives.Files;

namespace ServerlessDrives.Adapters.Aws.Writing;

/// <summary>Finds out what became of a write whose answer was lost, and takes back what may not stay.</summary>
internal sealed class S3Outcomes(IOptions<AwsOptions> options, TimeProvider clock)
{
    /// <summary>Of a call that fails for a passing reason.</summary>
    public const int MostTries = 4;

    /// <summary>For what must be cleared away although nobody waits for the answer any more.</summary>
    public static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(30);

    /// <summary>Whether a call that failed like this may have been carried out all the same.</summary>
    public static bool MayHaveTakenEffect(Fault fault) =>
        fault is Fault.Unreachable or Fault.Refused { Status: 500 or 502 or 504 } or Fault.Refused { Code: "RequestTimeout" };

    /// <summary>Whether another write of the same key came between.</summary>
    public static bool IsRace(Fault fault) => fault is Fault.Refused { Code: "ConditionalRequestConflict" };

    /// <summary>A little longer each time, and not in step with others.</summary>
    /// <param name="attempt">The one that has just failed, from 1.</param>
    public Task PauseAsync(int attempt, CancellationToken cancellation) =>
        Task.Delay(TimeSpan.FromMilliseconds((100 << attempt) * (0.5 + (Random.Shared.NextDouble() * 0.5))), clock, cancellation);

    /// <summary>The file, if what is there now is just this content; null if it is not, or S3 doesn't say.</summary>
    public async Task<StoredFile?> IsThereAsync(S3Target target, long size, uint sum)
    {
        var looked = await target.Lease.AskAsync(
            (s3, token) =>
            {
                var request = target.Bucket.Head(target.Key);
                request.ChecksumMode = ChecksumMode.ENABLED;
                return s3.GetObjectMetadataAsync(request, token);
            },
            options.Value.CallTimeout * 3,
            CancellationToken.None);
        return looked.TryGet(out var found, out _) && found.ContentLength == size && found.ChecksumCRC32C == Crc32C.Text(sum)
            ? new StoredFile(found.ETag, S3DriveFiles.VersionOf(found.VersionId), size, Created: true)
            : null;
    }

    /// <summary>A file that isn't encrypted as the drive says doesn't stay.</summary>
    public async Task<Refusal> TakeBackAsync(S3Target target, string? version)
    {
        await target.Lease.AskAsync(
            (s3, token) => s3.DeleteObjectAsync(target.Bucket.Delete(target.Key, S3DriveFiles.VersionOf(version)), token),
            TimeLimit,
            CancellationToken.None);
        return S3Refusals.EncryptionDiffers;
    }
}
