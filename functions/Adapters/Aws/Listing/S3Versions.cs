using Amazon.S3.Model;
using Microsoft.Extensions.Options;
using ServerlessDrives.Access;
using ServerlessDrives.Adapters.Aws.Copying;
using ServerlessDrives.Adapters.Aws.Reading;
using ServerlessDrives.Adapters.Aws.Sessions;
using ServerlessDrives.Adapters.Aws.Writing;
using ServerlessDrives.Drives;
using ServerlessDrives.Files;
using ServerlessDrives.Files.Versions;
using ServerlessDrives.Verification.Reports;

namespace ServerlessDrives.Adapters.Aws.Listing;

/// <summary>Versions of files in S3: reading one, and making the file what it was.</summary>
internal sealed class S3Versions(
    DriveClients clients,
    ListAhead ahead,
    S3VersionLister lister,
    S3Reader reader,
    S3Outcomes outcomes,
    IOptions<AwsOptions> options
) : IFileVersions
{
    /// <summary>What S3 copies in one call, in bytes.</summary>
    private const long MostCopied = 5L * 1024 * 1024 * 1024;

    /// <summary>How many versions are looked through for one with content, where a file was deleted again and again.</summary>
    private const int MostLookedThrough = 1000;

    private static readonly Refusal NotDeleted = Refusal.Conflict(
        "not-deleted",
        "The file is there; there is nothing to bring back. Restore one of its versions instead.");

    public Task<Result<FileVersionsView, Refusal>> ListAsync(
        Drive drive,
        FilePath path,
        int limit,
        string? cursor,
        CancellationToken cancellation
    ) => lister.ListAsync(drive, path, limit, cursor, cancellation);

    public Task<Result<FilesWithDeletedView, Refusal>> ListWithDeletedAsync(
        Drive drive,
        FilePath? folder,
        int limit,
        string? cursor,
        CancellationToken cancellation
    ) => lister.ListWithDeletedAsync(drive, folder, limit, cursor, cancellation);

    public Task<Result<FileContent, Refusal>> OpenAsync(
        Drive drive,
        FilePath path,
        VersionId version,
        ReadConditions conditions,
        CancellationToken cancellation
    ) => reader.OpenAsync(drive, path, version, conditions, cancellation);

    public Task<Result<FileContent, Refusal>> LookAsync(
        Drive drive,
        FilePath path,
        VersionId version,
        ReadConditions conditions,
        CancellationToken cancellation
    ) => reader.LookAsync(drive, path, version, conditions, cancellation);

    public async Task<Result<RestoredFile, Refusal>> RestoreAsync(
        Drive drive,
        FilePath path,
        VersionId version,
        CancellationToken cancellation
    )
    {
        try
        {
            return await CopyAsync(drive, path, version, onlyWhereNone: false, cancellation);
        }
        finally
        {
            ahead.Forget(drive.Id);
        }
    }

    /// <summary>
    /// Removing the marker comes first: nothing is copied, so it works for a file of any size and archived ones, needs no key, keeps the
    /// version's id and date, and can't overwrite what somebody stores meanwhile. The policies that are offered allow it
    /// (s3:DeleteObjectVersion); a customer may refuse it all the same, or MFA Delete does.
    /// </summary>
    public async Task<Result<RestoredFile, Refusal>> UndeleteAsync(Drive drive, FilePath path, CancellationToken cancellation)
    {
        if (!(await lister.NewestAsync(drive, path, MostLookedThrough, cancellation)).TryGet(out var versions, out var unlisted))
            return S3Refusals.Of(drive, KnownCheck.VersionsListable, unlisted);
        if (versions.Count == 0)
            return S3VersionLister.NoVersion;
        if (versions[0] is not { IsLatest: true, IsDeleteMarker: true } marker)
            return NotDeleted;
        if (
            versions.FirstOrDefault(version => version.IsDeleteMarker != true) is not { } last
            || !VersionId.Parse(last.VersionId).TryGet(out var from, out _))
            return new Refusal(RefusalKind.NotFound, "not-found", "No version of the file is left that could be brought back.");
        try
        {
            return await (versions[1] == last
                ? UnmarkAsync(drive, path, marker, from, cancellation)
                : CopyAsync(drive, path, from, onlyWhereNone: true, cancellation));
        }
        finally
        {
            ahead.Forget(drive.Id);
        }
    }

    private async Task<Result<RestoredFile, Refusal>> UnmarkAsync(
        Drive drive,
        FilePath path,
        S3ObjectVersion marker,
        VersionId last,
        CancellationToken cancellation)
    {
        using var lease = clients.Lease(drive);
        var target = new S3Target(lease, drive, path);
        var removed = await lease.AskAsync(
            (s3, token) => s3.DeleteObjectAsync(target.Bucket.Delete(target.Key, marker.VersionId), token),
            options.Value.CallTimeout * 3,
            cancellation);
        if (removed.Error is Fault.Refused { IsAccessDenied: true, Principal: null } refused)
        {
            var copied = await CopyAsync(drive, path, last, onlyWhereNone: true, cancellation);
            return copied.Match<Result<RestoredFile, Refusal>>(
                file => file,
                no => no.Kind is RefusalKind.RefusedByAws ? S3Refusals.Of(drive, KnownCheck.VersionDeletable, refused) : no);
        }

        if (removed.Error is { } fault)
            return S3Refusals.Of(drive, KnownCheck.VersionDeletable, fault);
        return (await reader.LookAsync(drive, path, version: null, ReadConditions.None, cancellation)).Match<Result<RestoredFile, Refusal>>(
            file => new RestoredFile(
                new StoredFile(file.ETag ?? "", file.VersionId, file.Length ?? 0, Created: true),
                last,
                IsCopy: false),
            no => no);
    }

    /// <summary>
    /// A copy whose answer was lost is made again: at worst there is one version more with the same content.
    /// </summary>
    /// <param name="onlyWhereNone">Not over a file that is there by now.</param>
    private async Task<Result<RestoredFile, Refusal>> CopyAsync(
        Drive drive,
        FilePath path,
        VersionId version,
        bool onlyWhereNone,
        CancellationToken cancellation)
    {
        var looked = await reader.LookAsync(drive, path, version, ReadConditions.None, cancellation);
        if (!looked.TryGet(out var source, out var unseen))
            return unseen;
        if (source.Length > MostCopied)
            return Refusal.Conflict(
                "too-large-to-copy",
                "S3 copies 5 GiB at most in one call, and this version is larger. Download it and upload it again, or copy it with " +
                "aws s3 cp.");
        using var lease = clients.Lease(drive);
        var target = new S3Target(lease, drive, path);
        for (var (attempt, uncertain) = (1, false); ; attempt++)
        {
            var copied = await lease.AskOnceAsync(
                (s3, token) =>
                {
                    var request = target.Bucket.Restore(target.Key, version.Value);
                    request.IfNoneMatch = onlyWhereNone ? "*" : null;
                    return s3.CopyObjectAsync(request, token);
                },
                options.Value.TransferTimeout,
                cancellation);
            if (copied.TryGet(out var answer, out var fault))
            {
                return S3Requests.IsEncryptedAs(
                    drive.Encryption,
                    answer.ServerSideEncryptionMethod,
                    answer.ServerSideEncryptionKeyManagementServiceKeyId)
                    ? new RestoredFile(
                        new StoredFile(answer.ETag, S3DriveFiles.VersionOf(answer.VersionId), source.Length ?? 0, Created: onlyWhereNone),
                        version,
                        IsCopy: true)
                    : await outcomes.TakeBackAsync(target, answer.VersionId);
            }

            if (fault is Fault.Refused { Status: 412 })
                return uncertain ? S3Refusals.OutcomeUnknown : NotDeleted;
            if (attempt == S3Outcomes.MostTries || !(fault.IsPassing || S3Outcomes.IsRace(fault)))
                return TagRefusal.Of(drive, drive, fault, "version", "s3:GetObjectVersionTagging")
                    ?? S3Refusals.OfVersion(drive, KnownCheck.ObjectWritable, fault);
            uncertain |= S3Outcomes.MayHaveTakenEffect(fault);
            await outcomes.PauseAsync(attempt, cancellation);
        }
    }
}
