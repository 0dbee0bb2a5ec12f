using ServerlessDrives.Access;
using ServerlessDrives.Access.Policies;
using ServerlessDrives.Verification.Reports;

namespace ServerlessDrives.Verification.Proofs;

/// <summary>Proves what a drive needs that only reads: on a file that is there, since none is written.</summary>
internal sealed class ReadOnlyProof(
    IBucketProbe bucket,
    PropagationRetry retry,
    VerificationReportBuilder builder,
    BucketAccess access,
    AccountId? owner)
{
    private const string NothingWritten = "The drive is read-only: nothing was written, and no permission to write is needed.";
    private const string NoFile = "There is no file below the path yet, so that none could be read.";

    /// <param name="listed">Files right below the path.</param>
    public async Task ProveAsync(IReadOnlyList<ListedObject> listed, CancellationToken cancellation)
    {
        foreach (var check in KnownCheck.ThatWrite)
            builder.NotApplicable(check, NothingWritten);
        builder.Begin(KnownCheck.ObjectReadable, KnownCheck.VersionReadable);
        if (!builder.HasPassed(KnownCheck.ObjectsListable))
        {
            SkipBoth("The files can't be listed (objects-listable), so none was tried.");
            return;
        }

        if (FirstOf(listed) is not { } file)
        {
            var below = await retry.AskAsync(
                cancel => bucket.ListAsync(access.Path.Prefix, recursive: true, owner, cancel),
                cancellation);
            file = below.TryGet(out var all, out _) ? FirstOf(all) : null;
        }

        if (file is null)
        {
            builder.NotApplicable(KnownCheck.ObjectReadable, NoFile);
            builder.NotApplicable(KnownCheck.VersionReadable, NoFile);
            return;
        }

        var read = await ReadAsync(KnownCheck.ObjectReadable, file, version: null, cancellation);
        if (read?.Version is { } version)
            await ReadAsync(KnownCheck.VersionReadable, file, version, cancellation);
        else if (read is not null)
            builder.NotApplicable(KnownCheck.VersionReadable, "The bucket keeps no versions.");
        else if (!builder.IsJudged(KnownCheck.VersionReadable))
            builder.Skip(KnownCheck.VersionReadable, "The file can't be read (object-readable), so which version it has isn't known.");
    }

    private async Task<ReadObject?> ReadAsync(KnownCheck check, ListedObject file, string? version, CancellationToken cancellation)
    {
        var answer = await retry.AskAsync(cancel => bucket.GetFirstByteAsync(file.Key, version, owner, cancel), cancellation);
        if (answer.TryGet(out var read, out var fault))
            builder.Pass(check, $"Tried on {file.Key}.");
        else if (fault is Fault.Refused { Code: "InvalidObjectState" } archived)
            NotApplicable(archived);
        else
            builder.Fail(check, fault);
        return read;

        void NotApplicable(Fault.Refused refused)
        {
            builder.NotApplicable(
                check,
                $"The file that was tried, {file.Key}, is archived, so that it can't be read until it is restored.",
                refused);
            if (version is null)
                builder.NotApplicable(KnownCheck.VersionReadable, "The file that was tried is archived.");
        }
    }

    private void SkipBoth(string reason)
    {
        builder.Skip(KnownCheck.ObjectReadable, reason);
        builder.Skip(KnownCheck.VersionReadable, reason);
    }

    private ListedObject? FirstOf(IReadOnlyList<ListedObject> files) =>
        files.FirstOrDefault(file => file.Size > 0 && file.Key != access.Path.Prefix);
}
