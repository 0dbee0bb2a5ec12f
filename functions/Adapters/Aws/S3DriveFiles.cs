using Microsoft.Extensions.Options;
using ServerlessDrives.Access;
using ServerlessDrives.Adapters.Aws.Listing;
using ServerlessDrives.Adapters.Aws.Reading;
using ServerlessDrives.Adapters.Aws.Sessions;
using ServerlessDrives.Adapters.Aws.Writing;
using ServerlessDrives.Drives;
using ServerlessDrives.Files;
using ServerlessDrives.Files.References;
using ServerlessDrives.Files.Versions;
using ServerlessDrives.Verification.Reports;

namespace ServerlessDrives.Adapters.Aws;

/// <summary>The files of drives in S3: deleting here, the rest where it is made.</summary>
internal sealed class S3DriveFiles(
    DriveClients clients,
    ListAhead ahead,
    S3Lister lister,
    S3Reader reader,
    S3Writer writer,
    S3Presigned presigned,
    IOptions<AwsOptions> options
) : IDriveFiles
{
    public Task<Result<Page<FileEntry>, Refusal>> ListAsync(
        Drive drive,
        FilePath? folder,
        bool recursive,
        int limit,
        string? cursor,
        CancellationToken cancellation
    ) => lister.ListAsync(drive, folder, recursive, limit, cursor, cancellation);

    public Task<Result<FileContent, Refusal>> OpenAsync(
        Drive drive,
        FilePath path,
        ReadConditions conditions,
        CancellationToken cancellation
    ) => reader.OpenAsync(drive, path, version: null, conditions, cancellation);

    public Task<Result<FileContent, Refusal>> LookAsync(
        Drive drive,
        FilePath path,
        ReadConditions conditions,
        CancellationToken cancellation
    ) => reader.LookAsync(drive, path, version: null, conditions, cancellation);

    public Task<Result<StoredFile, Refusal>> WriteAsync(Drive drive, FilePath path, FileToWrite file, CancellationToken cancellation) =>
        ChangingAsync(drive, writer.WriteAsync(drive, path, file, cancellation));

    public Task<Result<Deleted, Refusal>> DeleteAsync(Drive drive, FilePath path, string? ifMatch, CancellationToken cancellation) =>
        ChangingAsync(drive, RemoveAsync(drive, path, ifMatch, cancellation));

    public Task<Result<PresignedLink, Refusal>> LinkAsync(
        Drive drive,
        FilePath path,
        VersionId? version,
        TimeSpan life,
        string downloadName,
        CancellationToken cancellation
    ) => presigned.ReadAsync(drive, path, version, life, downloadName, cancellation);

    public Task<Result<PresignedUpload, Refusal>> BeginUploadAsync(
        Drive drive,
        AnnouncedUpload upload,
        TimeSpan life,
        CancellationToken cancellation
    ) => presigned.BeginAsync(drive, upload, life, cancellation);

    public Task<Result<StoredFile, Refusal>> CompleteUploadAsync(
        Drive drive,
        OpenUpload upload,
        long size,
        IReadOnlyList<UploadedPart>? parts,
        CancellationToken cancellation
    ) => ChangingAsync(drive, presigned.CompleteAsync(drive, upload, size, parts, cancellation));

    public Task<Result<Deleted, Refusal>> AbortUploadAsync(Drive drive, OpenUpload upload, CancellationToken cancellation) =>
        presigned.AbortAsync(drive, upload, cancellation);

    internal static string? VersionOf(string? version) => string.IsNullOrEmpty(version) || version == "null" ? null : version;

    private async Task<Result<Deleted, Refusal>> RemoveAsync(Drive drive, FilePath path, string? ifMatch, CancellationToken cancellation)
    {
        using var lease = clients.Lease(drive);
        var deleted = await lease.AskAsync(
            (s3, token) => s3.DeleteObjectAsync(S3Bucket.Of(drive).Delete(drive.Path.KeyOf(path), version: null, ifMatch), token),
            options.Value.CallTimeout * 3,
            cancellation);
        return deleted.Error switch
        {
            null => new Deleted(),
            Fault.Refused { Status: 404, Code: not "NoSuchBucket" } when ifMatch is not null => S3Refusals.Changed,
            var fault => S3Refusals.Of(drive, KnownCheck.ObjectDeletable, fault),
        };
    }

    /// <summary>What was listed before is no longer handed out, however it ends.</summary>
    private async Task<Result<T, Refusal>> ChangingAsync<T>(Drive drive, Task<Result<T, Refusal>> change)
        where T : notnull
    {
        try
        {
            return await change;
        }
        finally
        {
            ahead.Forget(drive.Id);
        }
    }
}
