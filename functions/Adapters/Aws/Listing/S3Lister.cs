using Amazon.S3.Model;
using Microsoft.Extensions.Options;
using ServerlessDrives.Access;
using ServerlessDrives.Adapters.Aws.Sessions;
using ServerlessDrives.Drives;
using ServerlessDrives.Files;
using ServerlessDrives.Verification.Reports;

namespace ServerlessDrives.Adapters.Aws.Listing;

/// <summary>Lists folders of drives, in pages of the size that is asked for.</summary>
internal sealed class S3Lister(DriveClients clients, ListAhead ahead, IOptions<AwsOptions> options)
{
    private const int LargestBatch = S3Bucket.LargestPage;

    /// <summary>How many batches are fetched before a reader who takes one after the other gets to them.</summary>
    private const int AheadOfAReader = 2;

    private static readonly Refusal WrongCursor = Refusal.Invalid(
        "cursor",
        "This cursor doesn't belong to this list; leave it out to begin anew.");

    public async Task<Result<Page<FileEntry>, Refusal>> ListAsync(
        Drive drive,
        FilePath? folder,
        bool recursive,
        int limit,
        string? cursor,
        CancellationToken cancellation)
    {
        var list = new FolderList(drive, drive.Path.Prefix + (folder is null ? "" : folder.Value + "/"), recursive);
        if (!ListCursor.TryRead(cursor, list.Prefix, recursive, out var position))
            return WrongCursor;
        var kept = cursor is null ? null : await ahead.TakeAsync(drive.Id, cursor, cancellation);
        if (kept is not null)
        {
            // Nobody turns the first page by chance: what comes behind is asked for. Who goes on from there takes all, so S3 is never left
            // waiting.
            if (limit > LargestBatch / 4)
                kept.Source.Want(kept.Source.Batch is null ? 1 : AheadOfAReader);
            return PageOf(list, kept, limit);
        }

        // Whoever takes large pages takes many: S3 is asked for two of them at once.
        var size = limit > LargestBatch / 4 || position.After is not null ? LargestBatch : limit;
        for (var token = position.Token; ;)
        {
            if (
                !(await AskAsync(list, token, size, new(ahead.Now(drive.Id), Begin(list)), cancellation)).TryGet(
                    out var batch,
                    out var fault))
                return fault is Fault.Refused { Status: 400, Code: "InvalidArgument" } && cursor is not null
                    ? WrongCursor
                    : S3Refusals.Of(drive, KnownCheck.ObjectsListable, fault);
            if (position.After is { } after)
                batch = batch with { Entries = [.. batch.Entries.SkipWhile(listed => KeyOrder.Compare(listed.Key, after) <= 0)] };
            // So much has come in before the place where the page ended that all of it was handed out already.
            if (position.After is not null && batch is { Entries.Count: 0, Next: not null })
                token = batch.Next;
            else
                return PageOf(list, batch, limit);
        }
    }

    private Page<FileEntry> PageOf(FolderList list, ListBatch batch, int limit)
    {
        var page = batch.Entries.Take(limit).Select(listed => listed.Entry).ToArray();
        if (batch.Entries.Count > limit)
        {
            var cursor = ListCursor.Write(new(batch.Token, batch.Entries[limit - 1].Key), list.Prefix, list.Recursive);
            ahead.Keep(
                list.Drive.Id,
                cursor,
                Task.FromResult<Result<ListBatch, Fault>>(batch with { Entries = [.. batch.Entries.Skip(limit)] }),
                batch.Source.Asked);
            return new(page, cursor);
        }

        if (batch.Next is null)
            return new(page, null);
        var next = ListCursor.Write(new(batch.Next, null), list.Prefix, list.Recursive);
        if (batch.Source.Following is { Batch: { } coming } following)
            ahead.Keep(list.Drive.Id, next, coming, following.Asked);
        return new(page, next);
    }

    /// <summary>Makes the calls that nobody waits for yet.</summary>
    private Func<string, int, ListCall> Begin(FolderList list) =>
        (token, wanted) =>
            new ListCall(ahead.Now(list.Drive.Id), Begin(list)).Run(
                call => AskAsync(list, token, LargestBatch, call, CancellationToken.None),
                wanted
            );

    private async Task<Result<ListBatch, Fault>> AskAsync(
        FolderList list,
        string? token,
        int size,
        ListCall call,
        CancellationToken cancellation
    )
    {
        var drive = list.Drive;
        using var lease = clients.Lease(drive);
        var listed = await lease.AskAsync(
            (s3, cancelled) =>
                s3.ListObjectsV2Async(S3Bucket.Of(drive).List(list.Prefix, list.Recursive ? null : "/", size, token), cancelled),
            options.Value.CallTimeout * 3,
            cancellation);
        if (!listed.TryGet(out var answer, out var fault))
            return fault;
        var next = answer.IsTruncated == true ? answer.NextContinuationToken : null;
        call.Answered(next);
        return new ListBatch(EntriesOf(drive, list.Prefix, answer), token, next, call);
    }

    /// <summary>Folders and files as S3 orders them: both lists come in that order, so they are merged.</summary>
    private static List<Listed> EntriesOf(Drive drive, string prefix, ListObjectsV2Response answer)
    {
        var (folders, files) = (answer.CommonPrefixes ?? [], answer.S3Objects ?? []);
        var entries = new List<Listed>(folders.Count + files.Count);
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

    /// <summary>
    /// One whose name is no path here keeps its slash, so that following it leads nowhere else: asked for, it is refused.
    /// </summary>
    private static Listed Folder(Drive drive, string key)
    {
        var addressable = drive.Path.TryFileOf(key[..^1], out _);
        return new(key, new("folder", key[drive.Path.Prefix.Length..(addressable ? ^1 : ^0)], null, null, null, addressable));
    }

    private static Listed File(Drive drive, S3Object found) => new(
        found.Key,
        new(
            "file",
            found.Key[drive.Path.Prefix.Length..],
            found.Size,
            found.LastModified is { } at ? new DateTimeOffset(at.ToUniversalTime()) : null,
            found.ETag,
            drive.Path.TryFileOf(found.Key, out _)));

    /// <param name="Prefix">Of the folder in the bucket, with a slash at its end; empty for a whole bucket.</param>
    private sealed record FolderList(Drive Drive, string Prefix, bool Recursive);
}
