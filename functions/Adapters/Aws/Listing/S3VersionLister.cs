using Amazon.S3.Model;
using Microsoft.Extensions.Options;
using ServerlessDrives.Access;
using ServerlessDrives.Adapters.Aws.Reading;
using ServerlessDrives.Adapters.Aws.Sessions;
using ServerlessDrives.Drives;
using ServerlessDrives.Files.Versions;
using ServerlessDrives.Verification.Reports;

namespace ServerlessDrives.Adapters.Aws.Listing;

/// <summary>Lists the versions of a file, and folders with what was deleted in them.</summary>
internal sealed class S3VersionLister(DriveClients clients, S3Reader reader, IOptions<AwsOptions> options)
{
    /// <summary>S3's word for what was stored while the bucket kept no versions.</summary>
    private const string Unversioned = "null";

    /// <summary>How often S3 is asked for one page of ours.</summary>
    private const int MostCalls = 10;

    public static readonly Refusal NoVersion = new(
        RefusalKind.NotFound,
        "not-found",
        "There is no such file on the drive, and no version of one.");

    private static readonly Refusal WrongCursor = Refusal.Invalid(
        "cursor",
        "This cursor doesn't belong to this list; leave it out to begin anew.");

    public async Task<Result<FileVersionsView, Refusal>> ListAsync(
        Drive drive,
        FilePath path,
        int limit,
        string? cursor,
        CancellationToken cancellation)
    {
        var key = drive.Path.KeyOf(path);
        var list = $"{key}\nversions";
        if (!ListCursor.TryRead(cursor, list, recursive: false, out var position))
            return WrongCursor;
        // Of all keys that begin so, the key itself comes first.
        var marker = position.Token is null ? null : key;
        var asked = await AskAsync(drive, key, delimiter: null, limit + 1, marker, position.Token, cancellation);
        if (!asked.TryGet(out var answer, out var fault))
            return RefusalOf(drive, fault, cursor);
        var found = (answer.Versions ?? []).TakeWhile(version => version.Key == key).ToList();
        if (found.Count == 0 && cursor is null)
            return NoVersion;
        var items = found.Take(limit).Select(ViewOf).ToList();
        return new FileVersionsView(
            items,
            found.Count > limit ? ListCursor.Write(new(items[^1].VersionId.Value, null), list, recursive: false) : null,
            found.Exists(IsKept) ? true : await reader.NamesVersionAsync(drive, path, cancellation));
    }

    public async Task<Result<FilesWithDeletedView, Refusal>> ListWithDeletedAsync(
        Drive drive,
        FilePath? folder,
        int limit,
        string? cursor,
        CancellationToken cancellation)
    {
        var prefix = drive.Path.Prefix + (folder is null ? "" : folder.Value + "/");
        var list = $"{prefix}\ndeleted";
        if (!ListCursor.TryRead(cursor, list, recursive: false, out var position))
            return WrongCursor;
        var (entries, versioned) = (new List<ListedEntry>(), false);
        var (key, version, more) = (position.After, position.Token, true);
        for (var call = 0; more && entries.Count <= limit && call < MostCalls; call++)
        {
            var asked = await AskAsync(drive, prefix, "/", S3Bucket.LargestPage, key, version, cancellation);
            if (!asked.TryGet(out var answer, out var fault))
                return RefusalOf(drive, fault, cursor);
            var found = answer.Versions ?? [];
            versioned |= found.Exists(IsKept);
            entries.AddRange(FolderEntries.Of(drive, prefix, answer));
            (key, version, more) = (answer.NextKeyMarker, answer.NextVersionIdMarker, answer.IsTruncated == true);
        }

        var page = entries.Take(limit).ToList();
        // What is listed next begins behind the last key that is handed out, all of whose versions have been seen or don't matter.
        var next = entries.Count > limit ? ListCursor.Write(new(null, page[^1].Key), list, recursive: false)
            : more ? ListCursor.Write(new(version, key), list, recursive: false)
            : null;
        var file = page.Find(entry => entry.View is { Type: "file", Deleted: false, Addressable: true });
        return new FilesWithDeletedView(
            [.. page.Select(entry => entry.View)],
            next,
            versioned ? true
                : file is not null && drive.Path.TryFileOf(file.Key, out var path)
                    ? await reader.NamesVersionAsync(drive, path, cancellation)
                : null);
    }

