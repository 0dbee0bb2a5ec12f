using Amazon.S3.Model;
using Microsoft.Extensions.Options;
using ServerlessDrives.Access;
using ServerlessDrives.Drives;
using ServerlessDrives.Files;
using ServerlessDrives.Verification;

namespace ServerlessDrives.Adapters.Aws;

/// <summary>The files of drives in S3: listing and deleting here, the rest where it is made.</summary>
internal sealed class S3DriveFiles(DriveClients clients, S3Reader reader, S3Writer writer, S3Presigned presigned, IOptions<AwsOptions> options) : IDriveFiles
{
    private static readonly Refusal WrongCursor = Refusal.Invalid("cursor", "This cursor doesn't belong to this list; leave it out to begin anew.");

    public async Task<Result<Page<FileEntry>>> ListAsync(Drive drive, FilePath? folder, bool recursive, int limit, string? cursor, CancellationToken cancellation)
    {
        using var lease = clients.Lease(drive);
        var prefix = drive.Path.Prefix + (folder is null ? "" : folder.Value + "/");
        if (!ListCursor.TryRead(cursor, prefix, recursive, out var token))
            return WrongCursor;
        var listed = await lease.AskAsync(
            (s3, cancelled) => s3.ListObjectsV2Async(
                new()
                {
                    BucketName = drive.Bucket.Value,
                    Prefix = prefix,
                    Delimiter = recursive ? null : "/",
                    MaxKeys = limit,
                    ContinuationToken = token,
                    ExpectedBucketOwner = drive.BucketOwner?.Value,
                },
                cancelled),
            options.Value.CallTimeout * 3,
            cancellation);
        if (!listed.TryGet(out var answer, out var fault))
            return fault is Fault.Refused { Status: 400, Code: "InvalidArgument" } && cursor is not null ? WrongCursor : S3Refusals.Of(drive, KnownCheck.ObjectsListable, fault);
        return new Page<FileEntry>(EntriesOf(drive, prefix, answer), answer.IsTruncated == true ? ListCursor.Write(answer.NextContinuationToken, prefix, recursive) : null);
    }

    public Task<Result<FileContent>> OpenAsync(Drive drive, FilePath path, ReadConditions conditions, CancellationToken cancellation) => reader.OpenAsync(drive, path, conditions, cancellation);

    public Task<Result<FileContent>> LookAsync(Drive drive, FilePath path, ReadConditions conditions, CancellationToken cancellation) => reader.LookAsync(drive, path, conditions, cancellation);

    public Task<Result<StoredFile>> WriteAsync(Drive drive, FilePath path, FileToWrite file, CancellationToken cancellation) => writer.WriteAsync(drive, path, file, cancellation);

    public async Task<Result<Deleted>> DeleteAsync(Drive drive, FilePath path, string? ifMatch, CancellationToken cancellation)
    {
        using var lease = clients.Lease(drive);
        var deleted = await lease.AskAsync(
            (s3, token) => s3.DeleteObjectAsync(
                new DeleteObjectRequest { BucketName = drive.Bucket.Value, Key = drive.Path.KeyOf(path), ExpectedBucketOwner = drive.BucketOwner?.Value, IfMatch = ifMatch }, token),
            options.Value.CallTimeout * 3,
            cancellation);
        return deleted.Fault switch
        {
            null => new Deleted(),
            Fault.Refused { Status: 404, Code: not "NoSuchBucket" } when ifMatch is not null => S3Refusals.Changed,
            var fault => S3Refusals.Of(drive, KnownCheck.ObjectDeletable, fault),
        };
    }

    public Task<Result<PresignedLink>> LinkAsync(Drive drive, FilePath path, TimeSpan life, string downloadName, CancellationToken cancellation) =>
        presigned.ReadAsync(drive, path, life, downloadName, cancellation);

    public Task<Result<PresignedUpload>> BeginUploadAsync(Drive drive, FilePath path, long size, string? contentType, TimeSpan life, CancellationToken cancellation) =>
        presigned.BeginAsync(drive, path, size, contentType, life, cancellation);

    public Task<Result<StoredFile>> CompleteUploadAsync(Drive drive, OpenUpload upload, long size, IReadOnlyList<UploadedPart>? parts, CancellationToken cancellation) =>
        presigned.CompleteAsync(drive, upload, size, parts, cancellation);

    public Task<Result<Deleted>> AbortUploadAsync(Drive drive, OpenUpload upload, CancellationToken cancellation) => presigned.AbortAsync(drive, upload, cancellation);

    internal static string? VersionOf(string? version) => string.IsNullOrEmpty(version) || version == "null" ? null : version;

    /// <summary>Folders and files as S3 orders them: both lists come in that order, so they are merged.</summary>
    private static List<FileEntry> EntriesOf(Drive drive, string prefix, ListObjectsV2Response answer)
    {
        var (folders, files) = (answer.CommonPrefixes ?? [], answer.S3Objects ?? []);
        var entries = new List<FileEntry>(folders.Count + files.Count);
        for (var (next, file) = (0, 0); next < folders.Count || file < files.Count;)
        {
            if (file == files.Count || (next < folders.Count && KeyOrder.Compare(folders[next], files[file].Key) < 0))
            {
                entries.Add(Folder(drive, folders[next++]));
                continue;
            }

            var found = files[file++];
            // A key that is the folder itself is the marker that consoles make for an empty one.
            if (found.Key != prefix)
                entries.Add(found.Key.EndsWith('/') ? Folder(drive, found.Key) : File(drive, found));
        }

        return entries;
    }

    private static FileEntry Folder(Drive drive, string key) => new("folder", key[drive.Path.Prefix.Length..^1], null, null, null, drive.Path.TryFileOf(key[..^1], out _));

    private static FileEntry File(Drive drive, S3Object found) => new(
        "file",
        found.Key[drive.Path.Prefix.Length..],
        found.Size,
        found.LastModified is { } at ? new DateTimeOffset(at.ToUniversalTime()) : null,
        found.ETag,
        drive.Path.TryFileOf(found.Key, out _));
}