    /// <summary>The first versions of a file, as S3 lists them.</summary>
    /// <param name="most">At most 1,000.</param>
    public async Task<Result<IReadOnlyList<S3ObjectVersion>, Fault>> NewestAsync(
        Drive drive,
        FilePath path,
        int most,
        CancellationToken cancellation)
    {
        var key = drive.Path.KeyOf(path);
        var asked = await AskAsync(drive, key, delimiter: null, most, keyMarker: null, version: null, cancellation);
        return asked.TryGet(out var answer, out var fault)
            ? (Result<IReadOnlyList<S3ObjectVersion>, Fault>)(answer.Versions ?? []).TakeWhile(version => version.Key == key).ToList()
            : fault;
    }

    private async Task<Result<ListVersionsResponse, Fault>> AskAsync(
        Drive drive,
        string prefix,
        string? delimiter,
        int size,
        string? keyMarker,
        string? version,
        CancellationToken cancellation)
    {
        using var lease = clients.Lease(drive);
        return await lease.AskAsync(
            (s3, token) => s3.ListVersionsAsync(S3Bucket.Of(drive).Versions(prefix, keyMarker, version, delimiter, size), token),
            options.Value.CallTimeout * 3,
            cancellation);
    }

    private static bool IsKept(S3ObjectVersion version) => version.IsDeleteMarker == true || version.VersionId is not (null or Unversioned);

    private static Refusal RefusalOf(Drive drive, Fault fault, string? cursor) =>
        fault is Fault.Refused { Status: 400, Code: "InvalidArgument" } && cursor is not null
            ? WrongCursor
            : S3Refusals.Of(drive, KnownCheck.VersionsListable, fault);

    private static FileVersionView ViewOf(S3ObjectVersion version)
    {
        var isMarker = version.IsDeleteMarker == true;
        return new(
            VersionId.Parse(version.VersionId ?? Unversioned).TryGet(out var id, out var odd)
                ? id
                : throw new InvalidOperationException($"S3 named a version that isn't one: {odd}"),
            version.IsLatest == true,
            isMarker,
            isMarker ? null : version.Size,
            FolderEntries.MomentOf(version),
            isMarker ? null : version.ETag);
    }
}

/// <summary>An entry, and the key or common prefix that S3 names it by.</summary>
internal sealed record ListedEntry(string Key, FileOrDeletedView View);

/// <summary>
/// What one answer of ListObjectVersions says of a folder: its folders, its files as they are, and those that are
/// deleted.
/// </summary>
internal static class FolderEntries
{
    public static IEnumerable<ListedEntry> Of(Drive drive, string prefix, ListVersionsResponse answer) =>
        (answer.CommonPrefixes ?? [])
            .Select(key => Folder(drive, key))
            .Concat(FilesOf(drive, prefix, answer.Versions ?? []))
            .OrderBy(entry => entry.Key, Comparer<string>.Create(KeyOrder.Compare));

    public static DateTimeOffset? MomentOf(S3ObjectVersion version) =>
        version.LastModified is { } at ? new DateTimeOffset(at.ToUniversalTime()) : null;

    private static IEnumerable<ListedEntry> FilesOf(Drive drive, string prefix, List<S3ObjectVersion> versions)
    {
        for (var i = 0; i < versions.Count; i++)
        {
            // A key that is the folder itself, or ends like one, is the marker that consoles make for an empty folder.
            if (versions[i] is not { IsLatest: true } latest || latest.Key == prefix || latest.Key.EndsWith('/'))
                continue;
            if (latest.IsDeleteMarker != true)
            {
                yield return File(drive, latest, latest.Size, deleted: false);
                continue;
            }

            var below = versions.FindIndex(i + 1, version => version.Key != latest.Key || version.IsDeleteMarker != true);
            // All its versions are seen here, and none has content: there is nothing to bring back.
            if (below >= 0 && versions[below].Key != latest.Key)
                continue;
            yield return File(drive, latest, below < 0 ? null : versions[below].Size, deleted: true);
        }
    }

    private static ListedEntry File(Drive drive, S3ObjectVersion version, long? size, bool deleted) => new(
        version.Key,
        new(
            "file",
            version.Key[drive.Path.Prefix.Length..],
            size,
            MomentOf(version),
            deleted ? null : version.ETag,
            drive.Path.TryFileOf(version.Key, out _),
            deleted));

    private static ListedEntry Folder(Drive drive, string key)
    {
        var addressable = drive.Path.TryFileOf(key[..^1], out _);
        return new(key, new("folder", key[drive.Path.Prefix.Length..(addressable ? ^1 : ^0)], null, null, null, addressable, false));
    }
}
